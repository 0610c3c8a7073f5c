import type { StoryState } from "../../core/scheduler/state.ts";
import type { ScreenFacts } from "./view-model.ts";

/** An agent that says nothing for so long is called silent. Most are quiet for a while when they think. */
const SILENT_FROM_MS = 30_000;

/** For how long the agent of a running story has said nothing; undefined where it speaks, or where none runs. */
export const silentMs = ({ state, feed, lead }: ScreenFacts, story: StoryState, nowMs: number): number | undefined => {
  if (lead !== "alive" || story.stage !== "running" || story.busyWith === undefined) return undefined;
  if (state.effects.get(story.busyWith)?.kind !== "run-turn") return undefined;
  const spokeAtMs = feed.lastOf(story.story.key)?.atMs ?? feed.sinceMs;
  const silence = nowMs - Math.max(spokeAtMs, story.phaseStartedAtMs ?? 0);
  return silence >= SILENT_FROM_MS ? silence : undefined;
};
