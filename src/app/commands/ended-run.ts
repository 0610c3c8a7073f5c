import type { Repository } from "../../core/workspace/inspect-repository.ts";
import type { SafeOutput } from "../headless/safe-output.ts";
import { exitStatus } from "../lead/exit-status.ts";
import type { FoldedRun } from "../lead/runs.ts";
import { summaryFacts } from "../lead/summary-facts.ts";
import { workPlacesOf } from "../lead/work-places.ts";
import { createProjector } from "../machine-contract/projector.ts";
import { reporterFor } from "./reporter-for.ts";

/**
 * The summary of a run that has ended, as it was printed at its end; with JSON, its `run.ended` line. Returns the run's
 * exit status.
 */
export const printEndedRun = async (
  folded: FoldedRun,
  repository: Repository,
  json: boolean,
  output: SafeOutput,
): Promise<number> => {
  const { state, events, file } = folded;
  if (json) {
    const projector = createProjector(file.run);
    const last = events.findLast(({ event }) => event.type === "run.ended");
    const lines = last === undefined ? [] : projector.event(last, state);
    for (const line of lines) output.write(`${JSON.stringify(line)}\n`, "summary");
  } else {
    const endedAtMs = events.at(-1)?.at ?? file.startedAtMs;
    const reporter = reporterFor(false, folded, output);
    reporter.recall(events, state);
    const places = await workPlacesOf(repository, folded);
    reporter.end(summaryFacts(state, folded, endedAtMs - file.startedAtMs, places));
  }
  return exitStatus(state, folded);
};
