import { PIPELINES } from "../../core/model/pipelines.ts";
import type { Story } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { NO_USAGE } from "../../core/model/usage.ts";
import type { EffectId, EffectResult } from "../../core/scheduler/effects.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { Fact } from "../../core/scheduler/inputs.ts";
import { nextWakeMs } from "../../core/scheduler/next-wake.ts";
import type { RunPolicy } from "../../core/scheduler/policy.ts";
import { initialState, type RunState } from "../../core/scheduler/state.ts";
import { step } from "../../core/scheduler/step.ts";
import { createTimeline } from "./timeline.ts";

/** When a story ran in a simulation, in milliseconds from the start. */
export interface SimulatedStory {
  readonly story: StoryKey;
  readonly worker: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a simulated run came to. */
export interface Simulation {
  readonly makespanMs: number;
  /** In the order of their ends. */
  readonly stories: readonly SimulatedStory[];
  readonly state: RunState;
}

/**
 * Runs the real scheduler over a simulated clock: every story is one turn that takes `durationMsOf` it, succeeds, and
 * costs nothing besides. Policy, order, footprints and resources are those of the run; gates, landing and budgets take
 * no part. The same inputs give the same simulation.
 */
export const simulate = (
  policy: RunPolicy,
  stories: readonly Story[],
  durationMsOf: (story: Story) => number,
): Simulation => {
  const state = initialState(simulated(policy), stories);
  const timeline = createTimeline<EffectId>();
  const started = new Map<StoryKey, { readonly worker: string; readonly atMs: number }>();
  const ended: SimulatedStory[] = [];
  let nowMs = 0;
  let seq = 1;

  const observe = ({ event }: JournaledEvent): void => {
    if (event.type === "story.started") started.set(event.story, { worker: event.worker, atMs: nowMs });
    if (event.type === "turn.started") {
      const story = state.stories.get(event.story)?.story;
      timeline.add(nowMs + (story === undefined ? 0 : durationMsOf(story)), event.effect.id);
    } else if (event.type === "story.ended") {
      const start = started.get(event.story);
      if (start === undefined) return;
      ended.push({ story: event.story, worker: start.worker, startMs: start.atMs, endMs: nowMs });
    }
  };
  const input = (fact: Fact): void => {
    const entries = step(state, { fact, atMs: nowMs, luck: 0 }, seq);
    seq += entries.length;
    for (const entry of entries) observe(entry);
  };

  input({ type: "started" });
  while (state.phase !== "ended") {
    const next = timeline.take();
    if (next === undefined) {
      const wakeMs = nextWakeMs(state, nowMs);
      // Nothing runs and nothing will: the rest can never start.
      if (wakeMs === undefined || wakeMs <= nowMs) break;
      nowMs = wakeMs;
      input({ type: "time-passed" });
    } else {
      nowMs = next.atMs;
      input({ type: "effect-ended", effect: next.what, result: SUCCESS });
    }
  }
  return { makespanMs: nowMs, stories: ended, state };
};

const SUCCESS: EffectResult = {
  kind: "turn",
  result: {
    end: { kind: "finished" },
    usage: NO_USAGE,
    reportsUsage: false,
    durationMs: 0,
    lastLines: [],
  },
};

const oneTurn = PIPELINES.build;

/** The policy with nothing left of it but the order in which stories run. */
const simulated = (policy: RunPolicy): RunPolicy => ({
  ...policy,
  ...(oneTurn === undefined ? {} : { pipeline: oneTurn }),
  evidence: false,
  workspace: false,
  landing: false,
  keepsStatus: false,
  baseline: "skip",
  finish: false,
  storyTokensMax: null,
  storyUsdMax: null,
  runTokensMax: null,
  runUsdMax: null,
});
