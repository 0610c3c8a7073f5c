import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProbeAnswer } from "../../core/agents/agent.ts";
import { onOwnEnd } from "./own-end.ts";

/** Bytes kept of each of a program's two outputs; one that prints more is not answering and is killed. */
const OUTPUT_BYTES_MAX = 65_536;
/** Longest that output is waited for after the program has ended: a child of its own may hold the pipe open. */
const OUTPUT_WAIT_MS = 200;

/** A question to a program. */
export interface ProgramQuestion {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/**
 * Starts a program and returns what it printed, at the latest when the limit is over; never rejects. It has no stdin and
 * no terminal, so that it cannot wait for a person; its process group is killed with it, and the temporary folder that it
 * gets goes.
 */
export const askProgram = async (question: ProgramQuestion): Promise<ProbeAnswer> => {
  const tmp = await mkdtemp(join(tmpdir(), "storyboard-ask-")).catch(() => undefined);
  if (tmp === undefined) return await answerOf(question);
  const removeTmp = (): void => rmSync(tmp, { recursive: true, force: true });
  const forget = onOwnEnd(removeTmp);
  try {
    return await answerOf({ ...question, env: { ...question.env, TMPDIR: tmp } });
  } finally {
    forget();
    await rm(tmp, { recursive: true, force: true }).catch(() => {});
  }
};

const answerOf = (question: ProgramQuestion): Promise<ProbeAnswer> =>
  new Promise((resolve) => {
    const child = start(question);
    if (child === undefined) return resolve({ status: null, stdout: "", stderr: "" });
    let isOver = false;
    const timers: NodeJS.Timeout[] = [];
    const finish = (status: number | null): void => {
      if (isOver) return;
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
      forget();
      killGroup(child.pid);
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      child.unref();
      resolve({ status, stdout: stdout(), stderr: stderr() });
    };
    const forget = onOwnEnd(() => killGroup(child.pid));
    const stdout = collect(child.stdout, () => finish(null));
    const stderr = collect(child.stderr, () => finish(null));
    timers.push(setTimeout(() => finish(null), question.limitMs));
    child.once("error", () => finish(null));
    child.once("exit", (status) => timers.push(setTimeout(() => finish(status), OUTPUT_WAIT_MS)));
    child.once("close", (status) => finish(status));
  });

const start = ({ program, args, cwd, env }: ProgramQuestion): ChildProcess | undefined => {
  try {
    // Detached means a session of its own, in which /dev/tty cannot be opened.
    return spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  } catch {
    return undefined;
  }
};

const collect = (stream: NodeJS.ReadableStream | null, onFull: () => void): (() => string) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on("error", () => {});
  stream?.on("data", (chunk: Buffer) => {
    if (bytes > OUTPUT_BYTES_MAX) return;
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > OUTPUT_BYTES_MAX) onFull();
  });
  return () => Buffer.concat(chunks).subarray(0, OUTPUT_BYTES_MAX).toString("utf8");
};

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
};
