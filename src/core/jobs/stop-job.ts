import type { JobEnd, StopPlan } from "./job.ts";
import { isKeeper, type Lineage } from "./lineage.ts";
import { isForkedCopy, readProcess } from "./process-table.ts";
import { type Sweeper, signalProcess } from "./sweep.ts";

/** What stopping needs to know of a job. */
export interface StoppableJob {
  readonly lineage: Lineage;
  readonly ended: Promise<JobEnd>;
  readonly sweeper: Sweeper;
}

/** A keeper that was just started needs a moment until its program is there to be signalled. */
const PROGRAM_WAIT_MS = 1000;
const PROGRAM_POLL_MS = 10;
/** From KILL to KILL: what was just forked is caught by the next one. */
const KILL_PERIOD_MS = 25;
const KILL_ROUNDS_MAX = 80;
/** How long the end of a job may take to be noticed after all of it was killed. */
const END_WAIT_MS = 5000;

/**
 * Ends a running job by escalation: the plan's signal to the program alone (Claude and Codex then stop their tools
 * themselves, agent-clis.md section 7), TERM to everything, KILL to everything but the keeper, so that it still records
 * the end, and KILL to the keeper's group last. The scan before the first signal remembers the descendants. Resolves
 * when the keeper is gone; sweeping what is left follows every end and is not repeated here.
 */
export const stopJob = async (job: StoppableJob, plan: StopPlan): Promise<void> => {
  if (await endsWithin(job, 0)) return;
  await signalProgram(job, plan.signal);
  if (await endsWithin(job, plan.graceMs)) return;
  await terminateAll(job);
  if (await endsWithin(job, plan.killAfterMs)) return;
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) {
    for (const row of await job.sweeper.scan(job.lineage)) signalProcess(row, "SIGKILL");
    if (await endsWithin(job, KILL_PERIOD_MS)) return;
  }
  signalGroup(job.lineage, "SIGKILL");
  await endsWithin(job, END_WAIT_MS);
};

const signalProgram = async (job: StoppableJob, signal: NodeJS.Signals): Promise<void> => {
  const deadlineMs = performance.now() + PROGRAM_WAIT_MS;
  do {
    const members = await job.sweeper.scan(job.lineage);
    const program = members.find((row) => row.parent === job.lineage.keeper?.pid);
    // The keeper's trap would swallow the signal in a copy of it.
    if (program && !isForkedCopy(program)) {
      signalProcess(program, signal);
      return;
    }
  } while (performance.now() < deadlineMs && !(await endsWithin(job, PROGRAM_POLL_MS)));
};

/** To the group at once, and to those who left it. */
const terminateAll = async (job: StoppableJob): Promise<void> => {
  const members = await job.sweeper.scan(job.lineage);
  signalGroup(job.lineage, "SIGTERM");
  for (const row of members) if (row.group !== job.lineage.keeper?.pid) signalProcess(row, "SIGTERM");
};

const signalGroup = (lineage: Lineage, signal: NodeJS.Signals): void => {
  const keeper = lineage.keeper && readProcess(lineage.keeper.pid);
  if (!keeper || !isKeeper(keeper, lineage)) return;
  try {
    process.kill(-keeper.pid, signal);
  } catch {
    // The group ended meanwhile.
  }
};

const endsWithin = async ({ ended }: StoppableJob, delayMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, delayMs, false);
  });
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
};
