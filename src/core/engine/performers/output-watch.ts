import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Most lines that are told at once; the last ones. */
const LINES_MAX = 40;
const LINE_LENGTH_MAX = 500;
/** How much of an output one look reads, in bytes: its end. What came before that since the last look is passed over. */
const READ_BYTES_MAX = 64 * 1024;
const LINE_FEED = 0x0a;

/** Follows a growing file for somebody who wants to see what is new. */
export interface OutputWatch {
  /**
   * The whole lines since the last look, the last 40 of them; empty where there is nothing to read. Reads at most 64 KB,
   * however fast the file grows: the event loop is everybody's. Never throws.
   */
  newLines(file: string): readonly string[];
}

/** @param clean makes a line fit to be shown */
export const outputWatch = (clean: (text: string) => string): OutputWatch => {
  const piece = Buffer.allocUnsafe(READ_BYTES_MAX);
  let position = 0;
  /** Whether a line begins at the position, and not somewhere before. */
  let isAtLine = true;
  return {
    newLines: (file) => {
      const found = readEnd(file, piece, position);
      if (found.bytes === 0) return [];
      const end = piece.subarray(0, found.bytes).lastIndexOf(LINE_FEED) + 1;
      if (found.start > position) isAtLine = false;
      // A line longer than what is read at once is passed over.
      if (end === 0) {
        const isTooLong = found.bytes === READ_BYTES_MAX;
        position = found.start + (isTooLong ? found.bytes : 0);
        isAtLine &&= !isTooLong;
        return [];
      }
      const begin = isAtLine ? 0 : piece.indexOf(LINE_FEED) + 1;
      position = found.start + end;
      isAtLine = true;
      if (begin === end) return [];
      const lines = piece.toString("utf8", begin, end - 1).split("\n");
      return lines.slice(-LINES_MAX).map((line) => clean(line).slice(0, LINE_LENGTH_MAX));
    },
  };
};

/** Reads the end of what is behind a position, as much as the piece holds; none where that cannot be. */
const readEnd = (file: string, piece: Buffer, position: number): { readonly start: number; readonly bytes: number } => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const start = Math.max(position, fstatSync(descriptor).size - piece.length);
    return { start, bytes: readSync(descriptor, piece, 0, piece.length, start) };
  } catch {
    return { start: position, bytes: 0 };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};
