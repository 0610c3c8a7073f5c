import { join } from "node:path";
import { OWN_IDENTITY } from "./check-committing.ts";
import { git } from "./git.ts";
import { gitDirectoryOf, readGitFile } from "./git-directory.ts";
import { treeOf } from "./working-state.ts";

/** Below this are the states of worktrees that were saved before they were reset or reused. */
export const SAVED_REFS = "refs/storyboard/saved/";

/**
 * Keeps the state of a worktree, uncommitted and untracked files included, as a commit on top of its HEAD under
 * `refs/storyboard/saved/<name>/<commit>`. Saving the same state twice is harmless. Returns the ref's name.
 * @param name a valid ref path, e.g. the story's branch
 */
export const saveWork = async (
  worktree: string,
  details: { readonly name: string; readonly head: string; readonly reason: string },
): Promise<string> => {
  const tree = await treeOf(worktree);
  const message = `storyboard: saved ${details.name}\n\n${details.reason}\n`;
  // The work is the agents', so nobody is named but ourselves.
  const parents = [details.head, ...(await rebasedHeads(worktree))].flatMap((parent) => ["-p", parent]);
  const commit = await git(["commit-tree", tree, ...parents, "-F", "-"], {
    cwd: worktree,
    input: message,
    env: OWN_IDENTITY,
  });
  const ref = `${SAVED_REFS}${details.name.replace(/^storyboard\//, "")}/${commit.stdout.slice(0, 12)}`;
  await git(["update-ref", ref, commit.stdout], { cwd: worktree });
  return ref;
};

/** Where HEAD was before an unfinished rebase: commits that only git's notes about that rebase still name. */
const rebasedHeads = async (worktree: string): Promise<string[]> => {
  const directory = await gitDirectoryOf(worktree);
  const files = ["rebase-merge", "rebase-apply"].map((folder) => join(directory, folder, "orig-head"));
  const heads = await Promise.all(files.map(readGitFile));
  return heads.flatMap((head) => (head === undefined ? [] : [head.trim()]));
};
