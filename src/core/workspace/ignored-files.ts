import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { PathChange } from "./commit-list.ts";
import { gitBytes, zeroSeparated } from "./git.ts";

/**
 * The ignored files that a move would write over: git takes them for worthless, but they may be somebody's only copy.
 * No git process unless something stands where a new file is to come.
 */
export const findIgnoredInTheWay = async (
  changes: readonly PathChange[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string[]> => {
  const added = changes.filter((change) => change.status === "A");
  const found = await Promise.all(added.map((change) => findObstacle(options.cwd, change.path)));
  const obstacles = [...new Set(found.filter((path) => path !== undefined))];
  if (obstacles.length === 0) return [];
  const specs = obstacles.map((path) => `:(top,literal)${path}`);
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", ...specs];
  return zeroSeparated((await gitBytes(args, options)).stdout);
};

/** What stands at a path, or instead of one of its folders. */
const findObstacle = async (root: string, path: string): Promise<string | undefined> => {
  const segments = path.split("/");
  for (let length = 1; length <= segments.length; length++) {
    const at = segments.slice(0, length).join("/");
    const stats = await lstat(join(root, at)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (stats === undefined) return undefined;
    if (!stats.isDirectory() || length === segments.length) return at;
  }
  return undefined;
};

/** Ignored files and folders of a working copy, from its top; a folder that is ignored as a whole ends with a slash. */
export const listIgnored = async (cwd: string): Promise<readonly string[]> => {
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", "--", ":(top)"];
  return zeroSeparated((await gitBytes(args, { cwd })).stdout).filter((path) => !path.startsWith(".storyboard"));
};
