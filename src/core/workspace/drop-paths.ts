import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PathChange } from "./commit-list.ts";
import { git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";

/** The tree of `commit` with some changes undone: each path as it was before the change. Returns the tree's id. */
export const treeWithoutChanges = (
  repository: Repository,
  commit: string,
  changes: readonly PathChange[],
): Promise<string> => {
  const entries = changes.map(({ path, oldMode, oldId }) => ({ path, mode: oldMode, id: oldId }));
  return treeWith(repository, commit, entries);
};

/** A file of a tree; an id of zeros stands for no file. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly id: string;
}

/** The tree of `commit` with some files put into it or taken out. Returns the tree's id. */
export const treeWith = async (
  repository: Repository,
  commit: string,
  entries: readonly TreeEntry[],
): Promise<string> => {
  const folder = join(repository.commonDirectory, "storyboard");
  await mkdir(folder, { recursive: true });
  const index = join(folder, `drop-${randomUUID()}.index`);
  const options = { cwd: repository.commonDirectory, env: { GIT_INDEX_FILE: index } };
  try {
    await git(["read-tree", commit], options);
    await git(["update-index", "-z", "--index-info"], { ...options, input: entries.map(indexEntry).join("") });
    return (await git(["write-tree"], options)).stdout;
  } finally {
    await rm(index, { force: true });
  }
};

/** The line of `update-index --index-info`; mode 0 removes the path. */
const indexEntry = ({ path, mode, id }: TreeEntry): string => `${/^0+$/.test(id) ? "0" : mode} ${id}\t${path}\0`;
