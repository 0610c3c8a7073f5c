import { access, constants } from "node:fs/promises";
import { UserError } from "../model/user-error.ts";

const REASONS: Readonly<Record<string, readonly [why: string, whatToDo: string]>> = {
  EROFS: ["its file system is mounted read-only", "Mount it so that it can be written, or start in a clone elsewhere."],
  EACCES: ["you may not write to it", "Correct its permissions or its owner, or start in a clone of your own."],
};

/** Throws a UserError for a folder in which nothing can be written; said before anything is tried. */
export const checkWritable = async (folder: string): Promise<void> => {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const [why, whatToDo] = REASONS[code] ?? [message, "Correct that and start again."];
    throw new UserError(`${folder} cannot be written: ${why}.`, [whatToDo]);
  }
};
