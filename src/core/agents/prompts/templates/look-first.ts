/** How a phase begins that looks before anything is built: what it is about, and the first thing to do. */
export const LOOK_FIRST = `{{ sections.story }}

{{ sections.criteria }}

{{ sections.context }}

{{ sections.playbooks }}

MUST DO:
{% if story_file %}
#. Read the COMPLETE story file
{% else %}
#. Read the COMPLETE story above
{% endif %}`;
