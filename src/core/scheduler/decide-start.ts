import { footprintsClash } from "../model/footprint.ts";
import type { Story } from "../model/story.ts";
import type { Decision } from "./decision.ts";
import type { Lease } from "./effects.ts";
import type { RunEvent } from "./events.ts";
import { heroName } from "./heroes.ts";
import { holdOn, nextAgentOf } from "./providers.ts";
import { effectiveWorkers, type RunState, type StoryState, storyOf } from "./state.ts";

/** Starts the best story that may start now, if a worker is free: the longest remaining path first. */
export const startStory = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  if (state.phase !== "running" || state.busy >= effectiveWorkers(state)) return [];
  for (const story of candidates(state, decision.atMs)) {
    const leases = leasesFor(state, story.story);
    if (leases === undefined || isHeld(state, story)) continue;
    const free = state.slots.indexOf(undefined);
    const worker = heroName(free === -1 ? state.slots.length : free);
    const attempt = Math.max(1, story.attempt);
    return [{ type: "story.started", story: story.story.key, attempt, worker, leases }];
  }
  return [];
};

function* candidates(state: RunState, atMs: number): Generator<StoryState> {
  for (const entry of state.ready) yield storyOf(state, entry.key);
  const awake = [...state.sleeping].filter(([, until]) => until <= atMs).map(([key]) => storyOf(state, key));
  yield* awake.sort((a, b) => a.retryOrder - b.retryOrder || a.index - b.index);
}

/** Whether a clash with a story in flight or its agent's provider holds the story back. */
const isHeld = (state: RunState, story: StoryState): boolean => {
  const provider = nextAgentOf(state, story)?.provider;
  if (provider !== undefined && holdOn(state, provider) !== undefined) return true;
  return clashOf(state, story.story) !== undefined;
};

/** A story in flight that touches the same files, if there is one. */
export const clashOf = (state: RunState, story: Story): string | undefined => {
  if (story.touches.length === 0) return undefined;
  for (const key of state.inFlight) {
    if (footprintsClash(story.touches, storyOf(state, key).story.touches)) return key;
  }
  return undefined;
};

/** One free unit of every resource the story needs, or undefined when one of them is used up. */
export const leasesFor = (state: RunState, story: Story): Lease[] | undefined => {
  const leases: Lease[] = [];
  for (const resource of new Set(story.needs)) {
    // A resource that nobody configured exists once.
    const pool = state.policy.resources[resource] ?? { units: ["1"] };
    const unit = pool.units.find((candidate) => !state.leased.has(`${resource}/${candidate}`));
    if (unit === undefined) return undefined;
    leases.push(pool.env === undefined ? { resource, unit } : { resource, unit, env: pool.env });
  }
  return leases;
};
