import type { StoryKey } from "../model/story-key.ts";
import { labelledDependencies, statedDependencies } from "./dependency-phrases.ts";
import type { MarkdownLine } from "./markdown-lines.ts";
import type { StoryNames } from "./story-names.ts";
import { isRecord, isReview } from "./story-sections.ts";

const STORY_NUMBER = /\bstor(?:y|ies)\s+#?(\d+[.-]\d+[a-z]?)\b/giu;
const NEGATION = /\b(?:not?|none|never|without)\b|n['’]t\b/i;

/**
 * Stories that a story file declares to depend on and that fit no story of the backlog, or several: `Story 7.2
 * (stories/1-1-a.md:7)`. Nothing waits for them, which a person should know. Only what is called a story and has a
 * number counts: a guess would cry wolf.
 */
export const unknownDependencies = (
  key: StoryKey,
  file: string,
  lines: readonly MarkdownLine[],
  names: StoryNames,
): readonly string[] => {
  const found = new Set<string>();
  for (const { text, line } of lines.filter((one) => declares(one, names, key))) {
    for (const [, number = ""] of text.replaceAll(/[*`]/g, "").matchAll(STORY_NUMBER)) {
      if (names.resolve(number, key) === undefined) found.add(`Story ${number} (${file}:${line})`);
    }
  }
  return [...found];
};

const declares = (line: MarkdownLine, names: StoryNames, key: StoryKey): boolean =>
  line.kind === "text" &&
  !isRecord(line) &&
  !isReview(line) &&
  !NEGATION.test(line.text) &&
  (labelledDependencies(line.text, names, key) ?? statedDependencies(line.text, names, key)) !== undefined;
