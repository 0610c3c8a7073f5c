import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

/**
 * The last bytes of a file as text; empty when there is no such file. Begins at a line's start if it holds more than
 * one line, and never shows half a character.
 * @param bytesMax how much is read at most
 */
export const lastBytes = (file: string, bytesMax: number): string =>
  withFile(file, "r", (descriptor) => readEnding(descriptor, bytesMax).toString("utf8")) ?? "";

/**
 * Keeps a file that others append to (O_APPEND) from growing without end: beyond its limit only its ending stays,
 * under a line that says so.
 * @param bytesMax the size up to which the file is left alone
 * @param bytesKept how much of the ending stays
 * @returns how many bytes were dropped
 */
export const boundFile = (file: string, bytesMax: number, bytesKept: number): number =>
  withFile(file, "r+", (descriptor) => {
    const { size } = fstatSync(descriptor);
    if (size <= bytesMax) return 0;
    const ending = readEnding(descriptor, Math.min(bytesKept, bytesMax));
    const content = Buffer.concat([Buffer.from(`[storyboard: ${size - ending.length} bytes were cut here]\n`), ending]);
    // Written over what is there, then cut behind it: what is appended meanwhile can be lost, but never mixed up.
    writeSync(descriptor, content, 0, content.length, 0);
    ftruncateSync(descriptor, content.length);
    return size - ending.length;
  }) ?? 0;

const NEWLINE = 0x0a;

const readEnding = (descriptor: number, bytesMax: number): Buffer => {
  const { size } = fstatSync(descriptor);
  const buffer = Buffer.alloc(Math.min(size, bytesMax));
  const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, size - buffer.length));
  if (size <= bytesMax) return bytes;
  const firstNewline = bytes.indexOf(NEWLINE);
  const isInside = firstNewline >= 0 && firstNewline < bytes.length - 1;
  return isInside ? bytes.subarray(firstNewline + 1) : withoutHalfCharacter(bytes);
};

const withoutHalfCharacter = (bytes: Buffer): Buffer => {
  const start = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return start < 0 ? bytes : bytes.subarray(start);
};

const withFile = <T>(file: string, flags: string, use: (descriptor: number) => T): T | undefined => {
  let descriptor: number;
  try {
    descriptor = openSync(file, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
