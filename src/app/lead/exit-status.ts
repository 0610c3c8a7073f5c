import type { RunState } from "../../core/scheduler/state.ts";
import type { StoredRun } from "./runs.ts";

/** The run's own status; 1 where all went well but a story that should have run could not be started at all. */
export const exitStatus = (state: RunState, stored: StoredRun): number => {
  const exit = state.result?.exit ?? 130;
  const wasHeld = stored.file.left.some(({ isProblem }) => isProblem);
  return exit === 0 && wasHeld ? 1 : exit;
};
