import { plainLine } from "../../model/plain-text.ts";
import { shortNameOf } from "../../model/story-key.ts";
import { storyIn, type World } from "./world.ts";

/** Longest subject of a story's commit, in characters. */
const SUBJECT_LENGTH_MAX = 100;

/** The subject that a story's commit must have: `feat(36-2): Title`. */
export const commitSubject = (world: World, key: string): string => {
  const { title } = storyIn(world, key);
  return plainLine(`feat(${shortNameOf(key)}): ${title}`).slice(0, SUBJECT_LENGTH_MAX);
};
