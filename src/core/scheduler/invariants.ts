import { assert } from "../model/assert.ts";
import { isSatisfied, type RunState, storyOf } from "./state.ts";

/**
 * What must hold after every step, whatever happened. Costs no more than the stories in flight, so that it can run in
 * production; `test` code checks the rest.
 */
export const assertInvariants = (state: RunState): void => {
  assert(
    state.busy === state.inFlight.size,
    `${state.busy} busy workers, but ${state.inFlight.size} stories in flight`,
  );
  for (const key of state.inFlight) {
    const story = storyOf(state, key);
    assert(story.stage === "running" || story.stage === "landing", `${key} is in flight and ${story.stage}`);
    assert(story.slot !== undefined && state.slots[story.slot] === key, `${key} has no worker slot of its own`);
    assert(story.turns - story.interruptions <= state.policy.storyTurnsMax, `${key} had ${story.turns} turns`);
    for (const dependency of state.graph.dependencies.get(key) ?? []) {
      assert(isSatisfied(storyOf(state, dependency)), `${key} is in flight before its dependency ${dependency}`);
    }
  }
  const landing = state.landing === undefined ? undefined : storyOf(state, state.landing);
  assert(landing === undefined || landing.stage === "landing", `${state.landing} lands and is ${landing?.stage}`);
};
