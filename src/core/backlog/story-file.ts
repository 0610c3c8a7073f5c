import type { AcceptanceCriterion } from "../model/criteria.ts";
import type { Complexity, StoryTask } from "../model/story.ts";
import { complexityOf, declaredComplexity } from "./complexity.ts";
import { type MarkdownLine, markdownLines } from "./markdown-lines.ts";
import { readCriteria } from "./story-criteria.ts";
import { readStoryStatus } from "./story-status.ts";
import { readTasks } from "./story-tasks.ts";
import { readTitle } from "./story-title.ts";
import { decodeLeniently } from "./text.ts";

/** What a story file says, dependencies aside: they need the other stories. */
export interface StoryFileText {
  readonly title?: string;
  /** As written; only a hint, the sprint file is the authority. */
  readonly rawStatus?: string;
  readonly complexity: Complexity;
  readonly acceptanceCriteria: readonly AcceptanceCriterion[];
  readonly tasks: readonly StoryTask[];
  /** Files that its frontmatter says it touches. */
  readonly touches: readonly string[];
  /** Resources that its frontmatter says it needs alone. */
  readonly needs: readonly string[];
  readonly lines: readonly MarkdownLine[];
}

/** Reads a story file, whatever its bytes are (formats.md 2.2). Never throws. */
export const readStoryFile = (bytes: Uint8Array): StoryFileText => {
  const text = decodeLeniently(bytes);
  const lines = markdownLines(text);
  const title = readTitle(lines);
  const rawStatus = readStoryStatus(bytes);
  return {
    ...(title === undefined ? {} : { title }),
    ...(rawStatus === undefined ? {} : { rawStatus }),
    complexity: declaredComplexity(lines) ?? complexityOf(text),
    acceptanceCriteria: readCriteria(lines),
    tasks: readTasks(lines),
    touches: frontmatterList(lines, "touches").filter(isInsideProject),
    needs: frontmatterList(lines, "needs"),
    lines,
  };
};

const isInsideProject = (path: string): boolean => !path.startsWith("/") && !path.split("/").includes("..");

/** `name: [a, b]`, `name: a`, or a dashed list below `name:`. */
const frontmatterList = (lines: readonly MarkdownLine[], name: string): readonly string[] => {
  const frontmatter = lines.filter((line) => line.kind === "frontmatter").map((line) => line.text);
  const at = frontmatter.findIndex((line) => line.startsWith(`${name}:`));
  if (at === -1) return [];
  const inline = frontmatter[at]?.slice(name.length + 1) ?? "";
  const below = frontmatter.slice(at + 1);
  const end = below.findIndex((line) => !/^\s*-\s/.test(line));
  const items = [...inline.split(","), ...below.slice(0, end === -1 ? undefined : end)];
  return items
    .map((item) => item.replace(/^\s*-\s+/, "").replaceAll(/^[\s["']+|[\s\]"']+$/g, ""))
    .filter((item) => item !== "");
};
