import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity } from "../../core/jobs/process-identity.ts";
import { UserError } from "../../core/model/user-error.ts";
import { inboxOf } from "../../core/scheduler/inbox.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import { acquireLead } from "../../core/workspace/lock.ts";
import { createWorktrees } from "../../core/workspace/worktrees.ts";
import type { ProjectOptions } from "../command-line/parsed-command.ts";
import { hasAnswers } from "../lead/answers.ts";
import {
  type FoldedRun,
  isUnfinished,
  lookAtRun,
  readRun,
  runDirectory,
  runIds,
  type StoredRun,
} from "../lead/runs.ts";
import { branchesOf, deleteBranches, deleteProofs, unlandedBranches } from "./cleaned-branches.ts";
import type { CommandOutput } from "./output.ts";
import { projectFolder } from "./project.ts";

interface CleanOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
}

type Say = (text: string) => void;

/**
 * `storyboard clean`: removes worktrees, branches and runs that are no longer needed, and lists what has not landed.
 * Unlanded work goes only with `--force`, and even then it is saved under a ref first.
 */
export const cleanCommand = async (options: ProjectOptions & CleanOptions, { out }: CommandOutput): Promise<number> => {
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
  let saidSomething = false;
  const say: Say = (text) => {
    saidSomething = true;
    out(`${text}\n`);
  };
  try {
    for (const run of runIds(repository.project)) {
      const stored = readRun(repository.project, run);
      if (stored === undefined) removeFolder(runDirectory(repository.project, run), `run ${run}`, options, say);
      else await cleanRun(repository, lookAtRun(stored), options, say);
    }
    if (!saidSomething) out("Nothing to clean.\n");
    return 0;
  } finally {
    await lock.release();
  }
};

const cleanRun = async (repository: Repository, run: FoldedRun, options: CleanOptions, say: Say): Promise<void> => {
  const { file } = run;
  const needed = options.force ? undefined : whyNeeded(run);
  if (needed !== undefined) {
    say(`kept: run ${file.run} ${needed}`);
    return;
  }
  const unlanded = await unlandedBranches(repository, file.run, file.target.branch);
  if (!options.force) for (const branch of unlanded) say(`kept: branch ${branch} has not landed (--force removes it)`);
  const kept = new Set(options.force ? [] : unlanded);
  await cleanWorktrees(repository, run, kept, options, say);
  const gone = (await branchesOf(repository, file.run)).filter((branch) => !kept.has(branch));
  const saved = options.dryRun ? new Map<string, string>() : await deleteBranches(repository, gone, new Set(unlanded));
  for (const branch of gone) say(`${verb(options)}: branch ${branch}${savedAs(saved.get(branch))}`);
  if (kept.size > 0) return;
  if (!options.dryRun) await deleteProofs(repository, file.run);
  cleanFolder(run, options, say);
};

/** Why a run is not cleaned without being forced; undefined when nothing speaks against it. */
const whyNeeded = ({ state, directory }: FoldedRun): string | undefined => {
  if (isUnfinished(state)) return "can be resumed (storyboard run --resume)";
  if (hasAnswers(directory)) return "has answers that wait for it (storyboard run --resume)";
  const asking = inboxOf(state).flatMap(({ story }) => story ?? []);
  return asking.length === 0
    ? undefined
    : `waits for answers: ${asking.join(", ")} (storyboard ctl inbox; --force removes it)`;
};

/** What stories of storyboard.yaml are done is known from their runs alone: these keep all but their transcripts. */
const cleanFolder = ({ file, directory }: StoredRun, options: CleanOptions, say: Say): void => {
  if (file.source === "storyboard") {
    removeFolder(
      join(directory, "jobs"),
      `transcripts of run ${file.run} (it still tells which stories are done)`,
      options,
      say,
    );
  } else {
    removeFolder(runDirectory(file.project, file.run), `run ${file.run}`, options, say);
  }
};

const removeFolder = (folder: string, what: string, options: CleanOptions, say: Say): void => {
  if (!existsSync(folder)) return;
  say(`${verb(options)}: ${what}`);
  if (!options.dryRun) rmSync(folder, { recursive: true, force: true });
};

const cleanWorktrees = async (
  repository: Repository,
  { file }: StoredRun,
  kept: ReadonlySet<string>,
  options: CleanOptions,
  say: Say,
): Promise<void> => {
  if (file.worktreeRoot === "") return;
  const pool = createWorktrees(repository, { root: file.worktreeRoot, keep: [], carried: file.setup.carried });
  for (const { path, branch } of await pool.list()) {
    const isOther = branch !== undefined && !branch.startsWith(`storyboard/${file.run}/`);
    if (isOther || (branch !== undefined && kept.has(branch))) continue;
    const ref = options.dryRun ? undefined : await pool.remove(path);
    say(`${verb(options)}: worktree ${path}${savedAs(ref)}`);
  }
};

const verb = ({ dryRun }: CleanOptions): string => (dryRun ? "would remove" : "removed");

const savedAs = (ref: string | undefined): string => (ref === undefined ? "" : `, saved as ${ref}`);
