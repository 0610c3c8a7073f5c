import { findStoryKey } from "../../core/model/story-key.ts";
import { UserError } from "../../core/model/user-error.ts";

/** The full key of the story that a word means. Throws a UserError where it means none, or more than one. */
export const meantKey = (word: string, keys: readonly string[]): string => {
  const key = findStoryKey(word, keys);
  if (key !== undefined) return key;
  throw new UserError(`No story, or more than one, is meant by ${JSON.stringify(word)}.`, [
    `The stories are: ${keys.slice(0, 20).join(", ")}.`,
  ]);
};

/** What is said to somebody who looks for a run where there has been none. */
export const noRun = (): UserError =>
  new UserError("There is no run in this project.", ["Start one: storyboard run"], 1);
