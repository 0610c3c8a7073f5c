import type { Job, JobEnd, StopPlan, Swept } from "./job.ts";
import { discountEnd } from "./keeper-record.ts";
import type { Lineage } from "./lineage.ts";
import { stopJob } from "./stop-job.ts";
import type { Sweeper } from "./sweep.ts";

/** What a started and an adopted job have in common. */
export interface RunningJob {
  readonly directory: string;
  readonly lineage: Lineage;
  readonly startedAtMs: number;
  readonly ended: Promise<JobEnd>;
}

/** A job whose descendants are watched while it runs and swept after every end, a good one too. */
export const createRunningJob = (running: RunningJob, sweeper: Sweeper): Job => {
  const { directory, lineage, startedAtMs, ended } = running;
  const unwatch = sweeper.watch(lineage);
  let isOver = false;
  const swept: Promise<Swept> = ended.then(() => {
    isOver = true;
    unwatch();
    return sweeper.sweep(lineage);
  });
  return {
    directory,
    mark: lineage.mark,
    startedAtMs,
    ended,
    swept,
    stop: async (plan: StopPlan) => {
      if (!isOver) discountEnd(directory);
      await stopJob({ lineage, ended, sweeper }, plan);
      await swept;
    },
  };
};

/** A job that ended before it began. */
export const createUnstartedJob = (directory: string, mark: string, startedAtMs: number, end: JobEnd): Job => ({
  directory,
  mark,
  startedAtMs,
  ended: Promise.resolve(end),
  swept: Promise.resolve({ survivors: [] }),
  stop: () => Promise.resolve(),
});
