import { existsSync, lstatSync, realpathSync } from "node:fs";
import { mkdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/** Longest file that an agent reads through us, in bytes. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The files of a worktree, and no others: links that lead out of it lead nowhere. */
export interface WorktreeFiles {
  /** Whether a path, absolute or relative to the worktree, is the worktree's own and no part of its git folder. */
  isOwn(file: string): boolean;
  /** The text from a line on, counted from 1, as many lines as wanted. Rejects with a message for the agent. */
  read(file: string, line?: number, limit?: number): Promise<string>;
  /** Writes a whole file and makes its folders. Rejects with a message for the agent. */
  write(file: string, text: string): Promise<void>;
}

/** The files below `folder`. */
export const openWorktreeFiles = (folder: string): WorktreeFiles => {
  const root = realpathSync(folder);

  const isOwn = (file: string): boolean => {
    const target = realTarget(path.resolve(folder, file));
    if (target === undefined) return false;
    const relative = path.relative(root, target);
    if (path.isAbsolute(relative)) return false;
    const [first] = relative.split(path.sep);
    return first !== ".." && first !== ".git";
  };

  const checked = (file: string): string => {
    if (!isOwn(file)) throw new Error(`${file} is not in the folder that you work in`);
    return path.resolve(folder, file);
  };

  return {
    isOwn,
    async read(file, line = 1, limit = Number.POSITIVE_INFINITY) {
      const target = await realpath(checked(file));
      if ((await stat(target)).size > FILE_BYTES_MAX) throw new Error(`${file} is too long`);
      const text = await readFile(target, "utf8");
      if (line <= 1 && limit === Number.POSITIVE_INFINITY) return text;
      return text
        .split("\n")
        .slice(Math.max(0, line - 1), Math.max(0, line - 1) + limit)
        .join("\n");
    },
    async write(file, text) {
      const target = checked(file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
  };
};

/** Where a path leads, with links followed as far as it exists; undefined where a link leads nowhere. */
const realTarget = (file: string): string | undefined => {
  let existing = file;
  const missing: string[] = [];
  while (!existsSync(existing)) {
    if (isLink(existing) || path.dirname(existing) === existing) return undefined;
    missing.unshift(path.basename(existing));
    existing = path.dirname(existing);
  }
  return path.join(realpathSync(existing), ...missing);
};

const isLink = (file: string): boolean => {
  try {
    return lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
};
