import { join } from "node:path";
import { isAlive, ownIdentity } from "../../core/jobs/process-identity.ts";
import { UserError } from "../../core/model/user-error.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import { acquireLead } from "../../core/workspace/lock.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { untilMs } from "../command-line/until.ts";
import { listenForExitWords } from "../headless/exit-words.ts";
import { createStalledSafeOutput, type SafeOutput } from "../headless/safe-output.ts";
import { hasAnswers } from "../lead/answers.ts";
import type { NewRun } from "../lead/create-run.ts";
import { leadRun, writeRun } from "../lead/lead.ts";
import { isUnfinished, lookAtRun, newestRun, OWN_FOLDER, runDirectory, type StoredRun } from "../lead/runs.ts";
import type { OwnPackage } from "../own-package.ts";
import { formatPlan } from "../planning/format-plan.ts";
import { planOf } from "../planning/plan-document.ts";
import { printEndedRun } from "./ended-run.ts";
import { followLead } from "./follow.ts";
import { newRun } from "./new-run.ts";
import { projectFolder } from "./project.ts";
import { reporterFor } from "./reporter-for.ts";

/** Longest that the end of a run waits for a slow reader of its output, in milliseconds. */
const FLUSH_LIMIT_MS = 1_000;

/** `storyboard run`: starts, resumes or attaches; leads the run in this process. Returns the exit status. */
export const runCommand = async (options: RunOptions, own: OwnPackage): Promise<number> => {
  const project = projectFolder(options);
  const repository = await openRepository(project);
  const output = createStalledSafeOutput(process.stdout, options.json ? { skippedLine: () => "" } : {});
  try {
    if (options.dryRun) return await dryRun(options, repository, output);
    return await startOrResume(options, repository, own, output);
  } finally {
    await output.flush(FLUSH_LIMIT_MS);
  }
};

const startOrResume = async (
  options: RunOptions,
  repository: Repository,
  own: OwnPackage,
  output: SafeOutput,
): Promise<number> => {
  const newest = options.fresh ? undefined : newestRun(repository.project);
  const id = newest?.file.run ?? "";
  const lock = await acquireLead(repository.commonDirectory, ownIdentity(), (other) => isAlive(other), {
    project: repository.project,
    run: id,
    socket: join(repository.project, OWN_FOLDER, "control.sock"),
  });
  if (lock.kind === "taken") {
    if (options.resume && lock.by.project === repository.project)
      return followLead(repository.project, options.json, output);
    throw new UserError(`A run is under way in ${lock.by.project} (process ${lock.by.pid}).`, [
      "Look at it with: storyboard status, storyboard logs KEY -f",
      "Follow it with: storyboard run --resume",
      "Stop it with: storyboard ctl stop",
    ]);
  }
  try {
    const stored = newest === undefined ? undefined : await oldRun(options, newest, output);
    if (typeof stored === "number") return stored;
    if (stored !== undefined) return await lead(options, stored, repository, own, output, true);
    return await startNew(options, repository, own, output);
  } finally {
    await lock.release();
  }
};

/** What the newest run means for this start: its exit status, the run to go on with, or nothing. */
const oldRun = async (
  options: RunOptions,
  newest: StoredRun,
  output: SafeOutput,
): Promise<number | StoredRun | undefined> => {
  const folded = lookAtRun(newest);
  const unfinished = isUnfinished(folded.state) || hasAnswers(newest.directory);
  if (options.resume) return unfinished ? newest : printEndedRun(folded, options.json, output);
  if (!isUnfinished(folded.state)) return undefined;
  throw new UserError(`Run ${newest.file.run} was left unfinished.`, [
    "Go on with it: storyboard run --resume",
    "Start anew, its branches are kept: storyboard run --fresh",
  ]);
};

const startNew = async (
  options: RunOptions,
  repository: Repository,
  own: OwnPackage,
  output: SafeOutput,
): Promise<number> => {
  const created = await newRun(options, repository);
  if (created.kind === "nothing") return sayNothing(created, output);
  const stored = { file: created.file, directory: runDirectory(repository.project, created.file.run) };
  await writeRun(stored, repository);
  return lead(options, stored, repository, own, output, false);
};

const sayNothing = (created: Extract<NewRun, { kind: "nothing" }>, output: SafeOutput): number => {
  const reasons = created.left.map(({ key, why, whatToDo }) => `  ${key}: ${why}. ${whatToDo}`);
  output.write([created.message, ...reasons, ""].join("\n"), "summary");
  return created.exit;
};

const lead = (
  options: RunOptions,
  stored: StoredRun,
  repository: Repository,
  own: OwnPackage,
  output: SafeOutput,
  isResumed: boolean,
): Promise<number> =>
  leadRun({
    stored,
    repository,
    own,
    environment: process.env,
    isResumed,
    reporter: reporterFor(options.json, stored, output),
    listen: (onStop) => listenForExitWords(() => process.stdin, onStop),
    ...(options.until === undefined ? {} : { untilMs: untilMs(options.until, Date.now()) }),
  });

const dryRun = async (options: RunOptions, repository: Repository, output: SafeOutput): Promise<number> => {
  const created = await newRun(options, repository);
  if (created.kind === "nothing") return sayNothing(created, output);
  const { stories, policy } = created.file;
  output.write(formatPlan(planOf(stories, policy), process.stdout.columns ?? 100), "summary");
  return 0;
};
