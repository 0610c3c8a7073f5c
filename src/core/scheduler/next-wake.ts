import type { RunState } from "./state.ts";

/**
 * The next time at which something could happen by itself; undefined when nothing waits for a time. A story that could have
 * started by the last step (`lastStepMs`) waits for something else since, which wakes by itself.
 */
export const nextWakeMs = (state: RunState, lastStepMs: number): number | undefined => {
  let earliest: number | undefined;
  for (const at of state.sleeping.values()) if (at > lastStepMs) earliest = Math.min(earliest ?? at, at);
  for (const at of state.resting.values()) earliest = Math.min(earliest ?? at, at);
  for (const { easeAtMs } of state.slowed.values()) earliest = Math.min(earliest ?? easeAtMs, easeAtMs);
  return earliest;
};
