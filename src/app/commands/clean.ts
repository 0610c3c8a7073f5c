import { rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity } from "../../core/jobs/process-identity.ts";
import { UserError } from "../../core/model/user-error.ts";
import { git } from "../../core/workspace/git.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import { acquireLead } from "../../core/workspace/lock.ts";
import { createWorktrees } from "../../core/workspace/worktrees.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { isUnfinished, lookAtRun, OWN_FOLDER, readRun, runIds, type StoredRun } from "../lead/runs.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

/**
 * `storyboard clean`: removes worktrees, branches and runs that are no longer needed, and lists what has not landed.
 * Unlanded work goes only with `--force`, and even then what is uncommitted is saved under a ref first.
 */
export const cleanCommand = async (
  options: ProjectOptions & { readonly dryRun: boolean; readonly force: boolean },
  { out }: CommandOutput,
): Promise<number> => {
  const project = projectFolder(options);
  const repository = await openRepository(project);
  const lock = await acquireLead(repository.commonDirectory, ownIdentity(), (other) => isAlive(other), {
    project: repository.project,
    run: "",
    socket: "",
  });
  if (lock.kind === "taken") {
    throw new UserError(`A run is under way in ${lock.by.project}: nothing is cleaned meanwhile.`, [
      "Stop it first: storyboard ctl stop",
    ]);
  }
  try {
    for (const run of runIds(repository.project)) {
      const stored = readRun(repository.project, run);
      if (stored === undefined) removeRun(repository.project, run, options.dryRun, out);
      else await cleanRun(repository, stored, options, out);
    }
    return 0;
  } finally {
    await lock.release();
  }
};

interface CleanOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
}

const cleanRun = async (
  repository: Repository,
  stored: StoredRun,
  options: CleanOptions,
  out: (text: string) => void,
): Promise<void> => {
  const { file } = stored;
  const { state } = lookAtRun(stored);
  if (isUnfinished(state) && !options.force) {
    out(`kept: run ${file.run} can be resumed (storyboard run --resume)\n`);
    return;
  }
  const unlanded = await unlandedBranches(repository, file.run, file.target.branch);
  for (const branch of unlanded) out(`not landed: ${branch}${options.force ? "" : " (kept; --force removes it)"}\n`);
  const kept = options.force ? new Set<string>() : new Set(unlanded);
  await cleanWorktrees(repository, stored, kept, options, out);
  const branches = await branchesOf(repository, file.run);
  const gone = branches.filter((branch) => !kept.has(branch));
  for (const branch of gone) out(`${options.dryRun ? "would remove" : "removed"}: branch ${branch}\n`);
  if (!options.dryRun && gone.length > 0) await deleteRefs(repository, file.run, gone, kept.size === 0);
  if (kept.size === 0) removeRun(file.project, file.run, options.dryRun, out);
};

const removeRun = (project: string, run: string, dryRun: boolean, out: (text: string) => void): void => {
  out(`${dryRun ? "would remove" : "removed"}: run ${run}\n`);
  if (!dryRun) rmSync(join(project, OWN_FOLDER, "runs", run), { recursive: true, force: true });
};

const cleanWorktrees = async (
  repository: Repository,
  { file }: StoredRun,
  kept: ReadonlySet<string>,
  { dryRun }: CleanOptions,
  out: (text: string) => void,
): Promise<void> => {
  if (file.worktreeRoot === "") return;
  const pool = createWorktrees(repository, { root: file.worktreeRoot, keep: [], carried: file.setup.carried });
  for (const { path, branch } of await pool.list()) {
    const isOther = branch !== undefined && !branch.startsWith(`storyboard/${file.run}/`);
    if (isOther || (branch !== undefined && kept.has(branch))) continue;
    const savedAs = dryRun ? undefined : await pool.remove(path);
    out(
      `${dryRun ? "would remove" : "removed"}: worktree ${path}${savedAs === undefined ? "" : `, saved as ${savedAs}`}\n`,
    );
  }
};

const branchesOf = async (repository: Repository, run: string): Promise<string[]> => {
  const { stdout } = await git(["for-each-ref", "--format=%(refname:lstrip=2)", `refs/heads/storyboard/${run}/`], {
    cwd: repository.commonDirectory,
  });
  return stdout.split("\n").filter((line) => line !== "");
};

/** Branches of a run with work that is neither on the target nor proven to have landed there. */
const unlandedBranches = async (repository: Repository, run: string, target: string): Promise<string[]> => {
  const cwd = repository.commonDirectory;
  const unlanded: string[] = [];
  for (const branch of await branchesOf(repository, run)) {
    const ref = `refs/heads/${branch}`;
    const isIn = await git(["merge-base", "--is-ancestor", ref, `refs/heads/${target}`], { cwd, allowFailure: true });
    if (isIn.exitCode === 0 || (await hasLanded(repository, run, branch, target))) continue;
    unlanded.push(branch);
  }
  return unlanded;
};

/** Whether the landing's proof names this very head, and what it landed as is on the target. */
const hasLanded = async (repository: Repository, run: string, branch: string, target: string): Promise<boolean> => {
  const cwd = repository.commonDirectory;
  const story = branch.split("/story/")[1];
  if (story === undefined) return false;
  const proof = `refs/storyboard/${run}/landed/${story}`;
  const { stdout, exitCode } = await git(
    ["rev-parse", "--verify", `${proof}/story`, `${proof}/after`, `refs/heads/${branch}`],
    {
      cwd,
      allowFailure: true,
    },
  );
  const [landedHead, after, head] = stdout.split("\n");
  if (exitCode !== 0 || landedHead !== head || after === undefined) return false;
  const isIn = await git(["merge-base", "--is-ancestor", after, `refs/heads/${target}`], { cwd, allowFailure: true });
  return isIn.exitCode === 0;
};

const deleteRefs = async (
  repository: Repository,
  run: string,
  branches: readonly string[],
  withProofs: boolean,
): Promise<void> => {
  const cwd = repository.commonDirectory;
  const proofs = withProofs
    ? (await git(["for-each-ref", "--format=%(refname)", `refs/storyboard/${run}/`], { cwd })).stdout.split("\n")
    : [];
  const refs = [...branches.map((branch) => `refs/heads/${branch}`), ...proofs.filter((ref) => ref !== "")];
  await git(["update-ref", "--stdin"], { cwd, input: refs.map((ref) => `delete ${ref}\n`).join("") });
};
