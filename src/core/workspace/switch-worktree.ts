import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { gitDirectoryOf } from "./git-directory.ts";
import type { WorktreeMutex } from "./worktree-mutex.ts";

export interface BranchStart {
  /** Without `refs/heads/`. */
  readonly branch: string;
  /** Commit that a new branch starts from; an existing branch is continued where it is. */
  readonly base: string;
}

/** What an agent may have left under way in its worktree; none of it is wanted by the next story. */
const LEFT_UNDER_WAY = ["rebase-merge", "rebase-apply", "sequencer", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];
/** No git command of an agent holds its index this long; an older lock was left by a kill. */
const LOCK_AGE_MAX_MS = 60_000;

/** Checks a story's branch out in a worktree of the pool, over whatever is there. */
export const switchWorktree = async (path: string, start: BranchStart): Promise<void> => {
  const made = await git(["checkout", "--quiet", "--force", "--no-track", "-b", start.branch, start.base], {
    cwd: path,
    allowFailure: true,
  });
  if (made.exitCode === 0) return;
  // The usual other reason is that the branch exists, from an attempt before: continue it.
  await git(["checkout", "--quiet", "--force", start.branch, "--"], { cwd: path });
};

/** Registers a new worktree, alone in the repository, and checks it out, beside others. */
export const addWorktree = async (
  repository: { readonly commonDirectory: string },
  path: string,
  start: BranchStart,
  mutex: WorktreeMutex,
): Promise<void> => {
  await mutex(() => register(repository.commonDirectory, path, start));
  await git(["reset", "--hard", "--quiet"], { cwd: path });
};

const register = async (cwd: string, path: string, start: BranchStart): Promise<void> => {
  const fresh = ["worktree", "add", "--quiet", "--no-checkout", "--no-track", "-b", start.branch, path, start.base];
  const existing = ["worktree", "add", "--quiet", "--no-checkout", path, start.branch];
  const first = await git(fresh, { cwd, allowFailure: true });
  if (first.exitCode === 0) return;
  // The usual reason is that the branch exists: from an attempt before, or from a try of git's that got half-way.
  await forgetLostWorktree(cwd, path, first.stderr);
  const next = isTaken(first.stderr) ? existing : fresh;
  const second = await git(next, { cwd, allowFailure: true });
  if (second.exitCode === 0) return;
  await forgetLostWorktree(cwd, path, second.stderr);
  await git(isTaken(second.stderr) ? existing : next, { cwd });
};

const isTaken = (stderr: string): boolean => /a branch named .* already exists/.test(stderr);

/** A branch that is "checked out" in a worktree whose folder is gone is free again once git forgets that worktree. */
const forgetLostWorktree = async (cwd: string, path: string, stderr: string): Promise<void> => {
  if (/already registered/.test(stderr)) await unregister(cwd, path);
  const lost = /already (?:checked out|used by worktree) at '(.+)'/.exec(stderr)?.[1];
  if (lost === undefined) return;
  const isThere = await stat(lost).then(
    () => true,
    () => false,
  );
  if (!isThere) await unregister(cwd, lost);
};

/** Takes one worktree out of git's list, with its folder. The caller holds the mutex. */
export const unregister = async (cwd: string, path: string): Promise<void> => {
  await git(["worktree", "remove", "--force", "--force", "--", path], { cwd, allowFailure: true });
};

/** Writes a worktree's pointer to its git folder again where only that was lost. The caller holds the mutex. */
export const repairWorktree = async (cwd: string, path: string): Promise<void> => {
  await git(["worktree", "repair", "--", path], { cwd, allowFailure: true });
};

/** Removes ignored and untracked files, except the names in `keep`, at any depth. */
export const cleanWorktree = async (path: string, keep: readonly string[]): Promise<void> => {
  const except = keep.map((name) => `--exclude=${name.replace(/^[!#]/, "\\$&")}`);
  await git(["clean", "-ffdxq", ...except], { cwd: path });
};

/** Forgets what an agent left under way: an unfinished rebase or merge, a lock of a killed git. */
export const endLeftovers = async (path: string): Promise<void> => {
  const directory = await gitDirectoryOf(path);
  const entries = [...LEFT_UNDER_WAY, "index.lock"];
  await Promise.all(entries.map((entry) => rm(join(directory, entry), { recursive: true, force: true })));
};

/** Removes the index lock of a git that was killed long ago. */
export const removeOldLock = async (path: string): Promise<void> => {
  const lock = join(await gitDirectoryOf(path), "index.lock");
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > LOCK_AGE_MAX_MS) await rm(lock, { force: true });
};
