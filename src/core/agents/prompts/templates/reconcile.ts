/** COMMIT of the seven phases: the story file is made to say what was really done. */
export const RECONCILE_TEMPLATE = `TASK: Reconcile story {{ story_key }} ({{ title }}) with the work that was done for it. The code is finished and reviewed; only the story file is yours.

{{ sections.story }}

{{ sections.context }}

MUST DO:
#. Look at the work: {{ diff_command }}, and {{ log_command }}
{% if story_file %}
#. Read the COMPLETE story file
#. Mark a task or subtask [x] only if its work is in the diff, or the code shows that it was there before; take the mark away where neither is so
#. Leave unchecked what only a person can do, and say so beside it
#. Fill in the Dev Agent Record: agent and model, implementation date, what was done and decided, what is left
#. Make the File List name ALL files that the story changed, and no others
#. Add an entry to the Change Log
{% else %}
#. The story has no file: say in your final message which acceptance criteria the diff meets, with \`file:line\`, and change nothing
{% endif %}

MUST NOT:
#. Change product code, tests, or any file but the story's
#. Mark [x] without implementation
#. Rewrite the story's own words: its text, criteria and tasks stay as they are
{% if sprint_file %}
#. Touch {{ sprint_file }}: storyboard keeps it true
{% endif %}
#. Change the story's status: storyboard sets it

{{ sections.signals }}

{% if story_file %}
{{ sections.reconcile_commit }}
{% endif %}

{{ sections.evidence }}

{{ sections.build_block }}
`;
