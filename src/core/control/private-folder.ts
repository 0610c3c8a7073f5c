import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { UserError } from "../model/user-error.ts";

/** Makes a folder that only this user may enter, or makes an existing one so. Throws a UserError where it is no such thing. */
export const makePrivateFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid, isOurs } = describe(folder);
  if (!isOurs) {
    throw new UserError(`${folder} is not a folder of yours (it belongs to user ${uid}, or is a link).`, [
      "Remove it or make it a folder of your own, then start again.",
    ]);
  }
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
};

const describe = (folder: string): { mode: number; uid: number; isOurs: boolean } => {
  const found = lstatSync(folder);
  // Checked without following links: a link in a repository must not choose which folder's mode we change.
  return { mode: found.mode, uid: found.uid, isOurs: found.isDirectory() && isOwner(found.uid) };
};

/** Root may use anybody's folder: in containers a mounted project seldom belongs to it. */
const isOwner = (uid: number): boolean => {
  const user = process.getuid?.() ?? uid;
  return user === 0 || user === uid;
};
