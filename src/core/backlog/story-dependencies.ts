import type { DependencySource } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";
import {
  type Direction,
  fullKeysIn,
  itemDependencies,
  labelledDependencies,
  type NamedDependency,
  namedStories,
  statedDependencies,
} from "./dependency-phrases.ts";
import type { MarkdownLine } from "./markdown-lines.ts";
import type { StoryNames } from "./story-names.ts";
import { dependencySection, isRecord, isReview } from "./story-sections.ts";
import { oneLine } from "./text.ts";

/** `dependent` waits for `on`. */
export interface Edge {
  readonly dependent: StoryKey;
  readonly on: StoryKey;
  readonly source: DependencySource;
}

const SNIPPET_LENGTH_MAX = 80;

/**
 * The dependencies that a story file declares (formats.md 2.3): frontmatter, labelled lines, dependency sections and
 * "This story depends on …". Only what resolves to a known story counts; `Blocks` and `Enables` point the other way,
 * so an edge can belong to another story than `key`. `file` is for the sources. Never throws.
 */
export const declaredDependencies = (
  key: StoryKey,
  file: string,
  lines: readonly MarkdownLine[],
  names: StoryNames,
): readonly Edge[] => {
  const edges: Edge[] = [];
  let list: Direction | undefined;
  for (const line of lines) {
    list = line.kind === "frontmatter" ? listDirection(line.text, list) : undefined;
    for (const { key: other, direction } of namedIn(line, list, names, key)) {
      if (other === key) continue;
      const [dependent, on] = direction === "forward" ? [key, other] : [other, key];
      edges.push({ dependent, on, source: { kind: "declared", where: whereOf(file, line) } });
    }
  }
  return edges;
};

const USES =
  /\b(?:requires?|depends? on|builds? (?:directly )?(?:up)?on|extends|relies on|reus(?:es?|ing)|uses?|using)\s+(?:[^.;:]{0,60}?\bfrom\s+)?((?:stor(?:y|ies)\s+)?\p{L}{0,12}-?\d+[a-z]?[.-]\d+[a-z]?[\p{L}\p{N}_-]*[^.;:]{0,12})|\bfrom (stor(?:y|ies) \S+)/giu;

/**
 * The earlier stories that a story's prose refers to: "uses the API from 2-1", or the name of their file. A guess, so
 * a later story is never waited for, and sections that record history do not count.
 */
export const referencedStories = (
  key: StoryKey,
  file: string,
  lines: readonly MarkdownLine[],
  names: StoryNames,
): readonly Edge[] =>
  lines.flatMap((line) => {
    if (line.kind !== "text" || !/\d|-/.test(line.text)) return [];
    const used = [...line.text.replaceAll(/[*`]/g, "").matchAll(USES)].flatMap((match) =>
      namedStories(match[1] ?? match[2] ?? "", names, key),
    );
    const earlier = [...new Set([...used, ...fullKeysIn(line.text, names)])].filter(
      (other) => names.placeOf(other) < names.placeOf(key),
    );
    if (earlier.length === 0 || isHistory(line)) return [];
    return earlier.map((on) => ({
      dependent: key,
      on,
      source: { kind: "reference", where: whereOf(file, line) } as const,
    }));
  });

const isHistory = (line: MarkdownLine): boolean =>
  isRecord(line) || dependencySection(line) !== undefined || /previous story|learnings|lessons/i.test(line.text);

const namedIn = (
  line: MarkdownLine,
  list: Direction | undefined,
  names: StoryNames,
  key: StoryKey,
): readonly NamedDependency[] => {
  if (line.kind === "frontmatter") return list === undefined ? [] : frontmatterItems(line.text, list, names, key);
  if (line.kind !== "text") return [];
  const labelled = labelledDependencies(line.text, names, key) ?? statedDependencies(line.text, names, key);
  if (labelled !== undefined) return isReview(line) ? [] : labelled;
  const section = dependencySection(line);
  if (section === undefined || isRecord(line)) return [];
  return itemDependencies(line.text, section, names, key);
};

const FORWARD_FIELD = /^(?:depends[_-]?on|dependencies|blocked[_-]?by|requires|prerequisites)\s*:/i;
const REVERSE_FIELD = /^(?:blocks|enables)\s*:/i;

/** Direction of the frontmatter list that a line begins or goes on with. */
const listDirection = (text: string, before: Direction | undefined): Direction | undefined => {
  if (FORWARD_FIELD.test(text)) return "forward";
  if (REVERSE_FIELD.test(text)) return "reverse";
  return /^\s*-\s|^\s+\S/.test(text) ? before : undefined;
};

const frontmatterItems = (
  text: string,
  direction: Direction,
  names: StoryNames,
  near: StoryKey,
): readonly NamedDependency[] =>
  text
    .replace(/^[\w-]+\s*:/, "")
    .replace(/\s#.*$/, "")
    .split(/[,[\]\s"']+/)
    .flatMap((item) => {
      const name = item.replace(/^bmad:/, "");
      const key = name === "" || name === "-" ? undefined : names.resolve(name, near);
      return key === undefined ? [] : [{ key, direction }];
    });

const whereOf = (file: string, line: MarkdownLine): string =>
  `${file}:${line.line} ${JSON.stringify(oneLine(line.text.replaceAll(/[*`]/g, ""), SNIPPET_LENGTH_MAX))}`;
