import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Lines up to which an output is shown whole; of a longer one so many from its beginning and its end. */
const WHOLE_LINES_MAX = 100;
const FIRST_LINES = 20;
const LAST_LINES = 50;
/** Longest line that is shown, in characters. */
const LINE_LENGTH_MAX = 2_000;
/** How much is read of the beginning and of the end of an output, in bytes. */
const END_BYTES = 256 * 1024;
/** How much between the two is read to count its lines, in bytes; of a longer one nobody is told how many there are. */
const COUNTED_BYTES_MAX = 16 * 1024 * 1024;

/**
 * What a gate printed, as it is shown to whoever asked: all of up to 100 lines, else the first 20, how many were left out,
 * and the last 50 (the form of Hygeia's answers). Of an output beyond 512 KB its two ends are read alone. Undefined where
 * the file is gone. Memory is bounded, and the event loop stays free, however long it is.
 */
export const shownOutput = async (
  file: string,
  clean: (text: string) => string,
): Promise<readonly string[] | undefined> => {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const { size } = stats;
    const lines = size <= 2 * END_BYTES ? await readWhole(handle, size) : await readEnds(handle, size);
    return lines.map((line) => clean(line).slice(0, LINE_LENGTH_MAX));
  } finally {
    await handle.close();
  }
};

const readWhole = async (handle: FileHandle, size: number): Promise<readonly string[]> => {
  const lines = linesOf(await readAt(handle, 0, size));
  if (lines.length <= WHOLE_LINES_MAX) return lines;
  return [
    ...lines.slice(0, FIRST_LINES),
    leftOut(lines.length - FIRST_LINES - LAST_LINES, true),
    ...lines.slice(-LAST_LINES),
  ];
};

const readEnds = async (handle: FileHandle, size: number): Promise<readonly string[]> => {
  const [head, tail] = await Promise.all([readAt(handle, 0, END_BYTES), readAt(handle, size - END_BYTES, END_BYTES)]);
  const until = Math.min(size - END_BYTES, END_BYTES + COUNTED_BYTES_MAX);
  let feeds = countFeeds(head) + countFeeds(tail);
  for (let at = END_BYTES; at < until; at += END_BYTES) {
    feeds += countFeeds(await readAt(handle, at, Math.min(END_BYTES, until - at)));
  }
  // The line that the end of a piece cuts is left out, unless it is longer than what is shown of one.
  const first = linesOf(head).filter((line, i, all) => i < all.length - 1 || line.length > LINE_LENGTH_MAX);
  const last = linesOf(tail).slice(1);
  const shown = [first.slice(0, FIRST_LINES), last.slice(-LAST_LINES)] as const;
  const count = feeds + (tail.at(-1) === LINE_FEED ? 0 : 1);
  const left = count - shown[0].length - shown[1].length;
  return [...shown[0], ...(left > 0 ? [leftOut(left, until === size - END_BYTES)] : []), ...shown[1]];
};

const leftOut = (lines: number, isExact: boolean): string =>
  `... (${isExact ? "" : "more than "}${lines} lines truncated) ...`;

const readAt = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
};

/** A last line without an end counts; nothing behind the last end is no line. */
const linesOf = (bytes: Buffer): readonly string[] => {
  const lines = bytes.toString("utf8").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
};

const LINE_FEED = 10;

const countFeeds = (bytes: Uint8Array): number => {
  let count = 0;
  for (const byte of bytes) if (byte === LINE_FEED) count++;
  return count;
};
