import type { Committing } from "./check-committing.ts";
import { type Commit, listChanges, listCommits, type PathChange } from "./commit-list.ts";
import { git, gitBytes } from "./git.ts";
import { everythingBut, isWithinPaths } from "./path-set.ts";
import { unseenPaths } from "./unseen-paths.ts";
import { readWorkingState } from "./working-state.ts";

export interface StoryCommit {
  readonly id: string;
  readonly subject: string;
  /** `Name <address>`. */
  readonly author: string;
  readonly files: readonly string[];
}

/** What a story did since its baseline; paths are relative to the top of the repository. */
export interface StoryChanges {
  readonly head: string;
  /** Branch that the worktree has checked out; undefined when detached, as in the midst of a rebase. */
  readonly branch: string | undefined;
  /** Whether the branch grew from the baseline; else its commits and paths say nothing. */
  readonly descends: boolean;
  /** Oldest first. */
  readonly commits: readonly StoryCommit[];
  /** What the commits change in sum. */
  readonly changedPaths: readonly string[];
  /** The same with git's letter for each: what differs between the baseline and the head. */
  readonly changes: readonly Pick<PathChange, "path" | "status">[];
  /** Staged, unstaged and untracked; not ignored, not carried in. */
  readonly uncommittedPaths: readonly string[];
  /** Paths that git was told not to look at: nobody sees what they hold. */
  readonly hiddenPaths: readonly string[];
}

/** Reads what a story changed since its baseline commit: three git processes side by side, and one more with several commits. */
export const changesSince = async (
  worktree: string,
  baseline: string,
  options: { readonly carried?: readonly string[] } = {},
): Promise<StoryChanges> => {
  const carried = options.carried ?? [];
  const [commits, state, unseen] = await Promise.all([
    listCommits(["HEAD", `^${baseline}`], { cwd: worktree }),
    readWorkingState(worktree, { without: carried, trackedOnly: true }),
    unseenPaths(worktree),
  ]);
  const descends = await growsFrom(baseline, state.head, commits, worktree);
  const changes =
    !descends || (commits.length === 1 && commits[0]?.parents[0] === baseline)
      ? commits.flatMap((commit) => commit.changes)
      : commits.length === 0
        ? []
        : await listChanges(baseline, state.head, { cwd: worktree });
  return {
    head: state.head,
    branch: state.branch,
    descends,
    commits: commits.map(toStoryCommit),
    changedPaths: [...new Set(changes.map((change) => change.path))],
    changes: changes.map(({ path, status }) => ({ path, status })),
    uncommittedPaths: [...state.changed, ...unseen.untracked.filter((path) => !isWithinPaths(path, carried))],
    hiddenPaths: unseen.hidden,
  };
};

/**
 * Whether `head` descends from `baseline`, given the commits of `head` that `baseline` does not have. Mostly without a
 * git process: on the way from the baseline to the head, the first new commit has the baseline as a parent.
 */
export const growsFrom = async (
  baseline: string,
  head: string,
  commits: readonly Commit[],
  cwd: string,
): Promise<boolean> => {
  if (head === baseline || commits.some((commit) => commit.parents.includes(baseline))) return true;
  const { exitCode } = await git(["merge-base", "--is-ancestor", baseline, head], { cwd, allowFailure: true });
  return exitCode === 0;
};

const toStoryCommit = (commit: Commit): StoryCommit => ({
  id: commit.id,
  subject: commit.subject,
  author: `${commit.authorName} <${commit.authorEmail}>`,
  files: commit.changes.map((change) => change.path),
});

/** The committed difference to the baseline as text for a reviewer, cut at `bytesMax`. */
export const diffText = async (
  worktree: string,
  baseline: string,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> => {
  const args = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--src-prefix=a/"];
  const { stdout, isCut } = await gitBytes([...args, "--dst-prefix=b/", baseline, "HEAD", "--"], {
    cwd: worktree,
    outputBytesMax: bytesMax,
    cutOutput: true,
  });
  return { text: stdout.subarray(0, bytesMax).toString("utf8"), isCut };
};

/**
 * Commits all product files of a worktree (for agents whose `commits` is `storyboard`). Hooks do not run. Returns the
 * commit, or undefined when there was nothing to commit.
 * @param without paths that are never committed: owned and carried-in files
 */
export const commitAll = async (
  worktree: string,
  message: string,
  without: readonly string[],
  committing: Committing,
): Promise<string | undefined> => {
  await git(["add", "-A", "--", ...everythingBut(without)], { cwd: worktree });
  const staged = await git(["diff-index", "--cached", "--quiet", "HEAD", "--", ...everythingBut(without)], {
    cwd: worktree,
    allowFailure: true,
  });
  if (staged.exitCode === 0) return undefined;
  const sign = committing.sign ? "--gpg-sign" : "--no-gpg-sign";
  await git(["commit", "--quiet", "--no-verify", "--cleanup=verbatim", sign, "-F", "-"], {
    cwd: worktree,
    input: message,
    env: committing.environment,
  });
  return (await git(["rev-parse", "HEAD"], { cwd: worktree })).stdout;
};
