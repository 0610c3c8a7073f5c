import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PathChange } from "./commit-list.ts";
import { git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";

/** The tree of `commit` with some changes undone: each path as it was before the change. Returns the tree's id. */
export const treeWithoutChanges = async (
  repository: Repository,
  commit: string,
  changes: readonly PathChange[],
): Promise<string> => {
  const folder = join(repository.commonDirectory, "storyboard");
  await mkdir(folder, { recursive: true });
  const index = join(folder, `drop-${randomUUID()}.index`);
  const options = { cwd: repository.commonDirectory, env: { GIT_INDEX_FILE: index } };
  try {
    await git(["read-tree", commit], options);
    await git(["update-index", "-z", "--index-info"], { ...options, input: changes.map(oldEntry).join("") });
    return (await git(["write-tree"], options)).stdout;
  } finally {
    await rm(index, { force: true });
  }
};

/** The `update-index --index-info` line that puts a path back to what it was; mode 0 removes it. */
const oldEntry = (change: PathChange): string =>
  /^0+$/.test(change.oldId)
    ? `0 ${change.oldId}\t${change.path}\0`
    : `${change.oldMode} ${change.oldId}\t${change.path}\0`;
