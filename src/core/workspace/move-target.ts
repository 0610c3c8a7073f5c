import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listChanges, type PathChange } from "./commit-list.ts";
import { GitError, git } from "./git.ts";
import { readGitFile } from "./git-directory.ts";
import { findHalfMoved, type HalfMoved } from "./half-moved.ts";
import { findIgnoredInTheWay } from "./ignored-files.ts";
import { lockIndex, markedEnvironment } from "./index-lock.ts";
import type { Repository } from "./inspect-repository.ts";
import { type ResolveOwned, writeOwned } from "./owned-files.ts";
import { isWithinPaths } from "./path-set.ts";
import { readWorkingState } from "./working-state.ts";

/** The places where a move can be cut off; a test stops it at each. */
export type MoveStep = "locked" | "index-prepared" | "files-moved" | "owned-written" | "index-moved" | "moved";

export interface MoveRequest {
  readonly repository: Repository;
  /** The target branch, without `refs/heads/`. */
  readonly branch: string;
  /** Commit that the branch is at, as far as we know. */
  readonly from: string;
  /** Commit to move it to, a descendant of `from`. */
  readonly to: string;
  /** Files whose truth storyboard keeps, relative to the top of the repository: never in the way, merged by meaning. */
  readonly ownedPaths: readonly string[];
  /** New content of an owned file from the three versions. Called again after a crash, with its own result as `working`. */
  readonly resolveOwned: ResolveOwned;
  /** Writes owned files while nobody else of ours does: two of us would take back what the other one wrote. */
  readonly writeAlone?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Whether this intent was begun before: then files may stand half moved. */
  readonly resumed: boolean;
  /** Longest wait for somebody else's lock of the index, in milliseconds. */
  readonly waitMs?: number;
  readonly onStep?: (step: MoveStep) => void | Promise<void>;
}

export type MoveResult =
  /** Branch and working copy are at `to`; both were, or are now. */
  | { readonly kind: "moved" }
  /** Edits or files of the user would be overwritten, or their git holds the index; nothing was changed. */
  | { readonly kind: "in-the-way"; readonly paths: readonly string[] }
  /** The branch is at another commit than `from` and `to`, or has what `to` does not have; nothing was changed. */
  | { readonly kind: "diverged"; readonly at: string | undefined }
  /** The user's working copy has another branch checked out: only the branch moved, no file. */
  | { readonly kind: "elsewhere" }
  /** Another worktree of the user has the branch checked out; nothing was changed. */
  | { readonly kind: "checked-out-elsewhere"; readonly path: string };

/**
 * Moves the target branch and the user's working copy with it. May be repeated after a crash at any moment, and never
 * overwrites what the user has: files move in a copy of the index under git's own lock, git refuses as a whole when
 * something is in the way, and the branch moves last.
 */
export const moveTarget = async (request: MoveRequest): Promise<MoveResult> => {
  const { repository, from, to } = request;
  const [place, changes, descends] = await Promise.all([
    findBranch(request),
    listChanges(from, to, { cwd: repository.root }),
    isDescendant(request),
  ]);
  if (place.commit === request.to) return await alreadyMoved(request, place);
  if (place.commit !== request.from || !descends) return { kind: "diverged", at: place.commit };
  if (place.isHere) return await moveHere(request, changes);
  if (place.worktree !== "") return { kind: "checked-out-elsewhere", path: place.worktree };
  return (await moveBranch(request)) ? { kind: "elsewhere" } : { kind: "diverged", at: undefined };
};

/** The branch moves last, so everything is done but perhaps the unlocking. */
const alreadyMoved = async (request: MoveRequest, place: BranchPlace): Promise<MoveResult> => {
  if (!place.isHere) return { kind: "elsewhere" };
  if (request.resumed) await (await lockIndex(request.repository.gitDirectory, request.waitMs))?.();
  return { kind: "moved" };
};

const moveHere = async (request: MoveRequest, changes: readonly PathChange[]): Promise<MoveResult> => {
  const { gitDirectory } = request.repository;
  const unlock = await lockIndex(gitDirectory, request.waitMs);
  if (unlock === undefined) return { kind: "in-the-way", paths: [join(gitDirectory, "index.lock")] };
  try {
    await request.onStep?.("locked");
    const refused = await moveFiles(request, changes);
    if (refused !== undefined) return { kind: "in-the-way", paths: refused };
    // Still under the lock: no commit of the user may come between files and branch.
    const isMoved = await moveBranch(request);
    await request.onStep?.("moved");
    return isMoved ? { kind: "moved" } : { kind: "diverged", at: (await findBranch(request)).commit };
  } finally {
    await unlock();
  }
};

interface BranchPlace {
  readonly commit: string | undefined;
  /** Whether the user's working copy, where the run was started, has it checked out. */
  readonly isHere: boolean;
  /** Folder of the worktree that has it checked out, `""` for none. */
  readonly worktree: string;
}

const findBranch = async (request: MoveRequest): Promise<BranchPlace> => {
  const { repository, branch, from } = request;
  // The usual case costs no git process; whatever else these files say, git is asked.
  const [head, loose] = await Promise.all([
    readGitFile(join(repository.gitDirectory, "HEAD")),
    readGitFile(join(repository.commonDirectory, "refs", "heads", branch)).catch(() => undefined),
  ]);
  if (head === `ref: refs/heads/${branch}\n` && loose === `${from}\n`) {
    return { commit: from, isHere: true, worktree: repository.root };
  }
  return await askForBranch(request);
};

const askForBranch = async ({ repository, branch }: MoveRequest): Promise<BranchPlace> => {
  const format = "--format=%(objectname)%00%(HEAD)%00%(worktreepath)%00%(refname)";
  const ref = `refs/heads/${branch}`;
  const { stdout } = await git(["for-each-ref", format, ref], { cwd: repository.root });
  const line = stdout.split("\n").find((candidate) => candidate.endsWith(`\0${ref}`));
  const [commit, head, worktree = ""] = line?.split("\0") ?? [];
  return { commit, isHere: head === "*", worktree };
};

/** Whoever commits on the target while nobody leads must not lose that: the branch only ever moves forward. */
const isDescendant = async ({ repository, from, to }: MoveRequest): Promise<boolean> => {
  const args = ["merge-base", "--is-ancestor", from, to];
  return (await git(args, { cwd: repository.root, allowFailure: true })).exitCode === 0;
};

const moveBranch = async ({ repository, branch, from, to }: MoveRequest): Promise<boolean> => {
  const args = ["update-ref", "-m", "storyboard: landed", `refs/heads/${branch}`, to, from];
  const result = await git(args, { cwd: repository.root, allowFailure: true });
  if (result.exitCode === 0) return true;
  if (/is at [0-9a-f]+ but expected/.test(result.stderr)) return false;
  throw new GitError(args, `exit status ${result.exitCode}`, result);
};

/** Moves the files and the index of the working copy under the lock. Returns what is in the way, then without a change. */
const moveFiles = async (
  request: MoveRequest,
  changes: readonly PathChange[],
): Promise<readonly string[] | undefined> => {
  const { repository, from, to, ownedPaths, resumed } = request;
  const cwd = repository.root;
  const index = join(repository.gitDirectory, "storyboard-index");
  const mark = markOf(repository);
  const options = { cwd, env: { ...markedEnvironment(repository.gitDirectory), GIT_INDEX_FILE: index } };
  const step = request.onStep ?? (() => undefined);
  await rm(`${index}.lock`, { force: true });
  await copyFile(join(repository.gitDirectory, "index"), index);
  const owned = changes.filter((change) => isWithinPaths(change.path, ownedPaths));
  const others = changes.filter((change) => !owned.includes(change));
  const wasWriting = resumed && (await isMarked(mark, request));
  const halfMoved = resumed ? await findHalfMoved(cwd, others, wasWriting) : NOTHING;
  const unmoved = others.filter((change) => !halfMoved.done.includes(change));
  await setEntries([...owned, ...halfMoved.done], options);
  await step("index-prepared");
  const ignored = await findIgnoredInTheWay(
    others.filter((change) => !halfMoved.done.includes(change)),
    options,
  );
  if (ignored.length > 0) {
    await rm(index);
    return ignored;
  }
  await writeFile(mark, `${from} ${to}\n`);
  const refusal = await readTree(request, options, halfMoved.rewrite);
  if (refusal !== undefined) {
    // What is half moved stays so until the user has made way; the mark keeps saying that it is ours.
    await Promise.all([rm(index), wasWriting ? undefined : rm(mark)]);
    return await whatIsInTheWay(request, unmoved, refusal);
  }
  await step("files-moved");
  const alone = request.writeAlone ?? ((work) => work());
  await alone(() => writeOwned(repository, owned, { from, to, resolve: request.resolveOwned }));
  await step("owned-written");
  await rename(index, join(repository.gitDirectory, "index"));
  await step("index-moved");
  await rm(mark);
  return undefined;
};

const NOTHING: HalfMoved = { done: [], rewrite: [] };

const markOf = ({ gitDirectory }: Repository): string => join(gitDirectory, "storyboard-moving");

/** The move that was cut off while git may have been writing files, by its commits; undefined for none. */
export const findCutOffMove = async (
  repository: Repository,
): Promise<{ readonly from: string; readonly to: string } | undefined> => {
  const [from = "", to = ""] = (await readFile(markOf(repository), "utf8").catch(() => "")).trim().split(" ");
  return to === "" ? undefined : { from, to };
};

/** Whether a move between the same commits was cut off while git may have been writing files. */
const isMarked = async (mark: string, { from, to }: MoveRequest): Promise<boolean> =>
  (await readFile(mark, "utf8").catch(() => "")) === `${from} ${to}\n`;

interface IndexOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Sets index entries to the new state, so that `read-tree` leaves these files as they are. */
const setEntries = async (changes: readonly PathChange[], options: IndexOptions): Promise<void> => {
  if (changes.length === 0) return;
  const lines = changes.map(
    ({ status, newMode, newId, path }) => `${status === "D" ? "0" : newMode} ${newId}\t${path}\0`,
  );
  await git(["update-index", "-z", "--index-info"], { ...options, input: lines.join("") });
};

/** What `read-tree` says when the user's work is in the way; it has changed nothing then. */
const REFUSAL = /not uptodate|would be overwritten|would lose untracked|Updating the following directories/;

/** `read-tree` with two trees moves what differs between them, or refuses as a whole. Returns its words when it refused. */
const readTree = async (
  { from, to }: MoveRequest,
  options: IndexOptions,
  rewrite: readonly string[],
): Promise<string | undefined> => {
  const args = ["read-tree", "-m", "-u", from, to];
  let result = await git(args, { ...options, allowFailure: true });
  // Whatever else it failed for, it may have written files before: only a refusal is tried again, and told as one.
  if (result.exitCode !== 0 && REFUSAL.test(result.stderr)) {
    // It compares times and sizes only: a file that was touched looks edited until the index is refreshed.
    await git(["update-index", "-q", "--refresh"], { ...options, allowFailure: true });
    result = await git(args, { ...options, allowFailure: true });
  }
  if (result.exitCode !== 0) {
    if (REFUSAL.test(result.stderr)) return result.stderr;
    throw new GitError(args, `exit status ${result.exitCode}`, result);
  }
  if (rewrite.length > 0) {
    await git(["checkout-index", "--force", "-z", "--stdin"], { ...options, input: `${rewrite.join("\0")}\0` });
  }
  return undefined;
};

const whatIsInTheWay = async (
  { repository, ownedPaths }: MoveRequest,
  changes: readonly PathChange[],
  stderr: string,
): Promise<readonly string[]> => {
  const state = await readWorkingState(repository.root, { without: ownedPaths });
  const edited = [...state.changed, ...state.untracked];
  const moving = changes.map((change) => change.path);
  // Both directions: a folder in place of a file is in the way too.
  const paths = edited.filter(
    (path) => isWithinPaths(path, moving) || moving.some((other) => isWithinPaths(other, [path])),
  );
  return paths.length > 0 ? paths : [stderr.trim().split("\n").at(-1) ?? ""];
};
