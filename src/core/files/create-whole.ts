import { link, unlink, writeFile } from "node:fs/promises";

/**
 * Creates `path` with its whole content, or returns false when it exists: nobody ever sees a half-written one.
 * `draft` is where it is written first, on the same file system; a crash may leave it.
 */
export const createWhole = async (path: string, draft: string, content: string, mode?: number): Promise<boolean> => {
  await writeDraft(draft, content, mode);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
};

/** Writes a new file, or leaves nothing. */
export const writeDraft = async (draft: string, content: string, mode = 0o666): Promise<void> => {
  try {
    await writeFile(draft, content, { flag: "wx", mode });
  } catch (error) {
    // A full disk leaves an empty file.
    await unlink(draft).catch(() => {});
    throw error;
  }
};
