import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The folder where git keeps index, HEAD and locks of one working copy, found without a git process. */
export const gitDirectoryOf = async (workingCopy: string): Promise<string> => {
  const pointer = join(workingCopy, ".git");
  if ((await stat(pointer)).isDirectory()) return pointer;
  const match = /^gitdir: (.+?)\r?\n?$/.exec(await readFile(pointer, "utf8"));
  if (match?.[1] === undefined) throw new Error(`${pointer} does not say where its git folder is`);
  return resolve(workingCopy, match[1]);
};

/** The branch checked out in a working copy (`storyboard/...`), or undefined when its HEAD is detached. */
export const branchIn = async (workingCopy: string): Promise<string | undefined> => {
  const head = await readFile(join(await gitDirectoryOf(workingCopy), "HEAD"), "utf8");
  return /^ref: refs\/heads\/(.+?)\n?$/.exec(head)?.[1];
};

/** The text of a file of the git folder, or undefined when there is none. */
export const readGitFile = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
