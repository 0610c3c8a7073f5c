import { storyWeight } from "../../core/model/graph.ts";
import { effectiveWorkers, type RunState, type StoryState } from "../../core/scheduler/state.ts";

/** A story under way that has taken longer than expected is reckoned to need this share of its time still. */
const OVERDUE_SHARE = 0.25;

/**
 * How long the run needs still, in milliseconds: the work that is left over the workers, or the longest chain, whatever
 * is more. Undefined until a story of this run tells how long one takes, and while nothing can start.
 */
export const remainingMs = (state: RunState, nowMs: number): number | undefined => {
  const unitMs = unitOf(state);
  const workers = effectiveWorkers(state);
  if (unitMs === undefined || state.phase !== "running" || state.stopping !== undefined) return undefined;
  if (state.paused || state.breaker.open || workers === 0) return undefined;
  let workMs = 0;
  let chainMs = 0;
  for (const story of state.stories.values()) {
    if (story.stage === "ended" || story.stage === "parked") continue;
    const ownMs = storyWeight(story.story) * unitMs;
    const leftMs = leftOf(story, ownMs, nowMs);
    workMs += leftMs;
    chainMs = Math.max(chainMs, story.rank * unitMs - ownMs + leftMs);
  }
  return workMs === 0 ? undefined : Math.max(workMs / workers, chainMs);
};

/** What a standard story takes, by those that ended well in this run after a turn at least. */
const unitOf = (state: RunState): number | undefined => {
  let weight = 0;
  let tookMs = 0;
  for (const story of state.stories.values()) {
    if (story.outcome !== "done" || story.turns === 0) continue;
    if (story.startedAtMs === undefined || story.endedAtMs === undefined) continue;
    weight += storyWeight(story.story);
    tookMs += story.endedAtMs - story.startedAtMs;
  }
  return weight === 0 ? undefined : tookMs / weight;
};

const leftOf = (story: StoryState, expectedMs: number, nowMs: number): number => {
  if (story.stage === "queued" || story.startedAtMs === undefined) return expectedMs;
  return Math.max(expectedMs - (nowMs - story.startedAtMs), expectedMs * OVERDUE_SHARE);
};

/** `51m`, `2h05`, `<1m`; `–` where nobody can say. */
export const etaWords = (leftMs: number | undefined): string => {
  if (leftMs === undefined) return "–";
  const minutes = Math.round(leftMs / 60_000);
  if (minutes < 1) return "<1m";
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
};
