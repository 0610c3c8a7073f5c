import { gitEnvironment, QUIET_SETTINGS } from "./git-environment.ts";
import { type GitEnd, startGit } from "./start-git.ts";

/** Longest a git call may take, in milliseconds: a checkout through a slow smudge filter is the longest honest one. */
export const GIT_TIME_LIMIT_MS = 10 * 60_000;
/** Most bytes of output that are kept of a call. */
export const GIT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const LAST_LINES_MAX = 8;
/** Characters of a failed call that its message shows: what git says about it matters more. */
const SHOWN_CALL_LENGTH_MAX = 60;

export interface GitOptions {
  /** Folder to run in. */
  readonly cwd: string;
  /** Standard input; none when left out. */
  readonly input?: string | Uint8Array;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Return a failed call instead of throwing. A call that could not run or was cut off throws all the same. */
  readonly allowFailure?: boolean;
  readonly timeLimitMs?: number;
  readonly outputBytesMax?: number;
  /** Let the project's hooks and settings hold as for the user. Only the pre-flight asks for it. */
  readonly asUser?: boolean;
  /** Return what there is when the output is too long, instead of throwing. */
  readonly cutOutput?: boolean;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Whether `stdout` was cut at `outputBytesMax`. */
  readonly isCut: boolean;
}

/** A git call that failed. The message names the command and its last lines. */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly args: readonly string[];
  /** Undefined when git did not run or was killed. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** System error code when git could not be started, e.g. `ENOENT`. */
  readonly code: string | undefined;

  constructor(args: readonly string[], reason: string, details: { exitCode?: number; stderr: string; code?: string }) {
    const lastLines = details.stderr.trim().split("\n").slice(-LAST_LINES_MAX).join("\n");
    const call = `git ${args.join(" ")}`;
    const shown = call.length > SHOWN_CALL_LENGTH_MAX ? `${call.slice(0, SHOWN_CALL_LENGTH_MAX)}…` : call;
    super(`${shown}: ${reason}${lastLines === "" ? "" : `\n${lastLines}`}`);
    this.args = args;
    this.exitCode = details.exitCode;
    this.stderr = details.stderr;
    this.code = details.code;
  }
}

/**
 * Runs git and returns its raw output: the only place that starts it. It runs in a process group of its own, so a signal
 * to ours does not tear a half-done checkout, and nothing can prompt.
 */
export const gitBytes = async (args: readonly string[], options: GitOptions): Promise<GitResult> => {
  const { exitCode, stdout, stderr: errors, stoppedFor, error } = await startUntilReadable(args, options);
  const stderr = errors.toString("utf8");
  if (stoppedFor === "output" && options.cutOutput) return { exitCode: 0, stdout, stderr, isCut: true };
  if (exitCode === undefined) {
    const reason = stoppedFor === undefined ? (error?.message ?? "was killed") : STOPPED[stoppedFor];
    throw new GitError(args, reason, { stderr, ...(error?.code === undefined ? {} : { code: error.code }) });
  }
  if (exitCode !== 0 && !options.allowFailure) {
    throw new GitError(args, `exit status ${exitCode}`, { exitCode, stderr });
  }
  return { exitCode, stdout, stderr, isCut: false };
};

const STOPPED = { time: "took too long", output: "printed too much" } as const;

/** How often a call is tried that met a half-written worktree entry, and how long it waits before, in milliseconds. */
const HALF_WRITTEN_TRIES_MAX = 5;
const HALF_WRITTEN_PAUSE_MS = 5;

/**
 * Every git command that looks at the list of worktrees fails when another process is just adding one: "failed to read
 * .git/worktrees/x/commondir: Success". It has done nothing yet then, so it is tried again.
 */
const startUntilReadable = async (args: readonly string[], options: GitOptions): Promise<GitEnd> => {
  for (let attempt = 1; ; attempt++) {
    const end = await startGit({
      args: options.asUser ? args : [...QUIET_SETTINGS, ...args],
      cwd: options.cwd,
      env: gitEnvironment(process.env, options.env),
      input: options.input,
      timeLimitMs: options.timeLimitMs ?? GIT_TIME_LIMIT_MS,
      outputBytesMax: options.outputBytesMax ?? GIT_OUTPUT_BYTES_MAX,
    });
    const isHalfWritten = end.exitCode === 128 && /failed to read .*commondir/.test(end.stderr.toString());
    if (!isHalfWritten || attempt === HALF_WRITTEN_TRIES_MAX) return end;
    await new Promise((done) => setTimeout(done, HALF_WRITTEN_PAUSE_MS));
  }
};

/** Runs git and returns its output as text, without the last line break. Throws a GitError unless `allowFailure`. */
export const git = async (
  args: readonly string[],
  options: GitOptions,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> => {
  const { exitCode, stdout, stderr } = await gitBytes(args, options);
  return { exitCode, stdout: stdout.toString("utf8").replace(/\n$/, ""), stderr };
};

/** The fields of a `-z` output; the last one is ended, not separated, by its NUL. */
export const zeroSeparated = (output: Buffer | string): string[] => {
  const fields = output.toString("utf8").split("\0");
  if (fields.at(-1) === "") fields.pop();
  return fields;
};
