import { spawn } from "node:child_process";
import { constants } from "node:os";

/** What is run where a person sits. */
export interface TerminalProgram {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An end that says that all is well, or that a person wanted it: what was printed need not be read. */
const QUIET_ENDS = "0|130";

/** The same command, which waits for a key after an end that a person should read about before the terminal changes. */
export const held = (command: readonly string[]): readonly string[] => [
  "/bin/sh",
  "-c",
  `trap : INT QUIT; "$@"; s=$?; case $s in ${QUIET_ENDS}) ;; *) printf "\nenter goes back "; read -r _ ;; esac; exit $s`,
  "sh",
  ...command,
];

/**
 * Runs a program on this terminal until it ends; returns its exit status, 127 where it could not be started. Meanwhile
 * keys that mean a signal are the program's.
 */
export const runAtTerminal = async ({ command, cwd, env }: TerminalProgram): Promise<number> => {
  const [program = "", ...args] = command;
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  process.on("SIGQUIT", ignore);
  const child = spawn(program, args, { cwd, env, stdio: "inherit" });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  try {
    return await new Promise<number>((resolve) => {
      child.once("error", () => resolve(127));
      child.once("exit", (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
  } finally {
    process.off("SIGINT", ignore);
    process.off("SIGQUIT", ignore);
    process.off("SIGTERM", pass);
    process.off("SIGHUP", pass);
  }
};
