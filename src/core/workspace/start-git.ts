import { type ChildProcess, spawn } from "node:child_process";

/** One call of git, as the system sees it. */
export interface GitStart {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The complete environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | Uint8Array | undefined;
  readonly timeLimitMs: number;
  readonly outputBytesMax: number;
}

/** How it ended. `exitCode` is undefined when git did not run, was killed, or was stopped by a limit of ours. */
export interface GitEnd {
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly stoppedFor?: "time" | "output";
  /** Why it could not be started. */
  readonly error?: NodeJS.ErrnoException;
}

/** From TERM to KILL for a call that took too long, in milliseconds. */
const KILL_DELAY_MS = 2_000;
const STDERR_BYTES_MAX = 1024 * 1024;

/**
 * Starts git in a process group of its own and collects its output; never rejects. Node's own spawn, not execa: a
 * landing is a dozen calls of a few milliseconds each, and execa adds 2 ms to every one of them (measured), which is as
 * much as most of them take.
 */
export const startGit = (start: GitStart): Promise<GitEnd> =>
  new Promise((resolve) => {
    const child = spawn("git", start.args, {
      cwd: start.cwd,
      env: start.env,
      detached: true,
      stdio: [start.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stoppedFor: GitEnd["stoppedFor"];
    const stop = (reason: NonNullable<GitEnd["stoppedFor"]>): void => {
      stoppedFor ??= reason;
      killGroup(child);
    };
    const timer = setTimeout(() => stop("time"), start.timeLimitMs);
    const stdout = collect(child.stdout, start.outputBytesMax, () => stop("output"));
    const stderr = collect(child.stderr, STDERR_BYTES_MAX, () => {});
    // Git may end before it has read all of its input; what that means is told by its exit status.
    child.stdin?.on("error", () => {});
    child.stdin?.end(start.input);
    const finish = (exitCode: number | null, error?: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      resolve({
        exitCode: stoppedFor === undefined ? (exitCode ?? undefined) : undefined,
        stdout: stdout(),
        stderr: stderr(),
        ...(stoppedFor === undefined ? {} : { stoppedFor }),
        ...(error === undefined ? {} : { error }),
      });
    };
    child.once("error", (error) => finish(null, error));
    child.once("close", (exitCode) => finish(exitCode));
  });

const collect = (stream: NodeJS.ReadableStream | null, bytesMax: number, onFull: () => void): (() => Buffer) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    if (bytes > bytesMax) return;
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > bytesMax) onFull();
  });
  return () => Buffer.concat(chunks).subarray(0, bytesMax);
};

/** Git's own children (filters, a signing program) are in its group. */
const killGroup = (child: ChildProcess): void => {
  const { pid } = child;
  if (pid === undefined) return;
  signal(pid, "SIGTERM");
  const timer = setTimeout(() => signal(pid, "SIGKILL"), KILL_DELAY_MS);
  child.once("close", () => clearTimeout(timer));
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended meanwhile.
  }
};
