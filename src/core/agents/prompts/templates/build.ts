/** BUILD: all expected outcomes, rules and reasons to halt of parallel-development-step.md. */
export const BUILD_TEMPLATE = `TASK: Implement story {{ story_key }} ({{ title }}) using TDD red-green-refactor

{{ sections.story }}

{% unless story_file %}
{{ sections.criteria }}
{% endunless %}

EXPECTED OUTCOME:
{% if story_file %}
- All tasks/subtasks marked [x]
{% endif %}
- All acceptance criteria satisfied
- All tests pass (new + regression)
{% if story_file %}
- Story status = "review"
{% endif %}
{% if sprint_file %}
- {{ sprint_file }} updated to "review": storyboard does that itself once its checks hold, so leave the file alone
{% endif %}

{{ sections.context }}

{{ sections.skill }}

MUST DO:
{% if story_file %}
#. Read COMPLETE story file first
{% else %}
#. Read the COMPLETE story above first
{% endif %}
#. Follow tasks/subtasks EXACTLY as written
#. Write FAILING tests first (red)
#. Implement MINIMAL code to pass (green)
#. Refactor while tests stay green
{% if story_file %}
#. Update File List with ALL changed files
#. Update Dev Agent Record
#. Set story status = "review" when complete (in the story file)
{% endif %}
{% if sprint_file %}
#. Leave {{ sprint_file }} to storyboard, which keeps it true
{% endif %}
#. Finish in this one turn: never stop for a milestone or to ask whether to go on

MUST NOT:
#. Skip tests or write placeholders
#. Modify unrelated code
#. Use 'as any' or '@ts-ignore'
#. Leave broken state
{% if story_file %}
#. Mark [x] without implementation
{% endif %}
#. Weaken, skip or delete existing tests, or change the gates' commands, CI files or storyboard's configuration to get green
#. Leave processes running that you started

HALT IF:
- 3 consecutive failures
- Missing configuration
- Ambiguous requirements

{{ sections.signals }}

{{ sections.commit }}

{{ sections.evidence }}

{{ sections.build_block }}
`;
