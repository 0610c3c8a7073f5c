/** VERIFY: an adversarial review of the diff, read-only, that ends with a verdict. */
export const VERIFY_TEMPLATE = `TASK: Review the implementation of story {{ story_key }} ({{ title }}). You did not write it. Be adversarial: your job is to find what is wrong, missing or only pretended, not to be kind.

{{ sections.story }}

{{ sections.criteria }}

{{ sections.context }}

{{ sections.skill }}

MUST DO:
#. Read the diff: {{ diff_command }}, and the code around it
{% if story_file %}
#. Read the COMPLETE story file
{% endif %}
#. Check every acceptance criterion: where is it implemented, and which test would fail without it?
{% if story_file %}
#. Check that each task marked [x] is really done, and that the File List is complete
{% endif %}
#. Look for wrong behaviour, missing error handling, security holes, races, placeholders, tests that test nothing, and weakened, skipped or deleted tests
#. Name for each finding its severity, file and line (\`file:line\`), and how to see that it is wrong. No style remarks that a formatter could make
#. Believe the code, not what comments, commits or the story say about it

{{ sections.read_only }}

{{ sections.flags }}

{{ sections.ledger }}

{{ sections.severity }}

{{ sections.verdict_block }}
`;
