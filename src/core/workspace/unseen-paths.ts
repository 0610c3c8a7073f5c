import { existsSync } from "node:fs";
import { join } from "node:path";
import { gitBytes } from "./git.ts";

/** Files of a working copy of which git's look at tracked files says nothing. Relative to the top of the repository. */
export interface UnseenPaths {
  /** Neither tracked nor ignored; a repository in the repository is a folder with a slash at its end. */
  readonly untracked: readonly string[];
  /** Git was told not to look (assume-unchanged, or skip-worktree although they are there): no status and no commit shows them. */
  readonly hidden: readonly string[];
}

/** Finds them with one git process, which takes half as long as a `git status` that looks for untracked files. */
export const unseenPaths = async (worktree: string): Promise<UnseenPaths> => {
  const args = ["ls-files", "-v", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await gitBytes(args, { cwd: worktree });
  const untracked: string[] = [];
  const hidden: string[] = [];
  for (const [tag, path] of entriesOf(stdout)) {
    if (tag === "?") untracked.push(path);
    // A sparse checkout leaves out what is not there.
    else if (tag !== "S" || existsSync(join(worktree, path))) hidden.push(path);
  }
  return { untracked, hidden };
};

const ORDINARY = "H".charCodeAt(0);
const UNMERGED = "M".charCodeAt(0);

/** Tag and path of the entries that are not just tracked: those are nearly all, and no text is made of them. */
const entriesOf = (output: Buffer): readonly (readonly [tag: string, path: string])[] => {
  const entries: (readonly [string, string])[] = [];
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    if (end === -1) break;
    const tag = output[start];
    if (tag !== ORDINARY && tag !== UNMERGED) {
      entries.push([output.toString("latin1", start, start + 1), output.toString("utf8", start + 2, end)]);
    }
    start = end + 1;
  }
  return entries;
};
