import { namesStory } from "../../evidence/commit-subject.ts";
import { plainLine } from "../../model/plain-text.ts";
import { type StoryKey, shortNameOf } from "../../model/story-key.ts";
import { storyIn, type World } from "./world.ts";

/** Longest subject of a story's commit, in characters. */
const SUBJECT_LENGTH_MAX = 100;

/** The subject that a story's commit must have: `feat(36-2): Title`. */
export const commitSubject = (world: World, key: string): string => {
  const { title } = storyIn(world, key);
  return plainLine(`feat(${shortNameOf(key)}): ${title}`).slice(0, SUBJECT_LENGTH_MAX);
};

/** The last of some commits, the oldest first, whose subject names the story; undefined where none does. */
export const lastNamed = <T extends { readonly subject: string }>(
  { run }: World,
  story: StoryKey,
  commits: readonly T[],
): T | undefined => {
  const keys = run.stories.map(({ key }) => key);
  const names = namesStory(story, keys, run.config.evidence.commit_pattern);
  return commits.findLast(({ subject }) => names(subject));
};
