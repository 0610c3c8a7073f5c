import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../model/user-error.ts";
import { SPRINT_FILE_BYTES_MAX } from "./sprint-document.ts";

/** Largest story file we read, in bytes. */
export const STORY_FILE_BYTES_MAX = 1024 * 1024;

/** Largest BMAD configuration file we read, in bytes. */
export const CONFIG_FILE_BYTES_MAX = 256 * 1024;

/** Most entries of one folder that are looked at for story files. */
const FOLDER_ENTRIES_MAX = 20_000;

/** Files read at the same time. */
const READS_MAX = 16;

/** Levels below a story folder at which epic and sprint folders are looked into. */
const SUBFOLDER_LEVELS_MAX = 2;

/** What reading a file gave: its bytes, or why not. */
export type FileContent =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "missing" }
  | { readonly kind: "dangling-link" }
  | { readonly kind: "too-large"; readonly bytesMax: number }
  | { readonly kind: "unreadable"; readonly why: string };

/** Reads a regular file of at most `bytesMax` bytes. Never throws. */
export const readFileBounded = async (path: string, bytesMax: number): Promise<FileContent> => {
  try {
    // A pipe would hold a thread of the process until somebody writes into it.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return { kind: "unreadable", why: "it is not a regular file" };
      if (stats.size > bytesMax) return { kind: "too-large", bytesMax };
      // A file may grow while it is read: one byte more than allowed tells.
      const buffer = Buffer.alloc(Math.min(stats.size, bytesMax) + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return { kind: "read", bytes: buffer.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return await failureOf(path, error);
  }
};

/** The sprint file's bytes, or undefined where the place is empty. Throws a UserError for one that cannot be read. */
export const readSprintBytes = async (projectDirectory: string, file: string): Promise<Uint8Array | undefined> => {
  const content = await readFileBounded(join(projectDirectory, file), SPRINT_FILE_BYTES_MAX);
  switch (content.kind) {
    case "read":
      return content.bytes;
    case "missing":
      return undefined;
    case "dangling-link":
      throw new UserError(`${file} is a symbolic link to a file that does not exist.`, [
        "Restore what it points to, or replace the link with the sprint file itself.",
      ]);
    case "too-large":
      throw new UserError(`${file} is larger than ${content.bytesMax / 2 ** 20} MiB; it was not read.`, [
        "Check that this is the sprint file, and move what does not belong there elsewhere.",
      ]);
    case "unreadable":
      throw new UserError(`${file} cannot be read: ${content.why}.`, ["Correct its permissions or replace it."]);
  }
};

/** The Markdown files below `folders`, relative to the project, epic and sprint subfolders included, in their order. */
export const listMarkdown = async (
  projectDirectory: string,
  folders: readonly string[],
): Promise<readonly string[]> => {
  const found = new Set<string>();
  for (const folder of folders) await listFolder(projectDirectory, folder, 0, found);
  return [...found];
};

/** Runs `work` for every item, a bounded number at a time, and gives the results in the items' order. */
export const mapBounded = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(READS_MAX, items.length) }, lane));
  return results;
};

const failureOf = async (path: string, error: unknown): Promise<FileContent> => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOTDIR") return { kind: "missing" };
  if (code !== "ENOENT") return { kind: "unreadable", why: code === "EACCES" ? "permission denied" : message };
  const isLink = await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  return { kind: isLink ? "dangling-link" : "missing" };
};

const listFolder = async (
  projectDirectory: string,
  folder: string,
  level: number,
  found: Set<string>,
): Promise<void> => {
  const entries = await readdir(join(projectDirectory, folder), { withFileTypes: true }).catch(() => []);
  const sorted = entries.slice(0, FOLDER_ENTRIES_MAX).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const prefix = folder === "" ? "" : `${folder}/`;
  for (const entry of sorted) {
    if (!entry.isDirectory() && /\.md$/i.test(entry.name)) found.add(prefix + entry.name);
  }
  if (level === SUBFOLDER_LEVELS_MAX) return;
  for (const entry of sorted) {
    const isStoryFolder = entry.isDirectory() && /^(?:stories|epic|sprint)/i.test(entry.name);
    if (isStoryFolder) await listFolder(projectDirectory, prefix + entry.name, level + 1, found);
  }
};
