import { existsSync } from "node:fs";
import { join } from "node:path";
import { gitBytes } from "./git.ts";

/**
 * Files that git was told not to look at (assume-unchanged, or skip-worktree although they are there): whatever they hold,
 * no status and no commit shows it. Relative to the top of the repository; one git process.
 */
export const hiddenPaths = async (worktree: string): Promise<readonly string[]> => {
  const { stdout } = await gitBytes(["ls-files", "-v", "-z"], { cwd: worktree });
  return stdout
    .toString("utf8")
    .split("\0")
    .flatMap((entry) => {
      const path = entry.slice(2);
      if (/^[a-z] /.test(entry)) return [path];
      // A sparse checkout leaves out what is not there.
      return entry.startsWith("S ") && existsSync(join(worktree, path)) ? [path] : [];
    });
};
