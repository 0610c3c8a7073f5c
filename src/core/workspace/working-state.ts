import { randomUUID } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { git, gitBytes } from "./git.ts";
import { gitDirectoryOf } from "./git-directory.ts";
import { everythingBut, isWithinPaths } from "./path-set.ts";

/** What `git status` says about a working copy. Paths are relative to the top of the repository. */
export interface WorkingState {
  readonly head: string;
  /** Branch checked out; undefined when detached. */
  readonly branch: string | undefined;
  /** Staged, changed, deleted or unmerged. */
  readonly changed: readonly string[];
  /** Neither tracked nor ignored. */
  readonly untracked: readonly string[];
  /** Ignored files and folders, when asked for. */
  readonly ignored: readonly string[];
}

/**
 * Reads the state of a working copy with one git process. `without` leaves out paths and folders; with `trackedOnly`
 * nobody looks for untracked files, which is half of the work.
 */
export const readWorkingState = async (
  workingCopy: string,
  options: {
    readonly without?: readonly string[];
    readonly withIgnored?: boolean;
    readonly trackedOnly?: boolean;
  } = {},
): Promise<WorkingState> => {
  const args = ["status", "--porcelain=v2", "-z", "--branch", "--no-renames"];
  args.push(`--untracked-files=${options.trackedOnly ? "no" : "all"}`);
  if (options.withIgnored) args.push("--ignored=traditional");
  const { stdout } = await gitBytes(args, { cwd: workingCopy });
  const without = options.without ?? [];
  const state = readStatus(stdout.toString("utf8").split("\0"));
  const keep = (paths: readonly string[]): string[] => paths.filter((path) => !isWithinPaths(path, without));
  return { ...state, changed: keep(state.changed), untracked: keep(state.untracked) };
};

// Fields before the path, by the first character of a record (git-status, porcelain v2).
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { "1": 8, u: 10, "?": 1, "!": 1 };

const readStatus = (records: readonly string[]): WorkingState => {
  let head = "";
  let branch: string | undefined;
  const paths = { changed: [] as string[], untracked: [] as string[], ignored: [] as string[] };
  for (const record of records) {
    const [kind = "", name, value] = record.split(" ");
    if (kind === "#" && name === "branch.oid") head = value ?? "";
    if (kind === "#" && name === "branch.head" && value !== "(detached)") branch = value;
    const before = FIELDS_BEFORE_PATH[kind];
    if (before === undefined) continue;
    const path = record.split(" ").slice(before).join(" ");
    (kind === "?" ? paths.untracked : kind === "!" ? paths.ignored : paths.changed).push(path);
  }
  return { head, branch, ...paths };
};

/**
 * The tree of a working copy as it stands: committed, staged, unstaged and untracked files alike, ignored ones not.
 * Works in a copy of the index, so nothing of the working copy changes. `without` paths are taken from the index.
 */
export const treeOf = async (workingCopy: string, without: readonly string[] = []): Promise<string> =>
  await inIndexCopy(workingCopy, async (env) => {
    await git(["add", "-A", "--", ...everythingBut(without)], { cwd: workingCopy, env });
    return (await git(["write-tree"], { cwd: workingCopy, env })).stdout;
  });

const inIndexCopy = async <T>(workingCopy: string, use: (env: Record<string, string>) => Promise<T>): Promise<T> => {
  const directory = await gitDirectoryOf(workingCopy);
  const copy = join(directory, `storyboard-tree-${randomUUID()}`);
  try {
    // The copy keeps what git knows of each file's time and size, so unchanged files are not read again.
    await copyFile(join(directory, "index"), copy).catch(ignoreMissing);
    return await use({ GIT_INDEX_FILE: copy });
  } finally {
    await Promise.all([rm(copy, { force: true }), rm(`${copy}.lock`, { force: true })]);
  }
};

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "ENOENT") throw error;
};
