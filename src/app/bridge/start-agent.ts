import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { findProgram } from "../../core/jobs/find-program.ts";

/** How an agent's process ended; exactly one of the two is set. */
export interface AgentProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An agent's process, our only child. */
export interface AgentProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** After its output was read, or a moment after its end where something that it started keeps the output open. */
  readonly ended: Promise<AgentProcessEnd>;
  /** Harmless when it has ended. */
  signal(name: NodeJS.Signals): void;
}

/** The agent's process, or why there is none. */
export type StartedAgent =
  | { readonly kind: "started"; readonly agent: AgentProcess }
  | { readonly kind: "problem"; readonly message: string };

/** How long the output may stay open after the end. */
const OUTPUT_WAIT_MS = 500;

/**
 * Starts an agent's program in our own folder and group, with what it says on stderr going to ours, so that it is
 * stopped and swept like any job. It gets our environment without what our launcher added.
 */
export const startAgent = async (
  [name = "", ...programArguments]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<StartedAgent> => {
  const program = findProgram(name, process.cwd(), environment.PATH);
  if (program.kind === "problem") return { kind: "problem", message: program.message };
  try {
    const child = spawn(program.path, programArguments, {
      env: withoutLaunchers(environment),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = new Promise<AgentProcessEnd>((resolve) => {
      child.once("exit", (status, signal) => {
        const end = { status, signal };
        const late = setTimeout(resolve, OUTPUT_WAIT_MS, end);
        child.once("close", () => {
          clearTimeout(late);
          resolve(end);
        });
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    // It may end while it is being written to; its end says more than the broken pipe.
    child.stdin.on("error", () => undefined);
    child.on("error", () => undefined);
    const { stdin, stdout } = child;
    return { kind: "started", agent: { stdin, stdout, ended, signal: (signal) => void child.kill(signal) } };
  } catch (error) {
    return { kind: "problem", message: `${name} could not be started: ${(error as Error).message}` };
  }
};

/** How a shell reports an end: 128 and more stand for a signal. */
export const shellStatusOf = ({ status, signal }: AgentProcessEnd): number =>
  signal === null ? (status ?? 1) : 128 + constants.signals[signal];

const withoutLaunchers = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const set = ["STORYBOARD_LAUNCHER_SET", ...(environment.STORYBOARD_LAUNCHER_SET ?? "").split(/\s+/)];
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !set.includes(name)));
};
