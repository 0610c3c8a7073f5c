import type { CheckResult, EvidenceInput, StoryChanges } from "./evidence.ts";
import { namePaths, productPaths } from "./owned-paths.ts";

/** The story's branch is checked out, descends from the baseline and holds no unfinished merge. */
export const checkBranch = (changes: StoryChanges): CheckResult => {
  // Only the story's own branch lands: commits elsewhere would be counted here and lost there.
  if (changes.astray !== undefined) return { missing: [changes.astray], notes: [] };
  if (!changes.descends) {
    const problem =
      changes.merge === undefined
        ? "the branch does not descend from the commit it started from; put your work on top of the baseline commit again, without rewriting it"
        : "the merge with what landed meanwhile is not finished: resolve every conflict in the working folder, `git add` the files, `git commit`";
    return { missing: [problem], notes: [] };
  }
  const { marks = [] } = changes.merge ?? {};
  if (marks.length > 0) return { missing: [`marks of conflict were committed: ${namePaths(marks)}`], notes: [] };
  return { missing: [], notes: [] };
};

/** Work: the branch holds, and changes something of the product that storyboard did not write. */
export const checkWork = (changes: StoryChanges, ownedPaths: readonly string[]): CheckResult => {
  const branch = checkBranch(changes);
  if (branch.missing.length > 0) return branch;
  const changed = withoutBookkeeping(changes);
  if (productPaths(changed, ownedPaths).length > 0) return { missing: [], notes: [] };
  const only =
    changed.length === 0
      ? "nothing differs from the baseline commit"
      : `only files that storyboard keeps were changed: ${namePaths(changed)}`;
  return { missing: [`no work: ${only}`], notes: [] };
};

/**
 * What is done already is left alone: since `worked`, the commit that was looked at last, nothing of the product changed,
 * since nobody would review it any more and no gate run on it.
 */
export const checkUntouched = (
  { worked, paths }: NonNullable<EvidenceInput["after"]>,
  ownedPaths: readonly string[],
): readonly string[] => {
  const product = productPaths(paths, ownedPaths);
  if (product.length === 0) return [];
  const source = worked.slice(0, 10);
  return [
    `this phase may change the story's own file alone, but changed ${namePaths(product)} since the work was checked; put that back ('git restore --source=${source} --staged --worktree -- <path>') and commit`,
  ];
};

/** What only bookkeeping commits touched is no work of the agent's. */
const withoutBookkeeping = (changes: StoryChanges): readonly string[] => {
  const isBookkeeping = (commit: StoryChanges["commits"][number]): boolean => commit.bookkeeping === true;
  const ours = new Set(changes.commits.filter(isBookkeeping).flatMap((commit) => commit.files));
  const theirs = new Set([
    ...changes.commits.filter((commit) => !isBookkeeping(commit)).flatMap((commit) => commit.files),
    ...changes.uncommittedPaths,
  ]);
  return changes.changedPaths.filter((path) => theirs.has(path) || !ours.has(path));
};
