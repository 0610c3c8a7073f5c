import { UserError } from "../../core/model/user-error.ts";
import { openRepository, type Repository } from "../../core/workspace/inspect-repository.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { untilMs } from "../command-line/until.ts";
import { listenForExitWords } from "../headless/exit-words.ts";
import { createStalledSafeOutput, type SafeOutput } from "../headless/safe-output.ts";
import { hasAnswers } from "../lead/answers.ts";
import type { NewRun } from "../lead/create-run.ts";
import { endOldJobs } from "../lead/end-old-jobs.ts";
import { leadRun, writeRun } from "../lead/lead.ts";
import { isUnfinished, lookAtRun, newestRun, runDirectory, runIds, type StoredRun } from "../lead/runs.ts";
import { takeLead } from "../lead/take-lead.ts";
import type { OwnPackage } from "../own-package.ts";
import { formatPlan } from "../planning/format-plan.ts";
import { planOf } from "../planning/plan-document.ts";
import { printEndedRun } from "./ended-run.ts";
import { followLead } from "./follow.ts";
import { newRun } from "./new-run.ts";
import { outputColumns } from "./output.ts";
import { projectFolder } from "./project.ts";
import { reporterFor } from "./reporter-for.ts";

/** Longest that the end of a run waits for a slow reader of its output, in milliseconds. */
const FLUSH_LIMIT_MS = 1_000;

/** The options of a start, with the moment that --until means. */
interface StartOptions extends RunOptions {
  readonly stopAtMs: number | undefined;
}

/** `storyboard run`: starts, resumes or attaches; leads the run in this process. Returns the exit status. */
export const runCommand = async (options: RunOptions, own: OwnPackage): Promise<number> => {
  const project = projectFolder(options);
  // A time that has passed is refused before a run exists.
  const stopAtMs = options.until === undefined ? undefined : untilMs(options.until, Date.now());
  const repository = await openRepository(project);
  const output = createStalledSafeOutput(process.stdout, options.json ? { skippedLine: () => "" } : {});
  try {
    if (options.dryRun) return await dryRun(options, repository, output);
    return await startOrResume({ ...options, stopAtMs }, repository, own, output);
  } finally {
    await output.flush(FLUSH_LIMIT_MS);
  }
};

const startOrResume = async (
  options: StartOptions,
  repository: Repository,
  own: OwnPackage,
  output: SafeOutput,
): Promise<number> => {
  const newest = options.fresh ? undefined : newestRun(repository.project);
  const lock = await takeLead(repository, newest?.file.run ?? "");
  if (lock.kind === "taken") {
    if (options.resume && lock.by.project === repository.project) {
      // The other one may have left meanwhile: then it is up to us again.
      return (await followLead(repository, options.json, output)) ?? startOrResume(options, repository, own, output);
    }
    // The lock is the repository's, the commands look into one project of it.
    const there = lock.by.project === repository.project ? "" : ` --project ${JSON.stringify(lock.by.project)}`;
    throw new UserError(`A run is under way in ${lock.by.project} (process ${lock.by.pid}).`, [
      `Look at it with: storyboard status${there}`,
      `Follow it with: storyboard run --resume${there}`,
      `Stop it with: storyboard ctl stop${there}`,
    ]);
  }
  try {
    const stored = newest === undefined ? undefined : await oldRun(options, newest, repository, output);
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
  repository: Repository,
  output: SafeOutput,
): Promise<number | StoredRun | undefined> => {
  const folded = lookAtRun(newest);
  const unfinished = isUnfinished(folded.state) || hasAnswers(newest.directory);
  // A newer start that was cut off before its run existed is asked for again.
  const isNewest = runIds(repository.project).at(-1) === newest.file.run;
  if (options.resume && !unfinished && !isNewest) return undefined;
  if (options.resume) return unfinished ? newest : printEndedRun(folded, repository, options.json, output);
  if (!isUnfinished(folded.state)) return undefined;
  throw new UserError(`Run ${newest.file.run} was left unfinished.`, [
    "Go on with it: storyboard run --resume",
    "Start anew, its branches are kept: storyboard run --fresh",
  ]);
};

const startNew = async (
  options: StartOptions,
  repository: Repository,
  own: OwnPackage,
  output: SafeOutput,
): Promise<number> => {
  const person = options.inbox === "wait" ? "asked-for" : "nobody";
  const created = await newRun({ ...options, person }, repository);
  if (created.kind === "nothing") return sayNothing(created, options, output);
  if (options.fresh) await endOldJobs(repository.project);
  const stored = { file: created.file, directory: runDirectory(repository.project, created.file.run) };
  await writeRun(stored, repository);
  return lead(options, stored, repository, own, output, false);
};

const sayNothing = (
  created: Extract<NewRun, { kind: "nothing" }>,
  { json }: RunOptions,
  output: SafeOutput,
): number => {
  const reasons = created.left.map(({ key, why, whatToDo }) => `  ${key}: ${why}. ${whatToDo}`);
  const text = [created.message, ...reasons, ""].join("\n");
  // With --json, stdout holds nothing but lines of a run, and there is none.
  if (json) process.stderr.write(text);
  else output.write(text, "summary");
  return created.exit;
};

const lead = (
  options: StartOptions,
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
    untilMs: options.stopAtMs,
  });

const dryRun = async (options: RunOptions, repository: Repository, output: SafeOutput): Promise<number> => {
  const created = await newRun(options, repository);
  if (created.kind === "nothing") return sayNothing(created, options, output);
  const { stories, policy } = created.file;
  const plan = planOf(stories, policy);
  const text = options.json ? `${JSON.stringify(plan)}\n` : formatPlan(plan, outputColumns());
  output.write(text, "summary");
  return 0;
};
