import type { StoryState } from "../../core/scheduler/state.ts";
import type { StoryRecord } from "./story-record.ts";

/** What reviews found of a story and what of it is left; undefined where no review ended. */
export interface Issues {
  readonly found: number;
  readonly left: number;
}

/** Counts a story's findings: those still open or deferred are left, the others were fixed. */
export const issuesOf = (story: StoryState, record: StoryRecord): Issues | undefined => {
  if (record.reviews === 0) return undefined;
  // What was open when the last review approved has been repaired since; accepted findings are among the deferred.
  const open = story.outcome === "done" ? 0 : story.openFindings.length;
  const left = open + story.deferredFindings.length;
  return { found: Math.max(record.found.size, left), left };
};
