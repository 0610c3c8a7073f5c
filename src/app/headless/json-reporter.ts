import { createProjector } from "../machine-contract/projector.ts";
import type { Reporter, WriteOutput } from "./reporter.ts";

/** What a JSON reporter needs. */
export interface JsonReporterOptions {
  readonly write: WriteOutput;
  readonly run: string;
}

/** Creates the reporter of `--json`: one object a line, nothing else. Its summary is the `run.ended` line. */
export const createJsonReporter = ({ write, run }: JsonReporterOptions): Reporter => {
  const projector = createProjector(run);
  return {
    begin: () => {},
    // The phases that were under way are started already, and their lines belong to an earlier stream.
    recall: () => {},
    events: (entries, state) => {
      for (const entry of entries) {
        for (const line of projector.event(entry, state)) {
          write(`${JSON.stringify(line)}\n`, line.type === "run.ended" ? "summary" : "event");
        }
      }
    },
    feed: (lines) => {
      for (const line of lines) write(`${JSON.stringify(projector.feed(line))}\n`, "feed");
    },
    tick: () => {},
    end: () => {},
  };
};
