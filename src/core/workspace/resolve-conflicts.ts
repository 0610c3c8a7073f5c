import { readerOf } from "./bookkeeping-commit.ts";
import { treeWith } from "./drop-paths.ts";
import { git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";
import type { TreeMerge, TreeMergeRequest } from "./merge-trees.ts";

/** The versions of a file that git could not merge. */
export interface ConflictVersions {
  readonly base: Uint8Array;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

/** Merges a file by meaning where git cannot; undefined where that is a person's business. */
export type ResolveConflict = (path: string, versions: ConflictVersions) => Promise<Uint8Array | undefined>;

/** The tree of a merge with every conflict resolved; undefined when one is left. */
export const resolveConflicts = async (
  repository: Repository,
  conflict: Extract<TreeMerge, { kind: "conflict" }>,
  { base, ours, theirs }: TreeMergeRequest,
  resolve: ResolveConflict,
): Promise<string | undefined> => {
  if (conflict.tree === undefined) return undefined;
  const entries: { path: string; mode: string; id: string }[] = [];
  for (const path of conflict.files) {
    const [inBase, inOurs, inTheirs] = await Promise.all(
      [base, ours, theirs].map((commit) => readerOf(repository, commit)(path)),
    );
    if (inBase === undefined || inOurs === undefined || inTheirs === undefined) return undefined;
    const merged = await resolve(path, { base: inBase, ours: inOurs, theirs: inTheirs });
    if (merged === undefined) return undefined;
    const options = { cwd: repository.commonDirectory, input: merged };
    entries.push({ path, mode: "100644", id: (await git(["hash-object", "-w", "--stdin"], options)).stdout });
  }
  return await treeWith(repository, conflict.tree, entries);
};
