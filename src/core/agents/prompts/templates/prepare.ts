import { LOOK_FIRST } from "./look-first.ts";

/** PREPARE: the story and the code are looked at before anything is built; the builder goes on in this session. */
export const PREPARE_TEMPLATE = `TASK: Prepare the implementation of story {{ story_key }} ({{ title }}). Build nothing yet: look, compare and plan. You will build it yourself right after, in this session.

${LOOK_FIRST}
#. Look at the code that it concerns: for each task and each acceptance criterion, what is there already (\`file:line\`), what is there in part, and what is missing?
#. Find what the work should use instead of making it anew: helpers, patterns, test tools, conventions
#. Read the lessons above, where there are any, and name those that hold here
#. Name what is unclear, what may break, and what the story asks for that contradicts the code

{{ sections.look_only }}

{{ sections.evidence }}

End with a short plan as your final message, at most 40 lines, in this form:
WHAT IS THERE: one line a task or criterion, with \`file:line\`
WHAT IS MISSING: one line each
PLAN: the steps in their order, with the files and the tests of each
LESSONS: the lessons that hold here; none is fine
RISKS: what may go wrong, and what is unclear
`;
