import type { Story } from "../model/story.ts";

/**
 * Whether a story may be done already: it has tasks and all were ticked at the baseline. Then its gates decide. An
 * agent's ALREADY_DONE is accepted on the same terms.
 */
export const couldBeAlreadyDone = (story: Pick<Story, "tasks">): boolean =>
  story.tasks.length > 0 && story.tasks.every((task) => task.done);
