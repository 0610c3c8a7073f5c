import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

/**
 * A transcript that a program appends to while we read it and now and then cut off its beginning. Offsets count all
 * bytes ever printed: after a cut the first line of the file is a mark that says how many are gone, so an offset
 * stored before the cut still means the same place, also to a lead that comes later.
 */
export interface TranscriptFile {
  /** Bytes printed so far, those cut off included. */
  end(): number;
  /** The first byte that is still there. */
  begin(): number;
  /** @returns how many bytes were read to the buffer's start; 0 at the end */
  read(buffer: Buffer, offset: number): number;
  /** Cuts off everything; the offset should be the end. What is printed between asking for that and this is lost. */
  cut(offset: number): void;
  close(): void;
}

/** Opens a transcript; undefined as long as there is none. */
export const openTranscript = (file: string): TranscriptFile | undefined => {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return undefined;
  let head = readHead(descriptor);
  let sizeSeen = 0;
  const size = (): number => {
    const now = fstatSync(descriptor).size;
    // Smaller than before: somebody else cut it.
    if (now < sizeSeen) head = readHead(descriptor);
    sizeSeen = now;
    return now;
  };
  return {
    end: () => Math.max(size() - head.bytes, 0) + head.offset,
    begin: () => head.offset,
    read: (buffer, offset) => readSync(descriptor, buffer, 0, buffer.length, offset - head.offset + head.bytes),
    cut: (offset) => {
      const mark = Buffer.from(transcriptMark(offset));
      // First, because nothing may be printed between the caller's last look and this. What is left is as long as the
      // mark, which then takes its place: so it is always the first line, and what is printed from now on follows it.
      ftruncateSync(descriptor, mark.length);
      writeSync(descriptor, mark, 0, mark.length, 0);
      head = { offset, bytes: mark.length };
      sizeSeen = mark.length;
    },
    close: () => closeSync(descriptor),
  };
};

/** The line, newline included, that stands for everything before an offset. JSON, because most transcripts are. */
export const transcriptMark = (offset: number): string =>
  `{"storyboard":"transcript-cut","offset":${String(offset).padStart(OFFSET_DIGITS)}}\n`;

/** Enough for every safe integer, so that all marks are equally long. */
const OFFSET_DIGITS = 16;
const MARK_PATTERN = /^\{"storyboard":"transcript-cut","offset": *(\d+)\}\n$/;

interface Head {
  /** What the first byte after the mark counts as. */
  readonly offset: number;
  /** The mark's own length; 0 without one. */
  readonly bytes: number;
}

const readHead = (descriptor: number): Head => {
  const buffer = Buffer.alloc(transcriptMark(0).length);
  const found = MARK_PATTERN.exec(buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, buffer.length, 0)));
  return found ? { offset: Number(found[1]), bytes: buffer.length } : { offset: 0, bytes: 0 };
};

const openIfThere = (file: string): number | undefined => {
  try {
    return openSync(file, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};
