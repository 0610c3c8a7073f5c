import { LOOK_FIRST } from "./look-first.ts";

/** PLAN, before a plan gate: what a person approves before anything is built. */
export const PLAN_TEMPLATE = `TASK: Plan the implementation of story {{ story_key }} ({{ title }}). A person reads your plan before anything is built. Change nothing.

${LOOK_FIRST}
#. Look at the code that it concerns, and at how the project does such things elsewhere
#. Decide how you would build it, and what you would leave alone
#. Name what you would have to guess

{{ sections.look_only }}

{{ sections.evidence }}

End with the plan as your final message, at most 80 lines, for a person who knows the project but has not looked at this story today:
SUMMARY: what is built and how, in three sentences at most
FILES: one line each: created or changed, and why
STEPS: in their order, each small enough to be checked
TESTS: one line an acceptance criterion: the test that will show it
RISKS: what may break, and how you would notice
QUESTIONS: what the person has to decide, with the choices you see and the one you would take; none is fine

Then wait: end your turn. The person's word reaches you in this session: an approval, or what the plan should say instead.
`;
