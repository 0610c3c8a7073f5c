import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";

/** How much of a lockfile counts, in bytes: all of any that a package manager writes. */
export const LOCKFILE_BYTES_MAX = 64 * 1024 * 1024;

/** What a file held when it was opened, as far as it was read. */
export interface PlainFile {
  readonly bytes: Buffer;
  /** Whether that is all of it. */
  readonly isWhole: boolean;
}

/**
 * The first `bytesMax` bytes of a plain file; undefined where there is none, it is something else (a link, a folder, a pipe,
 * a device) or cannot be read. For every place where an agent may have put something: it waits for nobody, follows
 * nothing, and takes no more memory than it was given. Never throws.
 */
export const readPlainFile = async (path: string, bytesMax: number): Promise<PlainFile | undefined> => {
  // Opened without waiting for the other end of a pipe: that would hold a thread of the process for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(stats.size, bytesMax));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), isWhole: stats.size <= bytesMax };
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
};

/** The same of the file that a path leads to, for what people may link: a story file, a lockfile. */
export const readLinkedFile = async (path: string, bytesMax: number): Promise<PlainFile | undefined> => {
  const target = await realpath(path).catch(() => undefined);
  return target === undefined ? undefined : await readPlainFile(target, bytesMax);
};
