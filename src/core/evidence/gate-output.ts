import { closeSync, openSync, readSync } from "node:fs";

/** Lines up to which an output is shown whole; of a longer one so many from its beginning and its end. */
const WHOLE_LINES_MAX = 100;
const FIRST_LINES = 20;
const LAST_LINES = 50;
/** Longest line that is shown, in characters. */
const LINE_LENGTH_MAX = 2_000;
/** How much of an output is read, in bytes; what comes behind is cut off as if it were not there. */
const READ_BYTES_MAX = 256 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/**
 * What a gate printed, as it is shown to whoever asked: all of up to 100 lines, else the first 20, how many were left out,
 * and the last 50 (the form of Hygeia's answers). Undefined where the file is gone. Memory is bounded, however long it is.
 */
export const shownOutput = (file: string, clean: (text: string) => string): readonly string[] | undefined => {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return undefined;
  }
  try {
    return readShown(descriptor, clean);
  } finally {
    closeSync(descriptor);
  }
};

const readShown = (descriptor: number, clean: (text: string) => string): string[] => {
  const shown = createShownLines();
  const decoder = new TextDecoder();
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let rest = "";
  for (let read = 0, bytes = 0; read < READ_BYTES_MAX; read += bytes) {
    bytes = readSync(descriptor, piece, 0, piece.length, null);
    if (bytes === 0) break;
    const lines = (rest + decoder.decode(piece.subarray(0, bytes), { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(-PIECE_BYTES);
    for (const line of lines) shown.add(line);
  }
  if (rest !== "") shown.add(rest);
  return shown.lines().map((line) => clean(line).slice(0, LINE_LENGTH_MAX));
};

interface ShownLines {
  add(line: string): void;
  lines(): string[];
}

const createShownLines = (): ShownLines => {
  const first: string[] = [];
  let last: string[] = [];
  let count = 0;
  return {
    add: (line) => {
      count++;
      if (first.length < FIRST_LINES) first.push(line);
      else last.push(line);
      if (last.length > 2 * WHOLE_LINES_MAX) last = last.slice(-WHOLE_LINES_MAX);
    },
    lines: () => {
      if (count <= WHOLE_LINES_MAX) return [...first, ...last];
      const left = count - FIRST_LINES - LAST_LINES;
      return [...first, `... (${left} lines truncated) ...`, ...last.slice(-LAST_LINES)];
    },
  };
};
