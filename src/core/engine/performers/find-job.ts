import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Job, JobEnd, JobSpec } from "../../jobs/job.ts";
import type { World } from "./world.ts";

/** A job of this run: started now, taken over from an earlier lead, or ended while nobody looked. */
export type FoundJob =
  | { readonly kind: "running"; readonly job: Job; readonly adopted: boolean }
  | { readonly kind: "over"; readonly directory: string; readonly end: JobEnd };

/** Folders that a job may have used up before it was really started; each costs a crash at the wrong moment. */
const FOLDERS_MAX = 100;

/**
 * The job of that name: what an earlier lead started is adopted, what ended is not run again, and only what was never
 * started is started now. A folder that we had to fence off is left behind for the next number.
 */
export const findOrStartJob = async (
  world: World,
  name: string,
  spec: (directory: string, mark: string) => Promise<Omit<JobSpec, "directory" | "mark">>,
): Promise<FoundJob> => {
  for (let number = 1; number <= FOLDERS_MAX; number++) {
    const folder = number === 1 ? name : `${name}~${number}`;
    const directory = join(world.runDirectory, "jobs", folder);
    const mark = `${world.run.run}/${folder}`;
    if (!existsSync(directory)) {
      const job = await world.jobs.start({ ...(await spec(directory, mark)), directory, mark });
      return { kind: "running", job, adopted: false };
    }
    const found = await world.jobs.reopen(directory, mark);
    if (found.kind === "running") return { kind: "running", job: found.job, adopted: true };
    if (found.kind === "ended") return { kind: "over", directory, end: found.end };
    if (found.kind === "crashed") return { kind: "over", directory, end: { kind: "crashed" } };
  }
  throw new Error(`the job ${name} could not be started: ${FOLDERS_MAX} folders are in the way`);
};
