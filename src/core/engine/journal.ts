import { closeSync, fdatasync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { UserError } from "../model/user-error.ts";
import type { JournaledEvent, RunEvent } from "../scheduler/events.ts";
import { checkFormat, FORMAT_VERSION } from "./run-file.ts";

/** Bytes read at once when a journal is opened. */
const READ_CHUNK_BYTES = 1 << 20;

const NEWLINE = 0x0a;

/** An append-only file of decided events, one JSON object a line: the truth of a run. */
export interface Journal {
  /** Writes the events of one step to the file at once, without waiting for the disk. They are read as all or none. */
  append(events: readonly JournaledEvent[]): void;
  /** Resolves when all that was appended before the call is on the disk. Calls share a sync where they can. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * Opens or makes a journal and returns the events that it holds. A torn last step, as a crash or a full disk leaves it,
 * is cut off; any other damage, and a format version that we do not know, is a UserError that names the line.
 */
export const openJournal = (path: string): { readonly journal: Journal; readonly events: JournaledEvent[] } => {
  const file = openSync(path, "a+", 0o600);
  const { events, validBytes, allBytes } = readEvents(file, path);
  if (validBytes < allBytes) ftruncateSync(file, validBytes);
  return { journal: journalOn(file), events };
};

/** The events of a journal without opening it for writing; a torn last step is left out. */
export const readJournal = (path: string): JournaledEvent[] => {
  const file = openSync(path, "r");
  try {
    return readEvents(file, path).events;
  } finally {
    closeSync(file);
  }
};

const journalOn = (file: number): Journal => {
  let waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let syncing = false;
  const flush = (): void => {
    if (syncing || waiting.length === 0) return;
    // Whoever comes while a sync is under way waits for the next one, together with all others that come meanwhile.
    const served = waiting;
    waiting = [];
    syncing = true;
    fdatasync(file, (error) => {
      syncing = false;
      for (const { resolve, reject } of served) error === null ? resolve() : reject(error);
      flush();
    });
  };
  return {
    append: (events) => {
      if (events.length === 0) return;
      // Half a step would be a state that no decision ever made: each line says whether more of its step follow.
      const lines = events.map(({ seq, at, event }, index) => {
        const more = index < events.length - 1 ? { more: true } : {};
        return `${JSON.stringify({ v: FORMAT_VERSION, seq, at, ...more, event })}\n`;
      });
      writeWhole(file, Buffer.from(lines.join("")));
    },
    sync: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        flush();
      }),
    close: () => closeSync(file),
  };
};

const writeWhole = (file: number, bytes: Buffer): void => {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
};

interface ReadEvents {
  readonly events: JournaledEvent[];
  /** Bytes up to the end of the last whole step. */
  readonly validBytes: number;
  readonly allBytes: number;
}

const readEvents = (file: number, path: string): ReadEvents => {
  const events: JournaledEvent[] = [];
  const chunk = Buffer.alloc(READ_CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  let allBytes = 0;
  let whole = { events: 0, bytes: 0 };
  for (;;) {
    const count = readSync(file, chunk, 0, chunk.length, allBytes);
    if (count === 0) break;
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
    const startsAt = allBytes - rest.length;
    allBytes += count;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const { entry, more } = parseLine(bytes.toString("utf8", start, end), events.length + 1, path);
      events.push(entry);
      start = end + 1;
      if (!more) whole = { events: events.length, bytes: startsAt + start };
    }
    rest = bytes.subarray(start);
  }
  events.length = whole.events;
  return { events, validBytes: whole.bytes, allBytes };
};

interface ParsedLine {
  readonly entry: JournaledEvent;
  /** Whether more events of the same step follow. */
  readonly more: boolean;
}

const parseLine = (line: string, number: number, path: string): ParsedLine => {
  const damaged = (why: string): UserError =>
    new UserError(
      `${path}:${number}: the journal of this run is damaged: ${why}.`,
      [
        "Start anew with --fresh: the old run is kept, and its unlanded branches are listed.",
        "What has landed is safe: it is in git.",
      ],
      3,
    );
  let parsed: { v?: unknown; seq?: unknown; at?: unknown; more?: unknown; event?: { type?: unknown } };
  try {
    parsed = JSON.parse(line);
  } catch {
    throw damaged("the line is no JSON");
  }
  if (typeof parsed.v === "number") checkFormat(path, parsed.v);
  if (parsed.seq !== number) throw damaged(`event ${number} is missing`);
  if (typeof parsed.at !== "number" || typeof parsed.event?.type !== "string") throw damaged("the event is not whole");
  return { entry: { seq: number, at: parsed.at, event: parsed.event as RunEvent }, more: parsed.more === true };
};
