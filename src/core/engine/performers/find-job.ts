import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Job, JobEnd, JobSpec } from "../../jobs/job.ts";
import { isDiscounted } from "../../jobs/keeper-record.ts";
import type { EnvironmentWorld } from "./job-environment.ts";
import type { World } from "./world.ts";

/** A job of this run: started now, taken over from an earlier lead, or ended while nobody looked. */
export type FoundJob =
  | { readonly kind: "running"; readonly job: Job; readonly adopted: boolean }
  | { readonly kind: "over"; readonly directory: string; readonly end: JobEnd };

/** As much of a world as a job needs. */
export type JobWorld = EnvironmentWorld & Pick<World, "runDirectory" | "jobs">;

/** Whether this lead or an earlier one began to start the job of that name. */
export const wasJobMade = (world: World, name: string): boolean => existsSync(join(world.runDirectory, "jobs", name));

/** Folders that a job may have used up before it was really started; each costs a crash at the wrong moment. */
const FOLDERS_MAX = 100;

/** What a job's end may be good for, when it is asked for again. */
export type Reuse =
  /** Whatever became of it: a turn is told by its end, also a bad one. */
  | "any-end"
  /** Only an end of its own: what was stopped or vanished says nothing, and is run again. */
  | "own-end";

/**
 * The job of that name: what an earlier lead started is adopted, what ended is not run again, and only what was never
 * started is started now. A folder that we had to fence off is left behind for the next number.
 */
export const findOrStartJob = async (
  world: JobWorld,
  name: string,
  spec: (directory: string, mark: string) => Promise<Omit<JobSpec, "directory" | "mark">>,
  reuse: Reuse = "any-end",
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
    const saysNothing = found.kind === "crashed" || isDiscounted(directory);
    if (reuse === "own-end" && found.kind !== "running" && saysNothing) continue;
    if (found.kind === "running") return { kind: "running", job: found.job, adopted: true };
    if (found.kind === "ended") return { kind: "over", directory, end: found.end };
    if (found.kind === "crashed") return { kind: "over", directory, end: { kind: "crashed" } };
  }
  throw new Error(`the job ${name} could not be started: ${FOLDERS_MAX} folders are in the way`);
};
