import type { Committing } from "./check-committing.ts";
import { OWN_IDENTITY } from "./check-committing.ts";
import type { Commit, PathChange } from "./commit-list.ts";
import { listChanges } from "./commit-list.ts";
import { treeWithoutChanges } from "./drop-paths.ts";
import { git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";
import { mergeTrees } from "./merge-trees.ts";
import { isWithinPaths } from "./path-set.ts";
import { type ResolveConflict, resolveConflicts } from "./resolve-conflicts.ts";

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

/** How commits are brought over. */
export interface ReplaySettings {
  /** Paths whose changes stay behind. */
  readonly dropped: readonly string[];
  readonly committing: Committing;
  readonly resolve?: ResolveConflict | undefined;
}

/**
 * Rebases commits onto another one in the object database; authors, dates and messages stay. Commits that then change
 * nothing are left out. A branch with merges is brought over as one commit.
 * @param commits oldest first, all that the branch has and the target has not
 */
export const replayCommits = async (
  repository: Repository,
  commits: readonly Commit[],
  onto: Place,
  settings: ReplaySettings,
): Promise<Replay> => {
  const { dropped } = settings;
  const steps = isLinear(commits)
    ? commits.map((commit, i) => toStep(commit, commit.parents[0] ?? "", dropped, i === 0))
    : [await toSquash(repository, commits, onto, dropped)];
  let place = onto;
  for (const step of steps) {
    const next = await bringOver(repository, step, place, settings);
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

/** One step with the whole difference of the branch, told as its last commit that is no merge and not our own. */
const toSquash = async (
  repository: Repository,
  commits: readonly Commit[],
  onto: Place,
  dropped: readonly string[],
): Promise<Step> => {
  const cwd = repository.commonDirectory;
  const tip = commits.at(-1) as Commit;
  const base = (await git(["merge-base", onto.commit, tip.id], { cwd })).stdout.split("\n")[0] ?? "";
  const told = firstParentLine(commits).filter(
    ({ parents, subject }) => parents.length === 1 && !subject.startsWith("chore(storyboard):"),
  );
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
  { committing, resolve }: ReplaySettings,
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
  const request = { base, ours: place.commit, theirs, isNaturalBase: step.isNaturalBase };
  const merge = await mergeTrees(repository, request);
  const merged =
    merge.kind === "merged" ? merge.tree : resolve && (await resolveConflicts(repository, merge, request, resolve));
  if (merged === undefined) return merge as Replay & { kind: "conflict" };
  return merged === place.tree ? place : await recommit(repository, commit, merged, place, committing);
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
