import { realpath, stat } from "node:fs/promises";
import { readLinkedFile } from "../../files/read-plain-file.ts";
import { FileWriteError, updateFile } from "../../files/write-atomically.ts";

/** Largest file whose bytes are kept, in bytes. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** Changes a file through links, in one atomic step. A file that is not there has no status to be kept: nothing happens. */
export const setIn = async (
  path: string,
  to: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<void> => {
  try {
    await updateFile(await realpath(path), to);
  } catch (error) {
    const code = error instanceof FileWriteError ? error.code : (error as NodeJS.ErrnoException).code;
    if (code !== "ENOENT") throw error;
  }
};

/**
 * All bytes of the file that a path leads to; undefined when there is none. Throws for what is no plain file, cannot be
 * read or is larger than 16 MB: what is read here is written again, and no part of it may be lost.
 */
export const readOrNone = async (path: string): Promise<Uint8Array | undefined> => {
  const read = await readLinkedFile(path, KEPT_BYTES_MAX);
  if (read?.isWhole) return read.bytes;
  if (read !== undefined) throw new Error(`${path} is larger than ${KEPT_BYTES_MAX / 2 ** 20} MB`);
  const isThere = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
  if (isThere) throw new Error(`${path} is no plain file, or cannot be read`);
  return undefined;
};
