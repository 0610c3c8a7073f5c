import { homedir } from "node:os";
import type { RunFile } from "../../core/engine/run-file.ts";
import type { Config } from "../../core/model/config.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { questionOf } from "../../core/scheduler/inbox.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { overridesOf } from "../command-line/overrides.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";
import { loadConfiguration } from "../configuration/load-configuration.ts";
import { createLoginDesk } from "../doctor/login-desk.ts";
import { PREFLIGHT_LIMIT_MS } from "../doctor/preflight.ts";
import type { DoneBefore } from "../lead/choose-stories.ts";
import { createRun, type NewRun } from "../lead/create-run.ts";
import { hasItems } from "../lead/inbox-folder.ts";
import type { PersonThere } from "../lead/policy.ts";
import { recallRun, runDirectory, runIds } from "../lead/runs.ts";
import { ownPackage } from "../own-package.ts";

/** What a start would run, by the project as it stands now. Without `dryRun: false` it is only looked at. */
export const newRun = async (
  options: SelectionOptions & { readonly fresh?: boolean; readonly dryRun?: boolean; readonly person?: PersonThere },
  repository: Repository,
): Promise<NewRun> => {
  const { HOME: home = homedir(), XDG_CONFIG_HOME: xdgConfigHome } = process.env;
  const { config, workerModel } = await loadConfiguration({
    projectDirectory: repository.project,
    home,
    xdgConfigHome,
    overrides: overridesOf(options),
  });
  const isFresh = options.fresh ?? false;
  const isStart = options.dryRun === false;
  const created = await createRun({
    repository,
    config,
    workerModel,
    options,
    environment: process.env,
    logins: createLoginDesk({
      project: repository.project,
      environment: process.env,
      ownRoot: ownPackage().root,
      limitMs: PREFLIGHT_LIMIT_MS,
      remembers: isStart,
    }),
    isStart,
    nowMs: Date.now(),
    isFresh,
    person: options.person ?? "nobody",
    before: doneBefore(repository.project, config, isFresh),
  });
  if (created.kind === "nothing") return created;
  const { file } = created;
  return { kind: "run", file: { ...file, notes: [...file.notes, ...lastTime(repository.project, file.stories)] } };
};

/** What earlier runs of a project have done that its files do not tell. */
export const doneBefore = (project: string, config: Config, isFresh = false): DoneBefore =>
  config.stories === undefined
    ? { done: new Set(), awaiting: awaitingBefore(project) }
    : { done: isFresh ? new Set() : plainDone(project), awaiting: new Map() };

/** Stories of storyboard.yaml that earlier runs have done: their status lives in the runs. */
const plainDone = (project: string): Set<StoryKey> => {
  const done = new Set<StoryKey>();
  for (const run of runIds(project)) {
    const earlier = recallRun(project, run);
    if (earlier?.file.source !== "storyboard") continue;
    if (earlier.file.isFresh) done.clear();
    for (const { story, satisfies } of earlier.state.stories.values()) if (satisfies) done.add(story.key);
  }
  return done;
};

/**
 * Stories of a sprint file that landed in earlier runs but for a person's part, and what that is; what a later run took up
 * again does not wait any more. Journals are read of runs alone in which something waits.
 */
const awaitingBefore = (project: string): Map<StoryKey, string> => {
  const awaiting = new Map<StoryKey, string>();
  for (const run of runIds(project)) {
    const waits = hasItems(runDirectory(project, run));
    if (!waits && awaiting.size === 0) continue;
    const earlier = recallRun(project, run);
    for (const { story, outcome, question } of earlier?.state.stories.values() ?? []) {
      if (outcome === "awaiting-operator") awaiting.set(story.key, question?.text ?? "");
      else awaiting.delete(story.key);
    }
  }
  return awaiting;
};

/** What the newest run says of stories that it did not bring to a good end, before they are tried again. */
const lastTime = (project: string, stories: RunFile["stories"]): string[] => {
  const newest = runIds(project)
    .reverse()
    .values()
    .map((run) => recallRun(project, run))
    .find((run) => run !== undefined);
  if (newest === undefined) return [];
  const before = newest.state.stories;
  return stories.flatMap(({ key }) => {
    const story = before.get(key);
    const words = story === undefined ? undefined : endingOf(story);
    return words === undefined ? [] : [`${key} ${words}`];
  });
};

const endingOf = (last: StoryState): string | undefined => {
  const { story, outcome, failures } = last;
  const question = questionOf(last);
  if (question !== undefined) {
    return `asked in the last run: ${question.text} (storyboard ctl answer ${story.key} "...", then run --resume, goes on there)`;
  }
  const reason = failures.at(-1)?.message ?? "no reason is known";
  if (outcome === "failed" || outcome === "blocked") return `ended ${outcome} in the last run: ${reason}`;
  return outcome === "skipped" ? "was skipped in the last run" : undefined;
};
