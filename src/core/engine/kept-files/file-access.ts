import { readFile, realpath } from "node:fs/promises";
import { FileWriteError, updateFile } from "../../files/write-atomically.ts";

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

/** A file's bytes; undefined when there is none. */
export const readOrNone = (path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
