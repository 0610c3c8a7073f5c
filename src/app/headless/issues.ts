import type { StoryState } from "../../core/scheduler/state.ts";
import type { StoryRecord } from "./story-record.ts";

/** What reviews found of a story and what of it is left; undefined where there was none. */
export interface Issues {
  readonly found: number;
  readonly left: number;
  /** What nobody worked on and triage did not uphold. */
  readonly dismissed?: number;
  /** Whether the agent says so of its own review. */
  readonly isClaimed?: true;
  /** Rounds of repair, where they are not storyboard's own. */
  readonly iterations?: number;
}

/** Counts a story's findings: those still open or deferred are left, the others were fixed, or dismissed where nobody worked on. */
export const issuesOf = (story: StoryState, record: StoryRecord): Issues | undefined => {
  if (record.reviews === 0) return claimedIssues(record);
  // What was open when the last review approved has been repaired since; accepted findings are among the deferred.
  const open = story.outcome === "done" ? 0 : story.openFindings.length;
  const left = open + story.deferredFindings.length;
  const found = Math.max(record.found.size, left);
  // Only who works after a review can fix what it found.
  const wasWorkedOn = record.repairs > 0 || record.isReworked;
  return { found, left, ...(wasWorkedOn || found === left ? {} : { dismissed: found - left }) };
};

/** What an agent says that ran its own review. */
const claimedIssues = ({ claim }: StoryRecord): Issues | undefined => {
  if (claim?.issues === undefined) return undefined;
  const { found, fixed } = claim.issues;
  const rounds = claim.iterations === undefined ? {} : { iterations: claim.iterations };
  return { found, left: Math.max(0, found - fixed), isClaimed: true, ...rounds };
};
