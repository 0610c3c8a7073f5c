import type { MarkdownLine } from "./markdown-lines.ts";
import { oneLine } from "./text.ts";

/** Longest title that is kept, in characters. */
export const TITLE_LENGTH_MAX = 300;

/** `Story 1.2: T`, `Story 1-2 — T`, `STORY-051: T`, `故事 1.2：T`: the label has to hold a digit. */
const LABELLED = /^(?:story|故事)\s*[-#]?\s*(?=[^\s:：—–]*\d)[\p{L}\p{N}]+(?:[-.][\p{L}\p{N}]+)*\s*[:：—–-]\s*(.+)$/iu;

/** The title of a story file: its first heading without `Story N.M:`, else the frontmatter's. Undefined without one. */
export const readTitle = (lines: readonly MarkdownLine[]): string | undefined => {
  const heading = lines.find((line) => line.kind === "heading" && line.level === 1)?.path.at(-1)?.title ?? "";
  const labelled = LABELLED.exec(heading)?.[1];
  const candidates = [labelled, frontmatterTitle(lines), heading];
  return candidates
    .map((title) => oneLine(title ?? "", TITLE_LENGTH_MAX))
    .find((title) => title !== "" && !title.includes("{{"));
};

/** A readable title made of a key: `Agreement badge` of `36-2-agreement-badge`. The key itself if nothing else is left. */
export const titleOfKey = (key: string): string => {
  const words = key
    .replace(/^(?:[\p{L}]+\d*-)?(?:\d+[a-z]?[.-])+/iu, "")
    .replaceAll(/[-_]+/g, " ")
    .trim();
  return words === "" || /^(?:\p{L}+ ?)?\d+$/u.test(words) ? key : words.charAt(0).toUpperCase() + words.slice(1);
};

const frontmatterTitle = (lines: readonly MarkdownLine[]): string | undefined => {
  for (const line of lines) {
    if (line.kind !== "frontmatter") break;
    const value = /^(?:story_)?title:\s*(.+)$/i.exec(line.text)?.[1];
    if (value !== undefined) return value.trim().replace(/^(["'])(.*)\1$/, "$2");
  }
  return undefined;
};
