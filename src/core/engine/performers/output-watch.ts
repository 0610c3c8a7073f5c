import { closeSync, openSync, readSync } from "node:fs";

/** Most lines that are told at once; the last ones. */
const LINES_MAX = 40;
const LINE_LENGTH_MAX = 500;
/** How much of an output is read at once, in bytes; what comes faster is passed over. */
const READ_BYTES_MAX = 64 * 1024;

/** Follows a growing file for somebody who wants to see what is new. */
export interface OutputWatch {
  /** The whole lines since the last look, the last 40 of them; empty where there is nothing to read. */
  newLines(file: string): readonly string[];
}

/** @param clean makes a line fit to be shown */
export const outputWatch = (clean: (text: string) => string): OutputWatch => {
  const piece = Buffer.allocUnsafe(READ_BYTES_MAX);
  let position = 0;
  return {
    newLines: (file) => {
      const lines: string[] = [];
      for (let bytes = READ_BYTES_MAX; bytes === READ_BYTES_MAX; ) {
        bytes = readAt(file, piece, position);
        const end = piece.subarray(0, bytes).lastIndexOf(0x0a) + 1;
        // A line longer than what is read at once is passed over.
        position += end > 0 ? end : bytes === READ_BYTES_MAX ? bytes : 0;
        lines.push(
          ...piece
            .subarray(0, Math.max(0, end - 1))
            .toString("utf8")
            .split("\n")
            .slice(-LINES_MAX),
        );
        if (end === 0) lines.pop();
      }
      return lines.slice(-LINES_MAX).map((line) => clean(line).slice(0, LINE_LENGTH_MAX));
    },
  };
};

const readAt = (file: string, piece: Buffer, position: number): number => {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return 0;
  }
  try {
    return readSync(descriptor, piece, 0, piece.length, position);
  } finally {
    closeSync(descriptor);
  }
};
