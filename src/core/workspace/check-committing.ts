import { access, constants, readdir } from "node:fs/promises";
import { join } from "node:path";
import { GitError, git, zeroSeparated } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";

/** How storyboard's own commits are made; `checkCommitting` finds it out, landing and bookkeeping use it. */
export interface Committing {
  /** Added to the environment of our commits: the identity, when the user has none. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sign: boolean;
}

export interface CommittingFinding {
  /** `refuse` must be put right before the start; `note` is only said. */
  readonly level: "refuse" | "note";
  readonly message: string;
  readonly nextSteps: readonly string[];
}

export interface CommittingCheck {
  readonly committing: Committing;
  /** For agents, which run git themselves: an identity when none is configured, no signing when signing asks. */
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** Hooks that run when an agent commits. */
  readonly hooks: readonly string[];
  readonly findings: readonly CommittingFinding[];
}

/** Who commits when the user has no identity (product.md, Landing). */
export const OWN_IDENTITY = {
  GIT_AUTHOR_NAME: "storyboard",
  GIT_AUTHOR_EMAIL: "storyboard@localhost",
  GIT_COMMITTER_NAME: "storyboard",
  GIT_COMMITTER_EMAIL: "storyboard@localhost",
} as const;

/** Longest that a signature may take before we hold that it asks somebody, in milliseconds. */
const SIGNING_LIMIT_MS = 5_000;
const HOOK_LIMIT_MS = 120_000;
const COMMIT_HOOKS = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"];

/** Finds out, before a run, whether commits work with nobody there. Changes nothing but an unreachable probe object. */
export const checkCommitting = async (repository: Repository): Promise<CommittingCheck> => {
  const cwd = repository.root;
  const [identity, settings] = await Promise.all([
    git(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"], { cwd, allowFailure: true }),
    git(["config", "--null", "--get-regexp", "^(commit\\.gpgsign|core\\.hookspath)$"], {
      cwd,
      allowFailure: true,
      asUser: true,
    }),
  ]);
  const environment = identity.exitCode === 0 ? {} : OWN_IDENTITY;
  const setting = readSettings(settings.stdout);
  const wantsSignature = /^(|true|yes|on|1)$/i.test(setting.get("commit.gpgsign") ?? "false");
  const signingProblem = wantsSignature ? await trySigning(repository, environment) : undefined;
  const hooks = await findHooks(repository, setting.get("core.hookspath"));
  const findings: CommittingFinding[] = [];
  if (identity.exitCode !== 0) findings.push(NO_IDENTITY);
  if (signingProblem !== undefined) findings.push(unsigned(signingProblem));
  if (hooks.length > 0) findings.push(hooksRun(hooks));
  return {
    committing: { environment, sign: wantsSignature && signingProblem === undefined },
    agentEnvironment: { ...environment, ...(signingProblem === undefined ? {} : NO_SIGNING) },
    hooks,
    findings,
  };
};

/**
 * Makes an empty commit in a worktree that is ready for work, as an agent would, with the project's hooks; then takes it
 * back. It needs a ready one because hooks start the project's own tools. Returns a refusal when the hooks fail.
 */
export const probeHooks = async (
  worktree: string,
  agentEnvironment: Readonly<Record<string, string>>,
): Promise<CommittingFinding | undefined> => {
  const before = (await git(["rev-parse", "HEAD"], { cwd: worktree })).stdout;
  const message = "feat(storyboard): check that commits work";
  const args = ["commit", "--quiet", "--allow-empty", "-m", message];
  const problem = await git(args, { cwd: worktree, env: agentEnvironment, asUser: true, timeLimitMs: HOOK_LIMIT_MS })
    .then(() => undefined)
    .catch((error: unknown) => {
      if (error instanceof GitError) return error.message;
      throw error;
    });
  await git(["reset", "--quiet", "--soft", before], { cwd: worktree });
  if (problem === undefined) return undefined;
  return {
    level: "refuse",
    message: `The project's commit hooks fail in a fresh worktree, so no agent could commit:\n${problem}`,
    nextSteps: [
      "Make the hooks work there: set `worktree.setup` or `worktree.clone` to what they need.",
      "Or have storyboard make the commits, without hooks: `commits: storyboard` on the agent.",
    ],
  };
};

const readSettings = (output: string): ReadonlyMap<string, string> =>
  new Map(
    zeroSeparated(output).map((entry) => {
      const [name = "", ...value] = entry.split("\n");
      return [name, value.join("\n")];
    }),
  );

const trySigning = async (
  repository: Repository,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> => {
  const args = ["commit-tree", "-S", "-m", "storyboard: can commits be signed?", `${repository.headCommit}^{tree}`];
  try {
    await git(args, { cwd: repository.root, env: environment, timeLimitMs: SIGNING_LIMIT_MS });
    return undefined;
  } catch (error) {
    if (error instanceof GitError) return error.message;
    throw error;
  }
};

const findHooks = async (repository: Repository, configured: string | undefined): Promise<string[]> => {
  const home = process.env.HOME ?? "~";
  const own = configured?.replace(/^~(?=\/|$)/, home);
  // A relative hooks path is relative to the top of the working copy.
  const folder = own === undefined ? join(repository.commonDirectory, "hooks") : resolveFrom(repository.root, own);
  const names = await readdir(folder).catch((): string[] => []);
  const found = COMMIT_HOOKS.filter((hook) => names.includes(hook));
  const runnable = await Promise.all(found.map((hook) => canRun(join(folder, hook))));
  return found.filter((_, i) => runnable[i]);
};

const resolveFrom = (root: string, path: string): string => (path.startsWith("/") ? path : join(root, path));

const canRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const NO_SIGNING = {
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "commit.gpgsign",
  GIT_CONFIG_VALUE_0: "false",
} as const;

const NO_IDENTITY: CommittingFinding = {
  level: "note",
  message: "git knows no user here: commits are made as storyboard <storyboard@localhost>.",
  nextSteps: ["git config user.name 'Your Name'", "git config user.email you@example.com"],
};

const unsigned = (problem: string): CommittingFinding => ({
  level: "note",
  message: `The project signs its commits, but signing does not work with nobody there, so the run's are unsigned:\n${problem}`,
  nextSteps: ["Unlock the key in its agent before the start (e.g. sign one commit by hand)."],
});

const hooksRun = (hooks: readonly string[]): CommittingFinding => ({
  level: "note",
  message: `The project's ${hooks.join(", ")} hooks run when an agent commits, and not for storyboard's own commits.`,
  nextSteps: [],
});
