import { access } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../model/user-error.ts";
import { GitError, type GitResult, gitBytes } from "./git.ts";

/** The repository of a project as it was when opened. All paths are absolute and real. */
export interface Repository {
  /** Top folder of the user's working copy. */
  readonly root: string;
  /** The project's folder; `root` plus `prefix`. */
  readonly project: string;
  /** The git folder that all worktrees share. */
  readonly commonDirectory: string;
  /** The git folder of the user's working copy; differs from `commonDirectory` in a worktree of theirs. */
  readonly gitDirectory: string;
  /** The project relative to `root`: `""` or `a/b/`. */
  readonly prefix: string;
  /** Branch checked out, without `refs/heads/`. */
  readonly headBranch: string;
  readonly headCommit: string;
  /** For example `[2, 39]`. */
  readonly gitVersion: readonly [major: number, minor: number];
  readonly objectFormat: string;
}

/** Oldest git we can work with: `rev-parse --path-format` and `log --diff-merges`. */
const GIT_VERSION_MIN = [2, 31] as const;

/** Whether the repository's git is at least that version. */
export const hasGitVersion = (repository: Pick<Repository, "gitVersion">, major: number, minor: number): boolean => {
  const [ownMajor, ownMinor] = repository.gitVersion;
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
};

/**
 * Looks at the repository of a project. Throws a UserError for everything that must be put right before a run: no
 * repository, no commit, a detached HEAD, an unfinished rebase or merge, a branch that is in the way of ours.
 * @param runId when given, a branch that would be in the way of this run's branches is refused too
 */
export const openRepository = async (projectDirectory: string, runId?: string): Promise<Repository> => {
  const look = (args: readonly string[]): Promise<GitResult> =>
    gitBytes(args, { cwd: projectDirectory, allowFailure: true }).catch((error: unknown) => {
      throw couldNotStart(error, projectDirectory);
    });
  const [version, place, unmerged, branches] = await Promise.all([
    look(["--version"]),
    look([...PLACE]),
    look(["ls-files", "-u", "-z", "--", ":(top)"]),
    look(["for-each-ref", "--format=%(refname)", "refs/heads/storyboard", `refs/heads/storyboard/${runId ?? ""}`]),
  ]);
  const gitVersion = checkVersion(version.stdout.toString("utf8"));
  const repository = readPlace(place, projectDirectory, gitVersion);
  await checkNothingUnfinished(repository, unmerged.stdout);
  checkBranchNames(branches.stdout.toString("utf8").split("\n"), runId);
  return repository;
};

// In this order a failing call has printed what tells why it failed.
const PLACE = [
  "rev-parse",
  "--show-object-format",
  "--is-bare-repository",
  "--path-format=absolute",
  "--git-dir",
  "--git-common-dir",
  "--show-toplevel",
  "--show-prefix",
  "HEAD",
  "--symbolic-full-name",
  "HEAD",
];

const couldNotStart = (error: unknown, projectDirectory: string): unknown => {
  if (!(error instanceof GitError) || error.code !== "ENOENT") return error;
  return new UserError(`git could not be started in ${projectDirectory}.`, [
    "Install git 2.38 or newer, or check that the folder exists.",
  ]);
};

const checkVersion = (output: string): readonly [number, number] => {
  const match = /(\d+)\.(\d+)/.exec(output);
  const version = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)] as const;
  const [major, minor] = GIT_VERSION_MIN;
  if (hasGitVersion({ gitVersion: version }, major, minor)) return version;
  throw new UserError(`git is too old: ${output.trim()}.`, [`Install git ${major}.${minor} or newer (2.38 is best).`]);
};

const readPlace = (place: GitResult, directory: string, gitVersion: readonly [number, number]): Repository => {
  const lines = place.stdout.toString("utf8").split("\n");
  const [objectFormat, bare, gitDirectory, commonDirectory, root, prefix, headCommit, head] = lines;
  if (bare === "true") {
    throw new UserError(`${directory} is in a bare repository; agents need a working copy.`, [
      "Clone it, and start storyboard in the clone.",
    ]);
  }
  if (!objectFormat || !gitDirectory || !commonDirectory) throw noRepository(place.stderr, directory);
  if (!root || prefix === undefined) {
    throw new UserError(`${directory} is not in a working copy.`, ["Start storyboard in the project's own folder."]);
  }
  if (place.exitCode !== 0 || !headCommit || !head) {
    throw new UserError(`The repository ${root} has no commit yet; agents need one to start from.`, [
      "Commit the project first: git add -A && git commit -m 'Start'.",
    ]);
  }
  if (!head.startsWith("refs/heads/")) {
    throw new UserError(`${root} has no branch checked out (its HEAD is detached at ${headCommit.slice(0, 10)}).`, [
      "Check out the branch that the stories are to land on: git switch <branch>.",
    ]);
  }
  const headBranch = head.slice("refs/heads/".length);
  const project = join(root, prefix);
  return { root, project, commonDirectory, gitDirectory, prefix, headBranch, headCommit, gitVersion, objectFormat };
};

const noRepository = (stderr: string, directory: string): UserError => {
  if (stderr.includes("dubious ownership")) {
    return new UserError(`git does not trust ${directory}: it belongs to another user.`, [
      `git config --global --add safe.directory ${directory}`,
    ]);
  }
  if (!stderr.includes("not a git repository")) {
    return new UserError(`git cannot read the repository of ${directory}: ${stderr.trim().slice(0, 500)}`, [
      "Run `git status` there and repair what it says.",
    ]);
  }
  return new UserError(`${directory} is not in a git repository; storyboard lands each story as commits.`, [
    "Make one: git init && git add -A && git commit -m 'Start'.",
  ]);
};

/** What git leaves in its folder while something is under way, and how to end it. */
const UNFINISHED: readonly (readonly [entry: string, what: string])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

const checkNothingUnfinished = async (repository: Repository, unmerged: Buffer): Promise<void> => {
  const found = await Promise.all(UNFINISHED.map(([entry]) => exists(join(repository.gitDirectory, entry))));
  const what = UNFINISHED.find((_, i) => found[i])?.[1];
  if (what !== undefined) {
    throw new UserError(`A ${what} is in progress in ${repository.root}.`, [
      `End it: git ${what} --continue, or git ${what} --abort.`,
    ]);
  }
  if (unmerged.length === 0) return;
  const path = unmerged.toString("utf8").split("\0")[0]?.split("\t")[1];
  throw new UserError(`${repository.root} has unmerged files (${path ?? "unknown"}).`, [
    "Resolve the conflicts and `git add` the files.",
  ]);
};

const checkBranchNames = (branches: readonly string[], runId: string | undefined): void => {
  // Git keeps a branch as a file: with `a` there can be no `a/b`.
  const inTheWay = ["refs/heads/storyboard", `refs/heads/storyboard/${runId}`].find((name) => branches.includes(name));
  if (inTheWay === undefined) return;
  const name = inTheWay.slice("refs/heads/".length);
  throw new UserError(`A branch called ${name} makes storyboard's own branches (${name}/...) impossible.`, [
    `Rename it: git branch -m ${name} ${name.replaceAll("/", "-")}-old.`,
  ]);
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
