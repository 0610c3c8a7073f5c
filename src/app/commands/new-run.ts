import type { StoryKey } from "../../core/model/story-key.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { overridesOf } from "../command-line/overrides.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";
import { loadConfiguration } from "../configuration/load-configuration.ts";
import { createRun, type NewRun } from "../lead/create-run.ts";
import { lookAtRun, readRun, runIds } from "../lead/runs.ts";

/** What a start would run, by the project as it stands now. */
export const newRun = async (
  options: SelectionOptions & { readonly fresh?: boolean },
  repository: Repository,
): Promise<NewRun> => {
  const { HOME: home = "/", XDG_CONFIG_HOME: xdgConfigHome } = process.env;
  const { config } = await loadConfiguration({
    projectDirectory: repository.project,
    home,
    xdgConfigHome,
    overrides: overridesOf(options),
  });
  const isFresh = options.fresh ?? false;
  return createRun({
    repository,
    config,
    options,
    environment: process.env,
    nowMs: Date.now(),
    isFresh,
    doneBefore: isFresh || config.stories === undefined ? new Set() : doneBefore(repository.project),
  });
};

/** Stories of storyboard.yaml that earlier runs have done: their status lives in the runs. */
const doneBefore = (project: string): Set<StoryKey> => {
  const done = new Set<StoryKey>();
  for (const run of runIds(project)) {
    const stored = readRun(project, run);
    if (stored?.file.source !== "storyboard") continue;
    if (stored.file.isFresh) done.clear();
    for (const { story, satisfies } of lookAtRun(stored).state.stories.values()) if (satisfies) done.add(story.key);
  }
  return done;
};
