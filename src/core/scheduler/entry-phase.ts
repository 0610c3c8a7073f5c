import type { PhaseName } from "../model/pipeline.ts";
import type { RunState, StoryState } from "./state.ts";

/** Where a story enters its pipeline: one that the backlog has in `review` is reviewed first, where the pipeline reviews. */
export const entryPhase = (state: RunState, story: StoryState): PhaseName => {
  const { pipeline } = state.policy;
  const first = pipeline.phases[0]?.name ?? "COMMIT";
  return story.story.status === "review" ? (pipeline.reviewEntry ?? first) : first;
};
