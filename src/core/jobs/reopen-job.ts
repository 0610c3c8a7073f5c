import { closeSync, openSync, realpathSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessIdentity } from "../model/process-identity.ts";
import { JOB_FILES, type JobEnd, type Reopened } from "./job.ts";
import { type Claim, FENCE, readClaim, readEnd } from "./keeper-record.ts";
import { createLineage, type Lineage } from "./lineage.ts";
import { isAlive } from "./process-identity.ts";
import type { Pulse } from "./pulse.ts";
import { createRunningJob } from "./running-job.ts";
import type { Sweeper } from "./sweep.ts";

/** What reopening needs from its surroundings. */
export interface ReopenContext {
  readonly boot: string;
  readonly sweeper: Sweeper;
  /** Looks after adopted jobs, whose end nobody tells us. */
  readonly pulse: Pulse;
}

/** Between a keeper's creating its claim and writing it lie microseconds; this much is waited for it. */
const CLAIM_WAIT_MS = 1000;
const CLAIM_POLL_MS = 20;

/**
 * Finds out what became of a job that an earlier lead started, and takes it over if it still runs. Afterwards it is
 * certain that no second run of it can begin, and nothing that ended or crashed has left a process behind.
 */
export const reopenJob = async (directory: string, mark: string, context: ReopenContext): Promise<Reopened> => {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return { kind: "absent" };
  if (takeClaim(directory)) return { kind: "fenced" };
  const claim = await waitForClaim(directory);
  if (claim.kind === "fence") return { kind: "fenced" };
  const keeper = claim.kind === "keeper" ? claim.identity : undefined;
  const isThisBoot = !keeper || keeper.boot === context.boot;
  const lineage = createLineage({ mark, directory: realpathSync.native(directory), keeper, startedHereMs: undefined });
  if (keeper && isThisBoot && !readEnd(directory) && isAlive(keeper, context.boot))
    return { kind: "running", job: adopt(directory, lineage, keeper, context) };
  // Nothing survives a reboot; pids and start times of another boot would only point at strangers.
  if (isThisBoot) await context.sweeper.sweep(lineage);
  const end = readEnd(directory);
  return end ? { kind: "ended", end } : { kind: "crashed" };
};

/** The same exclusive creation that keepers use: who creates the file has the job. */
const takeClaim = (directory: string): boolean => {
  try {
    const file = openSync(join(directory, JOB_FILES.claim), "wx", 0o600);
    writeSync(file, FENCE);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
};

const waitForClaim = async (directory: string): Promise<Claim> => {
  for (let waitedMs = 0; ; waitedMs += CLAIM_POLL_MS) {
    const claim = readClaim(directory);
    if (claim.kind !== "torn" || waitedMs >= CLAIM_WAIT_MS) return claim;
    await delay(CLAIM_POLL_MS);
  }
};

const adopt = (directory: string, lineage: Lineage, keeper: ProcessIdentity, context: ReopenContext) => {
  const startedAtMs = Math.round(statSync(join(directory, JOB_FILES.claim)).mtimeMs);
  const ended = new Promise<JobEnd>((resolve) => {
    const stop = context.pulse.add(() => {
      // In this order: a keeper that ends between the two questions has written its record before.
      const isRunning = isAlive(keeper, context.boot);
      const end = readEnd(directory);
      if (isRunning && !end) return;
      stop();
      resolve(end ?? { kind: "crashed" });
    });
  });
  return createRunningJob({ directory, lineage, startedAtMs, ended }, context.sweeper);
};
