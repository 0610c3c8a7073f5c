import { fstatSync } from "node:fs";

/** Words that end a run when they come on a piped stdin (product.md, Command line). */
const EXIT_WORDS: ReadonlySet<string> = new Set(["stop", "quit", "*exit", "end team"]);
/** A longer line is no exit word; what is remembered of it is bounded. */
const LINE_CHARACTERS_MAX = 1_000;

/** A stream as `process.stdin` is one. */
export interface InputStream {
  on(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  pause(): unknown;
  unref?(): unknown;
}

/**
 * Calls `onStop` with the word each time an exit word comes as a line of stdin. Only a pipe or a socket is read: reading
 * a terminal from the background would stop the process, and a file or /dev/null says nothing. The end of stdin means
 * nothing, and reading it keeps no process alive. Returns a function that stops listening.
 */
export const listenForExitWords = (
  openInput: () => InputStream,
  onStop: (word: string) => void,
  fd = 0,
): (() => void) => {
  if (!isPipe(fd)) return () => {};
  const input = openInput();
  let line = "";
  const onData = (chunk: Buffer | string): void => {
    const lines = (line + chunk.toString()).split(/\r\n|\n|\r/);
    line = (lines.pop() ?? "").slice(0, LINE_CHARACTERS_MAX);
    for (const each of lines) {
      const word = each.trim().toLowerCase();
      if (EXIT_WORDS.has(word)) onStop(word);
    }
  };
  input.on("data", onData);
  // A broken stdin is no reason to end a run.
  input.on("error", () => {});
  input.unref?.();
  return () => {
    input.off("data", onData);
    input.pause();
  };
};

const isPipe = (fd: number): boolean => {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
};
