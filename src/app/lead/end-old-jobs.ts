import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LIVE_GATE } from "../../core/engine/performers/run-gate.ts";
import { SHELL_STOP } from "../../core/engine/performers/run-setup.ts";
import { JOB_FILES } from "../../core/jobs/job.ts";
import { createJobs } from "../../core/jobs/jobs.ts";
import { runDirectory, runIds, type StoredRun } from "./runs.ts";

/**
 * Stops whatever agents and gates of earlier runs are still at work: a fresh start leaves no zombies. The caller holds
 * the repository's lock, so nobody else leads them. Their worktrees and branches stay as they are. Returns how many.
 */
export const endOldJobs = async (project: string): Promise<number> => {
  return endJobs(runIds(project).flatMap((run) => openJobs(run, join(runDirectory(project, run), "jobs"))));
};

/** Stops the gates that agents had asked an earlier lead of this run for: nobody waits for them any more. */
export const endAskedGates = async ({ file, directory }: StoredRun): Promise<number> =>
  endJobs(openJobs(file.run, join(directory, "jobs"), LIVE_GATE));

const endJobs = async (open: readonly OpenJob[]): Promise<number> => {
  if (open.length === 0) return 0;
  const jobs = createJobs();
  let ended = 0;
  for (const { directory, mark } of open) {
    const found = await jobs.reopen(directory, mark);
    if (found.kind !== "running") continue;
    await found.job.stop(SHELL_STOP);
    ended++;
  }
  jobs.close();
  return ended;
};

interface OpenJob {
  readonly directory: string;
  readonly mark: string;
}

/** Jobs that were claimed and have no exit record: at work, or gone without a word. */
const openJobs = (run: string, folder: string, prefix = ""): OpenJob[] =>
  namesIn(folder).flatMap((name) => {
    if (!name.startsWith(prefix)) return [];
    const directory = join(folder, name);
    const isOpen = existsSync(join(directory, JOB_FILES.claim)) && !existsSync(join(directory, JOB_FILES.exit));
    return isOpen ? [{ directory, mark: `${run}/${name}` }] : [];
  });

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
