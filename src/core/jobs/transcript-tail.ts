import { setImmediate as nextTurn } from "node:timers/promises";
import { boundFile } from "./bounded-file.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { openTranscript, type TranscriptFile } from "./transcript-file.ts";

/** How a transcript is followed. */
export interface TailOptions {
  /** Where to begin: `offset` of an earlier tail. One that lies behind the end begins again at the beginning. */
  readonly fromOffset?: number;
  /** Takes the lines in order, without their newlines; the next ones wait until it is done. */
  onLines(lines: string[]): void | Promise<void>;
  /** What is kept of one line, bytes. */
  readonly lineBytesMax?: number;
  /** Size beyond which what was read is cut from the file, bytes. */
  readonly transcriptBytesMax?: number;
  /** Called once when the program printed ten times the limit; nothing is delivered from then on. Stop the job. */
  onFlood?(): void;
  /** The job's stderr, to be kept below the same limit. */
  readonly stderrFile?: string;
}

/** One reader of a growing transcript. It does nothing by itself: add `poll` to a pulse of about 4 beats a second. */
export interface TranscriptTail {
  /** Where a later tail continues: behind the last whole line that was delivered. Counts bytes cut off, too. */
  readonly offset: number;
  /** Whether its beginning was cut off. */
  readonly wasCut: boolean;
  /** Reads what is there now. Calls while one is under way share it. */
  poll(): Promise<void>;
  /** Reads to the end, delivers a last line without newline, too, and closes. For after the job's end. */
  finish(): Promise<void>;
  /** Stops reading at once; a poll under way ends after the piece it is at. */
  close(): void;
}

const LINE_BYTES_MAX = 16 * 2 ** 20;
const TRANSCRIPT_BYTES_MAX = 200 * 2 ** 20;
/** How many times the limit may be printed before it is a flood. */
const FLOOD_FACTOR = 10;
/** How far beyond the limit a transcript may grow until its program is quiet for a moment. */
const BUSY_FACTOR = 1.25;
const PIECE_BYTES = 128 * 1024;
/** Pieces before the event loop gets a turn: about 1 ms. */
const PIECES_PER_TURN = 8;
const STDERR_BYTES_KEPT = 64 * 1024;
/** How often one poll runs after a program that prints faster than we read; the next poll goes on. */
const ROUNDS_MAX = 10;
const NOTHING = Buffer.alloc(0);

/**
 * Follows a transcript by offset in bounded memory: one piece, one partial line and the lines of that piece, however
 * much is printed. The file is read synchronously, because it comes from the page cache (30 µs a piece) and an
 * asynchronous read costs more than that in hops.
 */
export const tailTranscript = (file: string, options: TailOptions): TranscriptTail => {
  const bytesMax = options.transcriptBytesMax ?? TRANSCRIPT_BYTES_MAX;
  const splitter = createLineSplitter(options.lineBytesMax ?? LINE_BYTES_MAX);
  const isFlood = createFloodGauge(bytesMax, options);
  let transcript: TranscriptFile | undefined;
  let position = options.fromOffset ?? 0;
  let wasCut = false;
  let isClosed = false;
  let underWay: Promise<void> | undefined;

  const readTo = async (from: TranscriptFile, end: number): Promise<void> => {
    // Allocated while there is something to read only: a quiet job must not hold a piece.
    const piece = position < end ? Buffer.allocUnsafeSlow(PIECE_BYTES) : NOTHING;
    for (let pieces = 1; position < end && !isClosed; pieces++) {
      const bytes = from.read(piece, position);
      if (bytes === 0) return;
      position += bytes;
      const lines = splitter.push(piece.subarray(0, bytes));
      if (lines.length > 0) await options.onLines(lines);
      if (pieces % PIECES_PER_TURN === 0) await nextTurn();
    }
  };

  const skipTo = (offset: number): void => {
    splitter.end();
    position = offset;
  };

  /**
   * @param isQuiet whether nothing came since the last poll: the moment to cut, because what is printed in the tenth
   * of a millisecond between our last look and the cut is lost; a program that is never quiet is cut a little later
   * @returns whether there is nothing more to do for now
   */
  const readSome = async (from: TranscriptFile, isQuiet: boolean): Promise<boolean> => {
    const end = from.end();
    // An offset from before a truncation by others points into nothing.
    if (position < from.begin() || position > end) skipTo(from.begin());
    const mustDiscard = isFlood(end);
    if (mustDiscard) skipTo(end);
    const isLarge = end - from.begin() > (isQuiet ? bytesMax : bytesMax * BUSY_FACTOR);
    if (position < end) await readTo(from, end);
    // Only with nothing unread, which would be lost; so a large file is looked at again right after it was read.
    else if (isLarge) from.cut(end);
    else return true;
    return !isLarge || mustDiscard;
  };

  const readOn = async (): Promise<void> => {
    transcript ??= openTranscript(file);
    if (!transcript) return;
    const isQuiet = transcript.end() === position;
    for (let rounds = 0; rounds < ROUNDS_MAX && !isClosed; rounds++) if (await readSome(transcript, isQuiet)) break;
    wasCut = transcript.begin() > 0;
  };

  const poll = (): Promise<void> => {
    if (isClosed) return Promise.resolve();
    underWay ??= readOn().finally(() => {
      underWay = undefined;
      if (isClosed) transcript?.close();
    });
    return underWay;
  };

  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    // A read under way still uses the file and closes it itself.
    if (!underWay) transcript?.close();
  };

  const finish = async (): Promise<void> => {
    try {
      await underWay;
      await poll();
      const lines = isClosed ? [] : splitter.end();
      if (lines.length > 0) await options.onLines(lines);
    } finally {
      close();
    }
  };

  return {
    get offset() {
      return position - splitter.pendingBytes;
    },
    get wasCut() {
      return wasCut;
    },
    poll,
    finish,
    close,
  };
};

/** Says whether stdout (by its end) and stderr together are a flood, which they then stay; bounds stderr on the way. */
const createFloodGauge = (bytesMax: number, { stderrFile, onFlood }: TailOptions): ((end: number) => boolean) => {
  let stderrBytesCut = 0;
  let isFlood = false;
  return (end) => {
    if (stderrFile) stderrBytesCut += boundFile(stderrFile, bytesMax, STDERR_BYTES_KEPT);
    if (!isFlood && end + stderrBytesCut >= bytesMax * FLOOD_FACTOR) {
      isFlood = true;
      onFlood?.();
    }
    return isFlood;
  };
};
