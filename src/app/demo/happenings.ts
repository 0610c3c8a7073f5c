import { shortNameOf } from "../../core/model/story-key.ts";
import type { ContractLine } from "../machine-contract/contract-line.ts";
import type { StoryItem } from "./guide.ts";
import { DEMO_STORIES } from "./stories/demo-stories.ts";

/** What happened in a demo, in words, as its events told. */
export interface Happenings {
  event(line: ContractLine): void;
  decision(item: StoryItem, answer: string): void;
  /** One sentence each. */
  sentences(): readonly string[];
}

/** Listens to a demo, to tell at its end what there was to be seen. */
export const createHappenings = (): Happenings => {
  const told = new Map<string, string>();
  const refused = new Set<string>();
  let done = 0;
  const tell = (what: string, story: string, words: string): void => {
    if (!told.has(`${what} ${story}`)) told.set(`${what} ${story}`, `${shortNameOf(story)} ${words}`);
  };
  return {
    event: (line) => {
      if (line.type === "story.ended" && line.outcome === "done") done++;
      if (line.type === "story.parked") tell("question", line.story, "asked, and you answered");
      if (line.type === "story.retrying")
        tell("retry", line.story, "said it was done, but its tests failed: tried again");
      if (line.type === "landing.refused") {
        refused.add(line.story);
        tell(
          "conflict",
          line.story,
          "did not land, another story had changed the same line: merged by its builder, reviewed again",
        );
      }
      if (line.type === "phase.started" && line.phase === "REFINE" && !refused.has(line.story)) {
        tell("finding", line.story, "passed its tests, but the review found a mistake: repaired and reviewed again");
      }
    },
    // It is told in other words then what the question came to.
    decision: ({ story }, answer) =>
      void told.set(`question ${story}`, `${shortNameOf(story)} asked; the demo answered "${answer}"`),
    sentences: () => [
      `${done} of ${DEMO_STORIES.length} stories are done: built, reviewed, landed one after the other`,
      ...told.values(),
    ],
  };
};
