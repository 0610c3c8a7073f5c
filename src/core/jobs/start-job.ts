import type { ChildProcess } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "../model/assert.ts";
import { findProgram } from "./find-program.ts";
import { JOB_FILES, type Job, type JobEnd, type JobSpec, type NotStartedProblem } from "./job.ts";
import { spawnKeeper } from "./keeper.ts";
import { readEnd } from "./keeper-record.ts";
import { createLineage } from "./lineage.ts";
import { readProcess } from "./process-table.ts";
import { createRunningJob, createUnstartedJob } from "./running-job.ts";
import type { Sweeper } from "./sweep.ts";

/** What starting needs from its surroundings. */
export interface StartContext {
  readonly boot: string;
  readonly sweeper: Sweeper;
  /** Told of every keeper, so that a lead that leaves can let go of it. */
  readonly onKeeper: (keeper: ChildProcess) => void;
}

/**
 * Creates the folder, writes the prompt and starts the keeper. What cannot be started is a job that has ended, never
 * an error. Works with synchronous calls on purpose: they take 0.2 ms in all beside the spawn, the asynchronous ones
 * take longer and give the event loop nothing.
 */
export const startJob = (spec: JobSpec, context: StartContext): Job => {
  const startedAtMs = Date.now();
  const startedHereMs = performance.now();
  const unstarted = (end: JobEnd): Job => createUnstartedJob(spec.directory, spec.mark, startedAtMs, end);
  const [name, ...programArguments] = spec.command;
  const program = findProgram(name, spec.cwd, spec.env.PATH);
  if (program.kind === "problem") return unstarted(notStarted(program.problem, program.message));
  try {
    const keeper = spawnKeeper({
      directory: spec.directory,
      boot: context.boot,
      mark: spec.mark,
      stdin: prepareFolder(spec),
      program: program.path,
      programArguments,
      cwd: spec.cwd,
      env: spec.env,
    });
    const ended = endOf(keeper, spec.directory);
    if (keeper.pid === undefined) return { ...unstarted(notStarted("other", "no process")), ended };
    context.onKeeper(keeper);
    // Our own child: its pid cannot be given away before its end was reported to us, which is after this.
    const row = readProcess(keeper.pid);
    const lineage = createLineage({
      mark: spec.mark,
      directory: realpathSync.native(spec.directory),
      keeper: row,
      startedHereMs,
      ownFolder: spec.ownFolder,
    });
    return createRunningJob({ directory: spec.directory, lineage, startedAtMs, ended }, context.sweeper);
  } catch (error) {
    return unstarted(spawnProblem(error));
  }
};

/** @returns the file that becomes the program's stdin */
const prepareFolder = ({ directory, input, files = {} }: JobSpec): string => {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  mkdirSync(directory, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
  if (input.length === 0) return "/dev/null";
  const file = join(directory, JOB_FILES.prompt);
  writeFileSync(file, input, { mode: 0o600 });
  return file;
};

/** The keeper's own end tells when to look; its record tells what happened. */
const endOf = (keeper: ChildProcess, directory: string): Promise<JobEnd> =>
  new Promise((resolve) => {
    keeper.once("error", (error) => resolve(spawnProblem(error)));
    keeper.once("exit", () => resolve(readEnd(directory) ?? { kind: "crashed" }));
  });

const notStarted = (problem: NotStartedProblem, message: string): JobEnd => ({ kind: "not-started", problem, message });

const spawnProblem = (error: unknown): JobEnd => {
  const { code, message } = error as NodeJS.ErrnoException;
  assert(code !== "EEXIST", `a job's folder is used once: ${message}`);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EROFS") return notStarted("disk-full", message);
  return code === "E2BIG"
    ? notStarted("too-long", "the arguments and the environment are longer than the system takes; give it on stdin")
    : notStarted("other", message);
};
