import { join } from "node:path";
import { lastBytes } from "../../jobs/bounded-file.ts";
import { JOB_FILES, type JobEnd, type StopPlan } from "../../jobs/job.ts";
import { isDiscounted } from "../../jobs/keeper-record.ts";
import { plainText } from "../../model/plain-text.ts";
import { findOrStartJob, type JobWorld } from "./find-job.ts";
import { environmentFor } from "./job-environment.ts";
import { inBackground, type World } from "./world.ts";

/** Longest that a set-up may take, in milliseconds. */
const SETUP_LIMIT_MS = 30 * 60_000;
const OUTPUT_BYTES_MAX = 16 * 1024;
const OUTPUT_LINES_MAX = 40;

/** How shell commands of the project are stopped. */
export const SHELL_STOP: StopPlan = { signal: "SIGTERM", graceMs: 2_000, killAfterMs: 3_000 };

/** As much of a world as a shell command of the project needs. */
export type ShellWorld = JobWorld & Pick<World, "background" | "now">;

/** How a shell command of the project ended. */
export interface ShellEnd {
  readonly end: JobEnd;
  /** Why it was stopped by us, where it was. */
  readonly stoppedFor?: "limit" | "nobody waits";
  /** The last lines of what it printed. */
  readonly tail: readonly string[];
  /** The file that holds all of it. */
  readonly output: string;
  readonly durationMs: number;
}

/**
 * Runs a shell line of the project's own (a gate, a set-up) under a keeper, with both streams in one file. One that an
 * earlier lead started goes on, and one that ended meanwhile is not run again.
 */
export const runShell = async (
  world: ShellWorld,
  name: string,
  line: string,
  at: {
    readonly cwd: string;
    readonly limitMs: number;
    readonly signal: AbortSignal;
    /** Told the file that it prints to. */
    readonly onOutput?: (file: string) => void;
  },
): Promise<ShellEnd> => {
  const found = await findOrStartJob(
    world,
    name,
    async (directory) => ({
      command: ["/bin/sh", "-c", `exec 2>&1\n${line}`],
      cwd: at.cwd,
      env: environmentFor(world, { directory }),
      input: "",
    }),
    "own-end",
  );
  if (found.kind === "over") return shellEnd(found.directory, found.end, 0);
  const { job } = found;
  at.onOutput?.(join(job.directory, JOB_FILES.transcript));
  let stoppedFor: ShellEnd["stoppedFor"];
  const stop = (reason: NonNullable<ShellEnd["stoppedFor"]>): void => {
    stoppedFor ??= reason;
    void inBackground(world, job.stop(SHELL_STOP));
  };
  const timer = setTimeout(() => stop("limit"), Math.max(1, job.startedAtMs + at.limitMs - world.now()));
  const onAbort = (): void => stop("nobody waits");
  if (at.signal.aborted) onAbort();
  at.signal.addEventListener("abort", onAbort, { once: true });
  const end = await job.ended;
  clearTimeout(timer);
  at.signal.removeEventListener("abort", onAbort);
  await job.swept;
  // One that an earlier lead was stopping when we took it over.
  if (stoppedFor === undefined && isDiscounted(job.directory)) return runShell(world, name, line, at);
  const result = shellEnd(job.directory, end, world.now() - job.startedAtMs);
  return stoppedFor === undefined ? result : { ...result, stoppedFor };
};

const shellEnd = (directory: string, end: JobEnd, durationMs: number): ShellEnd => {
  const output = `${directory}/${JOB_FILES.transcript}`;
  const text = plainText(lastBytes(output, OUTPUT_BYTES_MAX));
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return { end, tail: lines.slice(-OUTPUT_LINES_MAX), output, durationMs };
};

/** Runs the set-up command of a worktree. Throws with its last lines when it fails. */
export const runSetup = async (
  world: World,
  name: string,
  line: string,
  cwd: string,
  signal: AbortSignal,
): Promise<void> => {
  const { end, tail, stoppedFor } = await runShell(world, name, line, {
    cwd,
    limitMs: SETUP_LIMIT_MS,
    signal,
  });
  if (end.kind === "exited" && end.status === 0) return;
  const how = stoppedFor === "limit" ? "took too long" : describeEnd(end);
  throw new Error(`the worktree's set-up failed: ${line} ${how}\n${tail.slice(-10).join("\n")}`);
};

/** How a job ended, for people. */
export const describeEnd = (end: JobEnd): string => {
  if (end.kind === "exited") return `ended with status ${end.status}`;
  return end.kind === "crashed" ? "vanished without an exit record" : end.message;
};
