import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readlink, rm, symlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Most files that one carried-in folder may have; more than that is no configuration but somebody's data. */
export const CARRIED_FILES_MAX = 20_000;

/**
 * Makes `target` the same as `source`: a file, a link or a folder with all in it. Only what differs in size or time is
 * written, copy-on-write where the file system can; what the source does not have is removed. Repositories inside are
 * left out, and so is `leftOut`, a path in the source whose counterpart stays as it is. A missing source is no error.
 */
export const mirror = async (source: string, target: string, leftOut?: string): Promise<void> => {
  await mirrorEntry(source, target, { files: 0, leftOut });
};

interface Count {
  files: number;
  readonly leftOut: string | undefined;
}

const mirrorEntry = async (source: string, target: string, count: Count): Promise<void> => {
  const stats = source === count.leftOut ? undefined : await lstatOrNone(source);
  if (stats === undefined) return;
  if (stats.isDirectory()) return await mirrorFolder(source, target, count);
  if (++count.files > CARRIED_FILES_MAX) throw new Error(`${source}: more than ${CARRIED_FILES_MAX} files to carry in`);
  const there = await lstatOrNone(target);
  if (stats.isSymbolicLink()) return await mirrorLink(source, target, there !== undefined);
  if (!stats.isFile()) return;
  if (there?.isFile() && there.size === stats.size && there.mtimeMs === stats.mtimeMs) return;
  if (there !== undefined) await rm(target, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, stats.mode);
  await utimes(target, stats.atimeMs / 1000, stats.mtimeMs / 1000);
};

const mirrorFolder = async (source: string, target: string, count: Count): Promise<void> => {
  const entries = await readdir(source);
  if (entries.includes(".git")) return;
  const there = await lstatOrNone(target);
  if (there !== undefined && !there.isDirectory()) await rm(target, { force: true });
  await mkdir(target, { recursive: true });
  for (const extra of await readdir(target)) {
    if (!entries.includes(extra) && join(source, extra) !== count.leftOut)
      await rm(join(target, extra), { recursive: true, force: true });
  }
  for (const entry of entries) await mirrorEntry(join(source, entry), join(target, entry), count);
};

const mirrorLink = async (source: string, target: string, isThere: boolean): Promise<void> => {
  const to = await readlink(source);
  if (isThere && (await readlink(target).catch(() => undefined)) === to) return;
  await rm(target, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  await symlink(to, target);
};

const lstatOrNone = (path: string) =>
  lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
