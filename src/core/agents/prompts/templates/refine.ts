/** REFINE, in the builder's own session: repair what the review found. */
export const REFINE_TEMPLATE = `TASK: A reviewer has looked at your work on story {{ story_key }} ({{ title }}). Repair what was found; do not start over.

{{ sections.story }}

{{ sections.findings }}

{{ sections.context }}

MUST DO:
#. Check each finding against the code; repair its cause, not its symptom
#. Write a FAILING test first for each finding that a test can show
#. Run all tests again: new + regression
#. Where a finding is wrong, leave the code as it is and say why in your final message
#. Keep the story file's File List and Dev Agent Record true, where there is one

MUST NOT:
#. Modify unrelated code
#. Use 'as any' or '@ts-ignore'
#. Skip tests or write placeholders
#. Leave broken state

{{ sections.signals }}

{{ sections.commit }}

{{ sections.evidence }}

{{ sections.build_block }}
`;
