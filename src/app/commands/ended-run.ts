import type { SafeOutput } from "../headless/safe-output.ts";
import { exitStatus } from "../lead/lead.ts";
import type { FoldedRun } from "../lead/runs.ts";
import { statusOf } from "../machine-contract/status-document.ts";
import { reporterFor } from "./reporter-for.ts";

/** The summary of a run that has ended, as it was printed at its end. Returns the run's exit status. */
export const printEndedRun = (folded: FoldedRun, json: boolean, output: SafeOutput): number => {
  const { state, events, file } = folded;
  const endedAtMs = events.at(-1)?.at ?? file.startedAtMs;
  if (json) {
    const meta = { run: file.run, startedAtMs: file.startedAtMs, nowMs: endedAtMs, leadAlive: false };
    output.write(`${JSON.stringify(statusOf(state, meta))}\n`, "summary");
  } else {
    const reporter = reporterFor(false, folded, output);
    reporter.recall(events, state);
    reporter.end({ state, elapsedMs: endedAtMs - file.startedAtMs, unlanded: [], notes: state.notes, next: [] });
  }
  return exitStatus(state, folded);
};
