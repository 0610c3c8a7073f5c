import { listChanges } from "./commit-list.ts";
import { git } from "./git.ts";
import { saveWork } from "./saved-work.ts";
import { endLeftovers } from "./switch-worktree.ts";
import { readWorkingState, treeOf } from "./working-state.ts";

/** A worktree as it stood at one moment, uncommitted files included. */
export interface Snapshot {
  readonly head: string;
  readonly branch: string | undefined;
  readonly tree: string;
}

/** Remembers how a worktree stands, before a turn that may only read. */
export const takeSnapshot = async (worktree: string): Promise<Snapshot> => {
  const [state, tree] = await Promise.all([readWorkingState(worktree), treeOf(worktree)]);
  return { head: state.head, branch: state.branch, tree };
};

/** What a reader did to its worktree. */
export interface Undone {
  /** Files that differed, committed or not. */
  readonly changedPaths: readonly string[];
  /** Whether there were other commits on what was checked out. */
  readonly committed: boolean;
  /** Whether another branch was checked out, or none. */
  readonly leftBranch: boolean;
  /** The ref that keeps it. */
  readonly savedAs: string;
}

/**
 * Puts a worktree back to a snapshot when a reader changed it. What it had done is saved under a ref first; ignored files
 * are left alone. Uncommitted work that was there before stays, unstaged. Returns what was undone; undefined for nothing.
 */
export const resetTo = async (worktree: string, snapshot: Snapshot): Promise<Undone | undefined> => {
  const now = await takeSnapshot(worktree);
  const committed = now.head !== snapshot.head;
  const leftBranch = now.branch !== snapshot.branch;
  if (now.tree === snapshot.tree && !committed && !leftBranch) return undefined;
  const changedPaths = await pathsBetween(worktree, snapshot.tree, now.tree);
  const name = snapshot.branch ?? "detached";
  const savedAs = await saveWork(worktree, { name, head: now.head, reason: "A turn that may only read changed this." });
  await bringBack(worktree, snapshot);
  return { changedPaths, committed, leftBranch, savedAs };
};

/**
 * The same after a command that is nobody's work, a check: what it did is not saved, and what it left under way in git (a
 * lock, a merge) is forgotten.
 */
export const putBack = async (worktree: string, snapshot: Snapshot): Promise<void> => {
  await endLeftovers(worktree);
  const now = await takeSnapshot(worktree);
  if (now.tree === snapshot.tree && now.head === snapshot.head && now.branch === snapshot.branch) return;
  await bringBack(worktree, snapshot);
};

/**
 * Shows the files of another tree in a worktree, on the branch that it has; untracked and ignored files stay. Returns how it
 * stands then. Uncommitted changes of tracked files are lost: a snapshot taken before brings them back.
 */
export const showTree = async (worktree: string, tree: string): Promise<Snapshot> => {
  await git(["read-tree", "--reset", "-u", tree], { cwd: worktree });
  return takeSnapshot(worktree);
};

const bringBack = async (worktree: string, snapshot: Snapshot): Promise<void> => {
  // With everything in the index, read-tree knows each file that it has to change or remove.
  await git(["add", "-A", "--", ":(top)"], { cwd: worktree });
  await git(["read-tree", "--reset", "-u", snapshot.tree], { cwd: worktree });
  await putHeadBack(worktree, snapshot);
  await git(["reset", "--quiet", "--mixed", snapshot.head], { cwd: worktree });
};

/** The files that differ between two trees of one repository. */
export const pathsBetween = async (worktree: string, from: string, to: string): Promise<readonly string[]> =>
  from === to ? [] : (await listChanges(from, to, { cwd: worktree })).map((change) => change.path);

const putHeadBack = async (worktree: string, snapshot: Snapshot): Promise<void> => {
  if (snapshot.branch === undefined) {
    await git(["update-ref", "--no-deref", "HEAD", snapshot.head], { cwd: worktree });
    return;
  }
  const ref = `refs/heads/${snapshot.branch}`;
  await git(["symbolic-ref", "HEAD", ref], { cwd: worktree });
  await git(["update-ref", "-m", "storyboard: undo a reader's change", ref, snapshot.head], { cwd: worktree });
};
