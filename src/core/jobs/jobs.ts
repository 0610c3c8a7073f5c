import type { ChildProcess } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Job, JobSpec, Reopened } from "./job.ts";
import { bootId } from "./process-identity.ts";
import { createPulse } from "./pulse.ts";
import { reopenJob } from "./reopen-job.ts";
import { startJob } from "./start-job.ts";
import { createSweeper } from "./sweep.ts";

/** The jobs of this machine, as one lead sees them. */
export interface Jobs {
  /** Never rejects for what the environment lacks: such a job has ended with `not-started`. */
  start(spec: JobSpec): Promise<Job>;
  /** Looks at the folder of a job that an earlier lead started; a running one is adopted. */
  reopen(directory: string, mark: string): Promise<Reopened>;
  /** Sweeps that wait for company begin at once, now and from now on. */
  hurry(): void;
  /** Lets go of everything: running jobs go on, their promises stay open, and no timer or child holds the program. */
  close(): void;
}

/** How soon the end of an adopted job is noticed. */
const ADOPTED_POLL_MS = 200;

/** What may be set differently from what suits most. */
export interface JobsOptions {
  /** How often the descendants of running jobs are remembered. */
  readonly watchPeriodMs?: number;
  /** How long the sweep after a job's end waits for other jobs to end, too. Default 0: at once. */
  readonly gatherMs?: number;
}

/** Opens this machine's jobs. Costs nothing until the first job. */
export const createJobs = (options: JobsOptions = {}): Jobs => {
  const sweeper = createSweeper(options.watchPeriodMs, options.gatherMs);
  const pulse = createPulse(ADOPTED_POLL_MS);
  const keepers = new Set<ChildProcess>();
  let boot: string | undefined;
  const bootOnce = (): string => {
    boot ??= bootId();
    return boot;
  };
  let lastStart: Promise<unknown> = Promise.resolve();

  const onKeeper = (keeper: ChildProcess): void => {
    keepers.add(keeper);
    keeper.once("exit", () => keepers.delete(keeper));
  };

  return {
    start: (spec) => {
      // One a turn of the event loop: a spawn blocks for 1 to 2 ms, and many at once would freeze the screen.
      const job = lastStart.then(() => startJob(spec, { boot: bootOnce(), sweeper, onKeeper }));
      lastStart = job.then(
        () => nextTurn(),
        () => undefined,
      );
      return job;
    },
    reopen: (directory, mark) => reopenJob(directory, mark, { boot: bootOnce(), sweeper, pulse }),
    hurry: () => sweeper.hurry(),
    close: () => {
      for (const keeper of keepers) keeper.unref();
      pulse.close();
      sweeper.close();
    },
  };
};
