import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** What a poll found. */
export interface TailPiece {
  /** New text in order; whole characters. */
  readonly text: string;
  /** Whether the file was begun anew, so that `text` is its beginning and what was read before no longer counts. */
  readonly isAnew: boolean;
  /** Whether there is more than one poll reads. */
  readonly hasMore: boolean;
}

/** One reader of a text file that others append to. */
export interface TextTail {
  /** Reads what is new. It costs that, not what is there; while nothing is new, one look at the file's size and times. */
  poll(): TailPiece;
}

/** What one poll reads at most, bytes: whoever understands the text needs some 20 ms for as much. */
const BYTES_PER_POLL = 65_536;
/** Bytes before the offset by which a file is known again. */
const MARK_BYTES = 64;
const NOTHING: TailPiece = { text: "", isAnew: false, hasMore: false };

/**
 * Follows a text file by byte offset. It may appear later, be truncated, replaced (what was left unread of the old one is
 * lost) or rewritten: the last bytes that were read have to stand before the offset still, because a size can be
 * reached again and an inode's number used again. A character that is cut at the end comes with the next piece. A link, a
 * folder or a pipe is not read: the file is in a folder that agents write. Errors other than a missing file are the
 * caller's.
 */
export const tailText = (file: string): TextTail => {
  let offset = 0;
  let mark = Buffer.alloc(0);
  let seen: Seen | undefined;
  let decoder = new StringDecoder("utf8");

  const beginAnew = (): void => {
    offset = 0;
    mark = Buffer.alloc(0);
    decoder = new StringDecoder("utf8");
  };

  const readFrom = (descriptor: number): TailPiece => {
    const now = fstatSync(descriptor);
    const isAnew = offset > 0 && (isOther(now, seen) || now.size < offset || !isMarked(descriptor, offset, mark));
    if (isAnew) beginAnew();
    const piece = readAt(descriptor, offset, Math.min(now.size - offset, BYTES_PER_POLL));
    offset += piece.length;
    mark = Buffer.concat([mark, piece.subarray(-MARK_BYTES)]).subarray(-MARK_BYTES);
    const hasMore = offset < now.size;
    // With more to come the next poll must not take the file for an unchanged one.
    seen = { ...seenOf(now), size: offset };
    return { text: decoder.write(piece), isAnew, hasMore };
  };

  return {
    poll: () => {
      const now = statsIfThere(file);
      if (!now?.isFile() || isSame(now, seen)) return NOTHING;
      const descriptor = openIfThere(file);
      if (descriptor === undefined) return NOTHING;
      try {
        return readFrom(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
};

/** By what an unchanged file is known. */
type Seen = Pick<Stats, "ino" | "dev" | "size" | "mtimeMs" | "ctimeMs">;

const seenOf = ({ ino, dev, size, mtimeMs, ctimeMs }: Stats): Seen => ({ ino, dev, size, mtimeMs, ctimeMs });

const isOther = (now: Stats, seen: Seen | undefined): boolean =>
  seen !== undefined && (now.ino !== seen.ino || now.dev !== seen.dev);

const isSame = (now: Stats, seen: Seen | undefined): boolean =>
  seen !== undefined &&
  !isOther(now, seen) &&
  now.size === seen.size &&
  now.mtimeMs === seen.mtimeMs &&
  now.ctimeMs === seen.ctimeMs;

const isMarked = (descriptor: number, offset: number, mark: Buffer): boolean =>
  readAt(descriptor, offset - mark.length, mark.length).equals(mark);

const readAt = (descriptor: number, position: number, length: number): Buffer => {
  const buffer = Buffer.alloc(Math.max(length, 0));
  return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
};

const statsIfThere = (file: string): Stats | undefined => ifThere(() => lstatSync(file));

/** Opened without following a link and without waiting for the other end of a pipe. */
const openIfThere = (file: string): number | undefined =>
  ifThere(() => openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));

const ABSENT: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

const ifThere = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
};
