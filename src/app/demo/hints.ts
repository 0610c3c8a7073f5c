import { type StoryKey, shortNameOf } from "../../core/model/story-key.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";

const WELCOME = "Welcome. Try: j k choose a story, enter opens its card, esc closes it, ? tells all keys";

/** What has just happened, and a key that shows more of it; undefined for what speaks for itself. */
export const hintFor = (line: ContractLine): string | undefined => {
  switch (line.type) {
    case "landing.refused":
      return `${shortNameOf(line.story)} clashes with what landed meanwhile: its builder merges it, then it is reviewed again`;
    case "story.retrying":
      return `${shortNameOf(line.story)}'s agent said "done"; storyboard ran the tests, and they fail: it tries again`;
    case "phase.started":
      return line.phase === "VERIFY" && line.story.startsWith("2-2")
        ? "2-2 is built and green; now another agent reads its diff. Try f: the feed on the whole screen"
        : undefined;
    case "run.started":
      return WELCOME;
    default:
      return undefined;
  }
};

/** That a story asks, how it is answered, and when the demo does so itself. */
export const questionHint = (story: StoryKey, patienceMs: number): string =>
  `${shortNameOf(story)} asks you something: i opens the inbox, enter answers (the demo does, after ${Math.ceil(patienceMs / 1000)} s)`;

/** What is said on the normal screen when the demo is left and goes on. */
export const LEFT_RUNNING = (project: string): string => `The demo goes on without this screen, and stays where it is.
  Come back to it: storyboard --project ${project}
  Stop it:         storyboard ctl stop --project ${project}
`;
