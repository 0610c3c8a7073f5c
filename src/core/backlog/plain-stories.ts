import type { PlainStory } from "../model/config.ts";
import type { Backlog } from "../model/story.ts";
import { findStoryKey, type StoryKey, storyKeyProblem } from "../model/story-key.ts";
import { UserError } from "../model/user-error.ts";
import { assembleStories, type StorySeed } from "./assemble-stories.ts";
import { folderInProject } from "./bmad-config.ts";
import { nearestOf } from "./nearest.ts";
import { readStoryTexts } from "./read-stories.ts";
import type { Edge } from "./story-dependencies.ts";
import { StoryNames } from "./story-names.ts";

const FILE = "storyboard.yaml";

/**
 * The backlog that storyboard.yaml itself lists. Their status lives in the run, so each begins as `ready-for-dev`.
 * Throws one UserError with everything that is wrong: keys, dependencies on unknown stories, files.
 */
export const loadPlainBacklog = async (projectDirectory: string, plain: readonly PlainStory[]): Promise<Backlog> => {
  const keys = plain.map(({ key }) => key);
  const problems = plain.flatMap((story, i) => problemsOf(story, i, keys, projectDirectory));
  const seeds = plain.map((story) => toSeed(story, projectDirectory));
  const { texts, problems: fileProblems } = await readStoryTexts(projectDirectory, seeds);
  problems.push(...fileProblems);
  if (problems.length > 0) {
    const list = problems.map((problem) => `  ${problem}`).join("\n");
    throw new UserError(`The stories in ${FILE} cannot run as they are:\n${list}`, [`Correct them in ${FILE}.`]);
  }
  const declared = plain.flatMap((story, i) => edgesOf(story, i, keys));
  const names = new StoryNames(plain);
  return { source: "storyboard", stories: assembleStories(seeds, texts, declared, names), notes: [] };
};

const whereOf = (index: number, field?: string): string =>
  `${FILE}: stories[${index}]${field === undefined ? "" : `.${field}`}`;

const problemsOf = (
  story: PlainStory,
  index: number,
  keys: readonly StoryKey[],
  projectDirectory: string,
): readonly string[] => {
  const problems: string[] = [];
  const quoted = JSON.stringify(story.key.slice(0, 200));
  const keyProblem = storyKeyProblem(story.key);
  if (keyProblem !== undefined) problems.push(`${whereOf(index, "key")}: the story key ${quoted} ${keyProblem}.`);
  const first = keys.indexOf(story.key);
  if (first < index) problems.push(`${whereOf(index, "key")}: ${quoted} is already the key of stories[${first}].`);
  for (const name of story.depends_on) {
    const found = findStoryKey(name, keys);
    if (found === story.key) problems.push(`${whereOf(index, "depends_on")}: ${quoted} depends on itself.`);
    if (found !== undefined) continue;
    const nearest = nearestOf(name, keys);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    problems.push(
      `${whereOf(index, "depends_on")}: ${quoted} depends on ${JSON.stringify(name)}, which fits no story or several.${hint}`,
    );
  }
  for (const path of [story.file, ...story.touches]) {
    if (path === undefined || folderInProject(path, projectDirectory) !== undefined || /[{}]/.test(path)) continue;
    problems.push(`${whereOf(index)}: ${JSON.stringify(path)} lies outside the project.`);
  }
  return problems;
};

const toSeed = (story: PlainStory, projectDirectory: string): StorySeed => {
  const file = story.file === undefined ? undefined : folderInProject(story.file, projectDirectory);
  return {
    key: story.key,
    title: story.title ?? story.key,
    ...(story.epic === undefined ? {} : { epic: String(story.epic) }),
    status: "ready-for-dev",
    rawStatus: "ready-for-dev",
    ...(file === undefined ? {} : { file }),
    ...(story.prompt === undefined ? {} : { prompt: story.prompt }),
    ...(story.complexity === undefined ? {} : { complexity: story.complexity }),
    touches: story.touches,
    needs: story.needs,
  };
};

const edgesOf = (story: PlainStory, index: number, keys: readonly StoryKey[]): readonly Edge[] =>
  story.depends_on.flatMap((name) => {
    const on = findStoryKey(name, keys);
    const where = `${whereOf(index, "depends_on")} ${JSON.stringify(name)}`;
    return on === undefined ? [] : [{ dependent: story.key, on, source: { kind: "declared", where } }];
  });
