import { decide, settle } from "./decide.ts";
import type { JournaledEvent, RunEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { Input } from "./inputs.ts";
import { assertInvariants } from "./invariants.ts";
import type { RunState } from "./state.ts";

/** Rounds of `settle` after one input; more would mean that it never comes to rest, which is a bug. */
const SETTLE_ROUNDS_MAX = 1_000_000;

/**
 * One step of a run: decides on an input, folds what was decided, and lets the state settle. Returns the events in
 * order, numbered from `seq`; they are in the state already and must be journaled before their effects are performed.
 */
export const step = (state: RunState, input: Input, seq: number): JournaledEvent[] => {
  const journaled: JournaledEvent[] = [];
  const fold = (events: readonly RunEvent[]): void => {
    for (const event of events) {
      const entry = { seq: seq + journaled.length, at: input.atMs, event };
      evolve(state, entry);
      journaled.push(entry);
    }
  };
  fold(decide(state, input));
  for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
    const events = settle(state, input.atMs);
    if (events.length === 0) break;
    fold(events);
  }
  assertInvariants(state);
  return journaled;
};
