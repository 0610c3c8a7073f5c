import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach } from "vitest";
import type { JobSpec } from "../../../src/core/jobs/job.ts";
import { createJobs, type Jobs, type JobsOptions } from "../../../src/core/jobs/jobs.ts";

const DEADLINE_MS = 15_000;

/** Waits until something is true; fails when it takes too long. */
export const until = async (what: string, isTrue: () => boolean): Promise<void> => {
  for (const deadline = performance.now() + DEADLINE_MS; !isTrue(); await delay(10))
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
};

/** The text of a file; empty when there is none. */
export const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/** Living processes whose command line holds a text, without our own. */
export const processesMentioning = (text: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(text))
    .map(Number);

export interface Place {
  readonly folder: string;
  readonly jobs: Jobs;
  /** A job that runs a shell script; the script's $0 is the place's folder, by which its processes are found. */
  shell(script: string, more?: Partial<JobSpec>): JobSpec;
}

const places: Place[] = [];

/** A temporary folder with jobs of its own, both gone after the test. */
export const createPlace = (options: JobsOptions = {}): Place => {
  const folder = mkdtempSync(join(tmpdir(), "storyboard-jobs-"));
  let count = 0;
  const place: Place = {
    folder,
    jobs: createJobs(options),
    shell: (script, more = {}) => ({
      directory: join(folder, "jobs", `job-${++count}`),
      mark: `${folder}-${count}`,
      command: ["sh", "-c", script, folder],
      cwd: folder,
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
      input: "",
      ...more,
    }),
  };
  places.push(place);
  return place;
};

afterEach(() => {
  for (const { folder, jobs } of places.splice(0)) {
    jobs.close();
    for (const pid of processesMentioning(folder)) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
