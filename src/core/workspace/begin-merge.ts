import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Committing } from "./check-committing.ts";
import { git, gitBytes, zeroSeparated } from "./git.ts";
import { gitDirectoryOf } from "./git-directory.ts";
import type { ResolveConflict } from "./resolve-conflicts.ts";

/** What is merged into a worktree, and how. */
export interface MergeRequest {
  /** The commit that is brought in. */
  readonly onto: string;
  /** Message of the merge, where nothing is left to decide. */
  readonly message: string;
  readonly committing: Committing;
  /** Merges by meaning what git cannot. `ours` is what is brought in, as when the story lands. */
  readonly resolve: ResolveConflict | undefined;
}

/** Whether a commit has to be merged into the branch of a worktree: neither done nor under way. */
export const needsMerge = async (worktree: string, onto: string): Promise<boolean> => {
  if (await isMerging(worktree)) return false;
  const args = ["merge-base", "--is-ancestor", onto, "HEAD"];
  return (await git(args, { cwd: worktree, allowFailure: true })).exitCode !== 0;
};

/**
 * Merges a commit into the branch of a worktree, in its working copy: committed where nothing is left to decide, else left
 * under way with marks of conflict. Throws where uncommitted work is in the way.
 */
export const beginMerge = async (worktree: string, request: MergeRequest): Promise<void> => {
  const { onto, committing } = request;
  const options = { cwd: worktree, env: committing.environment };
  const args = ["merge", "--quiet", "--no-ff", "--no-commit", "--no-verify", "--no-verify-signatures", onto];
  const merge = await git(args, { ...options, allowFailure: true });
  const open = await resolveUnmerged(worktree, request.resolve);
  if (open > 0) return;
  if (!(await isMerging(worktree))) {
    throw new Error(`git merge ${onto}: ${merge.stderr.trim() || merge.stdout.trim()}`);
  }
  const sign = committing.sign ? "--gpg-sign" : "--no-gpg-sign";
  await git(["commit", "--quiet", "--no-verify", sign, "-m", request.message], options);
};

/** Whether a merge is under way in a worktree. */
const isMerging = async (worktree: string): Promise<boolean> =>
  existsSync(join(await gitDirectoryOf(worktree), "MERGE_HEAD"));

/** The files that a merge left in conflict in a worktree. */
export const unmergedFiles = async (worktree: string): Promise<string[]> =>
  zeroSeparated((await gitBytes(["diff", "--name-only", "--diff-filter=U", "-z"], { cwd: worktree })).stdout);

/** Resolves by meaning what can be; returns how many files are left in conflict. */
const resolveUnmerged = async (worktree: string, resolve: ResolveConflict | undefined): Promise<number> => {
  const files = await unmergedFiles(worktree);
  let open = files.length;
  for (const path of resolve === undefined ? [] : files) {
    const [base, theirs, ours] = await Promise.all([1, 2, 3].map((stage) => readStage(worktree, stage, path)));
    if (base === undefined || theirs === undefined || ours === undefined) continue;
    const merged = await resolve?.(path, { base, ours, theirs });
    if (merged === undefined) continue;
    await writeFile(join(worktree, path), merged);
    await git(["add", "--", path], { cwd: worktree });
    open--;
  }
  return open;
};

const readStage = async (worktree: string, stage: number, path: string): Promise<Uint8Array | undefined> => {
  const found = await gitBytes(["show", `:${stage}:${path}`], { cwd: worktree, allowFailure: true });
  return found.exitCode === 0 ? found.stdout : undefined;
};

/** Places (`file:line`) where a branch has marks of conflict that its baseline has not. */
export const conflictMarks = async (worktree: string, baseline: string): Promise<string[]> => {
  const { stdout } = await git(["diff", "--check", baseline, "HEAD", "--"], { cwd: worktree, allowFailure: true });
  return stdout.split("\n").flatMap((line) => /^(.+:\d+): leftover conflict marker$/.exec(line)?.[1] ?? []);
};
