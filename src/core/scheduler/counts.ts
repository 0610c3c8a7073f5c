import type { RunState } from "./state.ts";

/** Counts of product.md's machine contract; they add up to the number of stories. */
export type CountName =
  | "done"
  | "already_done"
  | "failed"
  | "blocked"
  | "skipped"
  | "parked"
  | "awaiting_operator"
  | "running"
  | "waiting"
  | "queued";

/** The counts of the machine contract. */
export const countsOf = (state: RunState): Record<CountName, number> & { total: number } => {
  const running = state.inFlight.size;
  const waiting = state.parked.size;
  const { endedBy } = state;
  return {
    total: state.stories.size,
    done: endedBy.done,
    already_done: endedBy["already-done"],
    failed: endedBy.failed,
    blocked: endedBy.blocked,
    skipped: endedBy.skipped,
    parked: endedBy.parked,
    awaiting_operator: endedBy["awaiting-operator"],
    running,
    waiting,
    queued: state.stories.size - running - waiting - state.endedCount,
  };
};
