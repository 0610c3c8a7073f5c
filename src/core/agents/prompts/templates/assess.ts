/** ASSESS: an arbiter decides which findings of the review hold, and how heavy each is. */
export const ASSESS_TEMPLATE = `TASK: Judge the findings of the review of story {{ story_key }} ({{ title }}). You are the arbiter: you wrote neither the code nor the review, and are kind to neither. What you uphold goes back to the builder; what you dismiss is gone.

{{ sections.story }}

{{ sections.criteria }}

{{ sections.context }}

{{ sections.findings }}

MUST DO:
#. Look at the work: {{ diff_command }}, and at the code that each finding names
#. Decide on EACH finding: UPHELD as it is, CHANGED to another severity, or DISMISSED
#. Give a reason from the code for each, one line a finding in your final message: \`UPHELD <title>: <reason, with file:line>\`
#. Dismiss what the code shows to be wrong, what the story does not ask for, and matters of taste. Where you cannot tell, it is upheld
#. Of findings that say the same, keep the heaviest and dismiss the others
#. Keep the file and the title of a finding exactly as they are: they are how it is known again
#. Add no findings of your own

{{ sections.read_only }}

{{ sections.severity }}

Your block names the findings that remain, each with its final severity; what you dismissed is not in it. Where none remains the verdict is "approved".

{{ sections.verdict_block }}
`;
