/** REFLECT: what later stories should know. Read by \`readLessons\`. */
export const REFLECT_TEMPLATE = `TASK: Story {{ story_key }} ({{ title }}) is done. What should those who build later stories of this project know that they could not see from the code?

{{ sections.story }}

{{ sections.findings }}

{{ sections.context }}

MUST DO:
#. Look at the work: {{ diff_command }}, and at what the review found and how it was repaired
#. Ask for each mistake: what would have prevented it? For each detour: what would have made it short?
#. Tell what holds for other stories, too: a trap, a rule of this project that is written nowhere, a way that works. Not what was built
#. Be short and exact: a title that names the topic, when it matters, what to do and why
#. Name where it applies: globs of paths (\`src/auth/**\`) and keywords (\`migration\`)
#. Nothing worth telling is a good answer

{{ sections.look_only }}

{{ sections.lessons_block }}
`;
