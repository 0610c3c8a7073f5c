import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { PathChange } from "./commit-list.ts";
import { git, gitBytes } from "./git.ts";

/** What a cut-off move left of one path in the working copy. */
type Remains = "old" | "new" | "missing" | "torn" | "foreign";

const SYMLINK_MODE = "120000";
const SUBMODULE_MODE = "160000";

/** What a cut-off move left behind. */
export interface HalfMoved {
  /** Changes whose working file is the move's own doing: their index entry may be set to the new state. */
  readonly done: readonly PathChange[];
  /** Paths among them that must be written again. */
  readonly rewrite: readonly string[];
}

/**
 * Looks at the paths that a move was to change, after it may have been cut off. A file that is already the new one is the
 * move's; so is, when it is known that files were being written, one that is gone or a beginning of the new one.
 * Everything else is left to git's own check.
 */
export const findHalfMoved = async (
  root: string,
  changes: readonly PathChange[],
  wereFilesBeingWritten: boolean,
): Promise<HalfMoved> => {
  const candidates = changes.filter((change) => ![change.oldMode, change.newMode].includes(SUBMODULE_MODE));
  const ids = await workingIds(root, candidates);
  const remains = await Promise.all(candidates.map((change) => classify(root, change, ids.get(change.path))));
  const ours = new Set<Remains>(wereFilesBeingWritten ? ["new", "missing", "torn"] : ["new"]);
  const done = candidates.filter((change, i) => {
    const found = remains[i] ?? "foreign";
    return change.status === "D" ? found === "missing" : ours.has(found);
  });
  const rewrite = done
    .filter((change) => change.status !== "D")
    .filter((change) => remains[candidates.indexOf(change)] !== "new" || change.oldMode !== change.newMode)
    .map((change) => change.path);
  return { done, rewrite };
};

/** Blob ids of the working files as git would add them, for all regular files with one process. */
const workingIds = async (root: string, changes: readonly PathChange[]): Promise<ReadonlyMap<string, string>> => {
  const kinds = await Promise.all(changes.map((change) => kindOf(join(root, change.path))));
  const files = changes.filter((change, i) => kinds[i] === "file" && !change.path.includes("\n"));
  if (files.length === 0) return new Map();
  const input = `${files.map((change) => change.path).join("\n")}\n`;
  const { stdout } = await git(["hash-object", "--stdin-paths"], { cwd: root, input });
  const ids = stdout.split("\n");
  return new Map(files.map((change, i) => [change.path, ids[i] ?? ""]));
};

const classify = async (root: string, change: PathChange, id: string | undefined): Promise<Remains> => {
  const path = join(root, change.path);
  const kind = await kindOf(path);
  if (kind === "none") return "missing";
  if (id === change.newId && change.newMode !== SYMLINK_MODE) return "new";
  if (id === change.oldId && change.oldMode !== SYMLINK_MODE) return "old";
  if (kind === "other" || change.status === "D") return "foreign";
  const { stdout: content } = await gitBytes(["cat-file", "blob", change.newId], { cwd: root });
  if (kind === "link") return (await readlink(path)) === content.toString("utf8") ? "new" : "foreign";
  const there = await readFile(path);
  return there.length < content.length && content.subarray(0, there.length).equals(there) ? "torn" : "foreign";
};

const kindOf = async (path: string): Promise<"none" | "file" | "link" | "other"> => {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (stats === undefined) return "none";
  return stats.isFile() ? "file" : stats.isSymbolicLink() ? "link" : "other";
};
