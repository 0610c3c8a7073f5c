import type { Committing } from "./check-committing.ts";
import { OWN_IDENTITY } from "./check-committing.ts";
import type { Commit, PathChange } from "./commit-list.ts";
import { listChanges } from "./commit-list.ts";
import { treeWithoutChanges } from "./drop-paths.ts";
import { git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";
import { mergeTrees } from "./merge-trees.ts";
import { isWithinPaths } from "./path-set.ts";

export type Replay =
  | { readonly kind: "replayed"; readonly head: string; readonly tree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[]; readonly message: string };

interface Place {
  readonly commit: string;
  readonly tree: string;
}

/** One commit to bring over, and what it is compared with. */
interface Step {
  readonly commit: Commit;
  readonly base: string;
  readonly dropped: readonly PathChange[];
  readonly isNaturalBase: boolean;
}

/**
 * Rebases commits onto another one in the object database; authors, dates and messages stay. Commits that then change
 * nothing are left out. A branch with merges is brought over as one commit.
 * @param commits oldest first, all that the branch has and the target has not
 * @param dropped paths whose changes stay behind
 */
export const replayCommits = async (
  repository: Repository,
  commits: readonly Commit[],
  onto: Place,
  dropped: readonly string[],
  committing: Committing,
): Promise<Replay> => {
  const steps = isLinear(commits)
    ? commits.map((commit, i) => toStep(commit, commit.parents[0] ?? "", dropped, i === 0))
    : [await toSquash(repository, commits, onto, dropped)];
  let place = onto;
  for (const step of steps) {
    const next = await bringOver(repository, step, place, committing);
    if ("kind" in next) return next;
    place = next;
  }
  return { kind: "replayed", head: place.commit, tree: place.tree };
};

const isLinear = (commits: readonly Commit[]): boolean =>
  commits.every(({ parents }, i) => parents.length === 1 && (i === 0 || parents[0] === commits[i - 1]?.id));

const toStep = (commit: Commit, base: string, dropped: readonly string[], isNaturalBase: boolean): Step => ({
  commit,
  base,
  dropped: commit.changes.filter((change) => isWithinPaths(change.path, dropped)),
  isNaturalBase,
});

/** One step with the whole difference of the branch, told as its last commit that is no merge. */
const toSquash = async (
  repository: Repository,
  commits: readonly Commit[],
  onto: Place,
  dropped: readonly string[],
): Promise<Step> => {
  const cwd = repository.commonDirectory;
  const tip = commits.at(-1) as Commit;
  const base = (await git(["merge-base", onto.commit, tip.id], { cwd })).stdout.split("\n")[0] ?? "";
  const told = firstParentLine(commits).filter((commit) => commit.parents.length === 1);
  const teller = told.at(-1) ?? tip;
  const others = told.filter((commit) => commit !== teller).map((commit) => commit.message);
  const message = Buffer.concat([teller.message, ...others.flatMap((text) => [Buffer.from("\n\n"), text])]);
  const undone = dropped.length === 0 ? [] : await listChanges(base, tip.id, { cwd }, dropped);
  return {
    commit: { ...teller, id: tip.id, tree: tip.tree, message },
    base,
    dropped: undone,
    isNaturalBase: true,
  };
};

const firstParentLine = (commits: readonly Commit[]): Commit[] => {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const line: Commit[] = [];
  for (let at = commits.at(-1); at !== undefined; at = byId.get(at.parents[0] ?? "")) line.unshift(at);
  return line;
};

const bringOver = async (
  repository: Repository,
  step: Step,
  place: Place,
  committing: Committing,
): Promise<Place | (Replay & { kind: "conflict" })> => {
  const { commit, base } = step;
  const tree = step.dropped.length === 0 ? commit.tree : await treeWithoutChanges(repository, commit.id, step.dropped);
  if (base === place.commit) {
    if (tree === place.tree) return place;
    // Nothing moved and nothing was taken out: the commit lands as it is, under its own id.
    const isUntouched = tree === commit.tree && commit.parents.length === 1 && commit.parents[0] === base;
    return isUntouched ? { commit: commit.id, tree } : await recommit(repository, commit, tree, place, committing);
  }
  const theirs = tree === commit.tree ? commit.id : await standIn(repository, tree, base);
  const merge = await mergeTrees(repository, { base, ours: place.commit, theirs, isNaturalBase: step.isNaturalBase });
  if (merge.kind === "conflict") return merge;
  return merge.tree === place.tree ? place : await recommit(repository, commit, merge.tree, place, committing);
};

/** A commit that only a merge sees. */
const standIn = async (repository: Repository, tree: string, parent: string): Promise<string> => {
  const args = ["commit-tree", tree, "-p", parent, "-m", "storyboard: to be merged"];
  return (await git(args, { cwd: repository.commonDirectory, env: OWN_IDENTITY })).stdout;
};

const recommit = async (
  repository: Repository,
  commit: Commit,
  tree: string,
  place: Place,
  committing: Committing,
): Promise<Place> => {
  const sign = committing.sign ? ["-S"] : [];
  const { stdout } = await git(["commit-tree", ...sign, tree, "-p", place.commit, "-F", "-"], {
    cwd: repository.commonDirectory,
    input: commit.message,
    env: {
      ...committing.environment,
      GIT_AUTHOR_NAME: commit.authorName || "unknown",
      GIT_AUTHOR_EMAIL: commit.authorEmail,
      GIT_AUTHOR_DATE: `@${commit.authorDate}`,
    },
  });
  return { commit: stdout, tree };
};
