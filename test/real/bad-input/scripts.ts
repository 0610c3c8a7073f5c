import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";

/** What the scripted agent does for each story, by key: sh code, which may call `build`. */
export type Scripts = Readonly<Record<string, string>>;

/**
 * A sprint of independent stories, one for each script, built without a review. Returns the environment with which the
 * program is to be started; `$BASE` is the folder beside the project, for what a script leaves outside.
 */
export const scriptedSprint = (
  project: Project,
  scripts: Scripts,
  more = "max_retry_per_story: 1\n",
): Record<string, string> => {
  const keys = Object.keys(scripts);
  writeSprint(
    project,
    keys.map((key) => ({ key })),
    { configuration: agentConfiguration(`pipeline: build\norder: parallel\ncircuit_breaker: 100\n${more}`) },
  );
  project.commit();
  const folder = join(project.base, "scripts");
  mkdirSync(folder);
  for (const key of keys) writeFileSync(join(folder, key), `${scripts[key]}\n`);
  return { AGENT_SCRIPT: folder, BASE: project.base };
};

/** One story of `status --json`. */
export interface StoryStatus {
  readonly key: string;
  readonly status: string;
  readonly attempt: number;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/** The stories of the newest run as `status --json` has them, by key. */
export const storiesOf = async (project: Project): Promise<ReadonlyMap<string, StoryStatus>> => {
  const { stdout } = await project.storyboard(["status", "--json"]);
  const { stories } = JSON.parse(stdout) as { stories: StoryStatus[] };
  return new Map(stories.map((story) => [story.key, story]));
};

/** `status: message` of a story, short enough to compare. */
export const outcome = (stories: ReadonlyMap<string, StoryStatus>, key: string): string => {
  const story = stories.get(key);
  return `${story?.status}${story?.error === null || story?.error === undefined ? "" : `: ${story.error.message}`}`;
};
