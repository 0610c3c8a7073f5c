import { createJsonReporter } from "../headless/json-reporter.ts";
import { createPlainReporter } from "../headless/plain-reporter.ts";
import type { Reporter } from "../headless/reporter.ts";
import type { SafeOutput } from "../headless/safe-output.ts";
import type { StoredRun } from "../lead/runs.ts";
import { outputColumns } from "./output.ts";

/** The reporter of a run's output, for people or for programs. */
export const reporterFor = (json: boolean, stored: StoredRun, output: SafeOutput): Reporter =>
  json
    ? createJsonReporter({ write: output.write, run: stored.file.run })
    : createPlainReporter({
        write: output.write,
        now: Date.now,
        columns: outputColumns(),
        startedAtMs: stored.file.startedAtMs,
      });
