import { plainLine } from "../model/plain-text.ts";
import { type StoryKey, shortNameOf } from "../model/story-key.ts";
import { namesStory } from "./commit-subject.ts";
import type { CheckResult, StoryChanges } from "./evidence.ts";
import { namePaths, productPaths } from "./owned-paths.ts";

/** Committed: nothing of the product is left outside of a commit, or hidden from git. */
export const checkCommitted = (changes: StoryChanges, ownedPaths: readonly string[]): CheckResult => {
  const left = productPaths(changes.uncommittedPaths, ownedPaths);
  const hidden = changes.hiddenPaths ?? [];
  return {
    missing: [
      ...(left.length === 0 ? [] : [`not committed: ${namePaths(left)}`]),
      ...(hidden.length === 0
        ? []
        : [
            `hidden from git, so that nobody sees whether they changed: ${namePaths(hidden)}; undo it with 'git update-index --no-assume-unchanged --no-skip-worktree', and commit what is to stay`,
          ]),
    ],
    notes: [],
  };
};

/** Commit: one that is not empty and not storyboard's bookkeeping names the story in its subject. */
export const checkCommit = (
  changes: StoryChanges,
  key: StoryKey,
  keys: Iterable<StoryKey>,
  pattern: string | undefined,
): CheckResult => {
  const names = namesStory(key, [...keys], pattern);
  const candidates = changes.commits.filter((commit) => commit.bookkeeping !== true);
  const named = candidates.filter((commit) => names(commit.subject));
  if (named.some((commit) => commit.files.length > 0)) return { missing: [], notes: [] };
  const wanted = pattern === undefined ? `'feat(${shortNameOf(key)}): ...'` : `matching ${pattern}`;
  const empty = named[0];
  const found =
    empty === undefined
      ? candidates.length === 0
        ? "the branch has no commits"
        : `the commits are: ${namePaths(candidates.map(({ subject }) => `'${plainLine(subject).slice(0, 100)}'`))}`
      : `${empty.id.slice(0, 10)} has the name but is empty`;
  return { missing: [`no commit ${wanted} for story ${key}; ${found}`], notes: [] };
};
