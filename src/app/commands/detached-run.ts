import { text } from "node:stream/consumers";
import type { RunFile } from "../../core/engine/run-file.ts";
import { UserError } from "../../core/model/user-error.ts";
import { openRepository } from "../../core/workspace/inspect-repository.ts";
import type { RunOptions } from "../command-line/parsed-command.ts";
import { untilMs } from "../command-line/until.ts";
import { SILENT_REPORTER } from "../headless/silent-reporter.ts";
import { leadRun, writeRun } from "../lead/lead.ts";
import { newestRun, runDirectory, type StoredRun } from "../lead/runs.ts";
import { takeLead } from "../lead/take-lead.ts";
import type { OwnPackage } from "../own-package.ts";
import { projectFolder } from "./project.ts";

/**
 * `run --detached`, which screens start: leads a run and says nothing. With --resume it is the newest run, else the one
 * that comes as its run.json on stdin. Throws a UserError when another process leads already.
 */
export const detachedRunCommand = async (options: RunOptions, own: OwnPackage): Promise<number> => {
  const project = projectFolder(options);
  const [repository, plan] = await Promise.all([openRepository(project), options.resume ? undefined : readPlan()]);
  const old = options.resume ? newestRun(repository.project) : undefined;
  const lock = await takeLead(repository, (plan ?? old?.file)?.run ?? "");
  if (lock.kind === "taken") {
    throw new UserError(`A run is under way in ${lock.by.project} (process ${lock.by.pid}).`, [
      "Look at it with: storyboard watch",
    ]);
  }
  try {
    const stored = plan === undefined ? old : writtenRun(plan, repository.project);
    if (stored === undefined) throw new UserError("There is no run to go on with.", ["Start one: storyboard run"], 1);
    if (plan !== undefined) await writeRun(stored, repository);
    return await leadRun({
      stored,
      repository,
      own,
      environment: process.env,
      isResumed: plan === undefined,
      reporter: SILENT_REPORTER,
      listen: () => () => {},
      ...(options.until === undefined ? {} : { untilMs: untilMs(options.until, Date.now()) }),
    });
  } finally {
    await lock.release();
  }
};

const writtenRun = (plan: RunFile, project: string): StoredRun => ({
  file: plan,
  directory: runDirectory(project, plan.run),
});

const readPlan = async (): Promise<RunFile> => {
  try {
    return JSON.parse(await text(process.stdin)) as RunFile;
  } catch {
    throw new UserError("The screen that started this lead ended before it said what to run.", [
      "Start it again: storyboard",
    ]);
  }
};
