import { GitError, git } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";

/** Where a story landed. `commit` is its last own commit, `after` the same or the bookkeeping on top of it. */
export interface LandedAt {
  /** Head of the story's branch that was landed. */
  readonly story: string;
  readonly before: string;
  readonly commit: string;
  readonly after: string;
}

const PARTS = ["story", "before", "commit", "after"] as const;

/** Ids of the refs that a landing is decided by; a missing ref is undefined. */
export interface LandingRefs {
  readonly integration: { readonly commit: string; readonly tree: string } | undefined;
  readonly story: string | undefined;
  readonly landed: LandedAt | undefined;
}

/** What names a landing. Branches are full names without `refs/heads/`. */
export interface LandingNames {
  readonly branch: string;
  readonly integration: string;
  /** Ref folder of the proof, `refs/storyboard/<run>/landed/<story>`. */
  readonly proof: string;
}

/** Derives the place of a landing's proof from the run and the story. */
export const proofRef = (run: string, story: string): string => `refs/storyboard/${run}/landed/${story}`;

/** The newest commit that a run has landed, by its proofs; undefined when nothing landed. */
export const newestLanded = async (repository: Repository, run: string): Promise<string | undefined> => {
  const cwd = repository.commonDirectory;
  const { stdout } = await git(["for-each-ref", "--format=%(objectname)", `${proofRef(run, "*")}/after`], { cwd });
  const landed = stdout.split("\n").filter((commit) => commit !== "");
  if (landed.length === 0) return undefined;
  // Each landing stands on the one before, so only one of them is nobody's ancestor.
  return (await git(["merge-base", "--independent", ...landed], { cwd })).stdout.split("\n")[0];
};

/** Reads all refs of a landing with one git process. */
export const readLandingRefs = async (repository: Repository, names: LandingNames): Promise<LandingRefs> => {
  const patterns = [`refs/heads/${names.integration}`, `refs/heads/${names.branch}`, names.proof];
  const format = "--format=%(refname) %(objectname) %(tree)";
  const { stdout } = await git(["for-each-ref", format, ...patterns], { cwd: repository.commonDirectory });
  const found = new Map(
    stdout.split("\n").map((line) => {
      const [name = "", commit = "", tree = ""] = line.split(" ");
      return [name, { commit, tree }];
    }),
  );
  const [story, before, commit, after] = PARTS.map((part) => found.get(`${names.proof}/${part}`)?.commit);
  const landed =
    story === undefined || before === undefined || commit === undefined || after === undefined
      ? undefined
      : { story, before, commit, after };
  return {
    integration: found.get(`refs/heads/${names.integration}`),
    story: found.get(`refs/heads/${names.branch}`)?.commit,
    landed,
  };
};

/**
 * Moves the integration branch and writes the proof in one transaction: both or neither, however it ends. Returns false
 * when the branch no longer is where the plan saw it.
 */
export const moveIntegration = async (
  repository: Repository,
  names: LandingNames,
  landed: LandedAt,
  scratchRef: string | undefined,
): Promise<boolean> => {
  const lines = [
    `update refs/heads/${names.integration} ${landed.after} ${landed.before}`,
    ...PARTS.map((part) => `update ${names.proof}/${part} ${landed[part]}`),
    ...(scratchRef === undefined ? [] : [`delete ${scratchRef}`]),
  ];
  const result = await git(["update-ref", "--create-reflog", "-m", "storyboard: land", "--stdin"], {
    cwd: repository.commonDirectory,
    input: `${lines.join("\n")}\n`,
    allowFailure: true,
  });
  if (result.exitCode === 0) return true;
  if (/is at [0-9a-f]+ but expected/.test(result.stderr)) return false;
  throw new GitError(["update-ref", "--stdin"], `exit status ${result.exitCode}`, result);
};

/** Makes a branch at `commit` unless it exists already. Returns where it is. */
export const ensureBranch = async (repository: Repository, branch: string, commit: string): Promise<string> => {
  const cwd = repository.commonDirectory;
  const ref = `refs/heads/${branch}`;
  const made = await git(["update-ref", ref, commit, "0".repeat(commit.length)], { cwd, allowFailure: true });
  if (made.exitCode === 0) return commit;
  return (await git(["rev-parse", "--verify", ref], { cwd })).stdout;
};
