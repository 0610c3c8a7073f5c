import { UserError } from "./user-error.ts";

/** A story's full key as its source has it. Checked by `checkStoryKey` before it names a branch, a folder or an option. */
export type StoryKey = string;

/** Longest key we accept, in characters: it becomes part of file and branch names. */
export const STORY_KEY_LENGTH_MAX = 120;

const SAFE_KEY = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** Why a key cannot be used (it names a branch, a folder, an environment value), or undefined when it can. */
export const storyKeyProblem = (key: string): string | undefined => {
  if (key.length > STORY_KEY_LENGTH_MAX) return `is longer than ${STORY_KEY_LENGTH_MAX} characters`;
  if (!SAFE_KEY.test(key))
    return "may only hold letters, digits, '.', '_' and '-', and must start with a letter or digit";
  if (key.includes("..") || key.endsWith(".") || key.endsWith(".lock")) return "is not a valid git branch name";
  return undefined;
};

/** Returns the key, or throws a UserError that names the key and the place it came from. */
export const checkStoryKey = (key: string, where: string): StoryKey => {
  const problem = storyKeyProblem(key);
  if (problem === undefined) return key;
  throw new UserError(`${where}: the story key ${JSON.stringify(key.slice(0, 200))} ${problem}.`, [
    "Rename the story.",
  ]);
};

/**
 * The leading number segments of a key, e.g. `36-2` of `36-2-agreement-badge` and `2-6a` of `2-6a-split`
 * (formats.md 1.1). Undefined where a key does not begin with two numbers.
 */
export const shortKeyOf = (key: StoryKey): string | undefined => {
  const match = /^(\d+)[-.](\d+[a-z]?)(?=$|[-.])/.exec(key);
  return match ? `${match[1]}-${match[2]}` : undefined;
};

/**
 * Finds the key that a person or an agent means: the full key, or a short key that fits exactly one story by equal
 * leading segments (`1-1` never matches `1-10`). Undefined where none or several fit.
 */
export const findStoryKey = (wanted: string, keys: Iterable<StoryKey>): StoryKey | undefined => {
  const all = Array.isArray(keys) ? (keys as readonly StoryKey[]) : [...keys];
  // The exact key is the rule, and large backlogs ask for thousands of them.
  if (all.includes(wanted)) return wanted;
  const segments = wanted.replaceAll(".", "-").split("-");
  const found = all.filter((key) => {
    const own = key.replaceAll(".", "-").split("-");
    return segments.every((segment, i) => own[i] === segment);
  });
  return found.length === 1 ? found[0] : undefined;
};

/** What a story is called for short: by its short key, or by its key where it has none. */
export const shortNameOf = (key: StoryKey): string => shortKeyOf(key) ?? key;
