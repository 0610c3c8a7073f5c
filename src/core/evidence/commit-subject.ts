import { findStoryKey, type StoryKey, shortKeyOf, shortNameOf } from "../model/story-key.ts";
import { UserError } from "../model/user-error.ts";

/** Characters of a subject that are looked at. */
const SUBJECT_LENGTH_MAX = 1_000;

/**
 * Returns a test for the subjects of a story's commit: `feat(<key>): ...` with the full key, or with a short one that
 * means this story alone (equal leading segments: `36-2` is not in `feat(36-20)`); or the configured regular
 * expression, in which `{key}` stands for either. Throws a UserError where that expression is none.
 */
export const namesStory = (
  key: StoryKey,
  keys: readonly StoryKey[],
  pattern?: string,
): ((subject: string) => boolean) => {
  const all = keys.includes(key) ? keys : [...keys, key];
  if (pattern === undefined) return (subject) => hasScope(subject.slice(0, SUBJECT_LENGTH_MAX), key, all);
  const expression = compile(pattern, acceptedKeys(key, all));
  return (subject) => expression.test(subject.slice(0, SUBJECT_LENGTH_MAX));
};

const CONVENTIONAL = /^feat\(([^()]+)\)!?:\s*\S/i;

const hasScope = (subject: string, key: StoryKey, keys: readonly StoryKey[]): boolean => {
  const scope = CONVENTIONAL.exec(subject)?.[1]?.trim();
  if (scope === undefined) return false;
  // Shorter than the short key it would name the epic, even where the epic has one story only.
  const isLongEnough = scope === key || countSegments(scope) >= countSegments(shortNameOf(key));
  return isLongEnough && findStoryKey(scope, keys) === key;
};

const countSegments = (key: string): number => key.split(/[-.]/).length;

const acceptedKeys = (key: StoryKey, keys: readonly StoryKey[]): readonly string[] => {
  const short = shortKeyOf(key);
  return short !== undefined && findStoryKey(short, keys) === key ? [key, short] : [key];
};

/** A key ends where no further segment or letter follows, and begins likewise. */
const BEFORE_KEY = String.raw`(?<![\p{L}\p{N}_]|[\p{L}\p{N}][-.])`;
const AFTER_KEY = String.raw`(?![\p{L}\p{N}_]|[-.][\p{L}\p{N}])`;

const compile = (pattern: string, keys: readonly string[]): RegExp => {
  const anyKey = `${BEFORE_KEY}(?:${keys.map((key) => key.replaceAll(/[^\p{L}\p{N}_-]/gu, "\\$&")).join("|")})${AFTER_KEY}`;
  try {
    return new RegExp(
      pattern.replaceAll("{key}", () => anyKey),
      "u",
    );
  } catch (error) {
    throw new UserError(
      `evidence.commit_pattern: ${JSON.stringify(pattern)} is no regular expression: ${reason(error)}`,
      ["Write a JavaScript regular expression for the subject of the commit; {key} stands for the story's key."],
    );
  }
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
