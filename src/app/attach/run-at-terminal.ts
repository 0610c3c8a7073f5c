import { spawn } from "node:child_process";

/** What is run where a person sits. */
export interface TerminalProgram {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program on this terminal until it ends; returns its exit status, 127 where it could not be started. Meanwhile
 * keys that mean a signal are the program's.
 */
export const runAtTerminal = async ({ command, cwd, env }: TerminalProgram): Promise<number> => {
  const [program = "", ...args] = command;
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  process.on("SIGQUIT", ignore);
  try {
    const child = spawn(program, args, { cwd, env, stdio: "inherit" });
    return await new Promise<number>((resolve) => {
      child.once("error", () => resolve(127));
      child.once("exit", (status) => resolve(status ?? 1));
    });
  } finally {
    process.off("SIGINT", ignore);
    process.off("SIGQUIT", ignore);
  }
};
