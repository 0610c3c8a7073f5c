import type { StoryKey } from "../model/story-key.ts";
import type { StoryNames } from "./story-names.ts";

/** `forward`: this story waits for the named one. `reverse`: the named one waits for this story. */
export type Direction = "forward" | "reverse";

/** A story that a piece of text names, and which of the two waits. */
export interface NamedDependency {
  readonly key: StoryKey;
  readonly direction: Direction;
}

const FORWARD =
  "depends[ _-]?on|dependency(?: note)?|(?:story )?dependencies|blocked[ _-]?by|requires?|prerequisites?(?: stor(?:y|ies))?|" +
  "builds (?:directly )?(?:up)?on|consumes(?: the)?|dépend de|abhängig von|依赖";
const REVERSE =
  "blocks|blocking|enables|unblocks|(?:is )?(?:a )?prerequisite for|required (?:by|for)|blocked stories|" +
  "downstream(?: dependencies)?|stories that depend on this|dependents";
const LABEL = new RegExp(
  `^(?:this story )?(?:also )?(?:is )?(?:(${REVERSE})|(${FORWARD}))(?![\\p{L}\\p{N}])\\s*[_ ]*([:：])?(.*)$`,
  "iu",
);
const STATEMENT = new RegExp(
  `\\bthis story (?:also )?(?:is |directly )?(?:(${REVERSE})|(depends on|requires|(?:is )?blocked by|builds (?:directly )?(?:up)?on|needs))\\b\\s*:?(.*)$`,
  "iu",
);
const NEGATED =
  /\b(?:not|no longer|never|without)\s+(?:be\s+)?(?:depend|requir|block|need)|n['’]t\s+(?:depend|requir|block|need)|independent of/i;
const NOTHING =
  /^[\s[("'*_-]*(?:none\b|no\b|n\/?a\b|nil\b|nothing\b|keine?\b|aucune?\b|nessun[ao]?\b|ningun[ao]?\b|无|—|–|$)/iu;

/**
 * The stories that a labelled line declares: `**Depends On:** Stories 1.1, 1.2`, `- **Blocks:** Story 17.6`,
 * `- **Depends on 10.1** (…) and **10.2**`. Undefined where the line has no such label, so a caller can tell it from
 * one that names no story ("None").
 */
export const labelledDependencies = (
  line: string,
  names: StoryNames,
  near: StoryKey,
): readonly NamedDependency[] | undefined => {
  const text = withoutMarkup(line);
  const match = LABEL.exec(text);
  if (match === null) return undefined;
  const [, reverse, , colon, value = ""] = match;
  // Without a colon it is a label only where the line begins with a story's name right after it.
  if (colon === undefined && !/^\s*(?:the\s+)?(?:stor(?:y|ies)\b|[\p{L}-]*\d)/iu.test(value)) return undefined;
  if (NEGATED.test(text)) return [];
  const direction: Direction = reverse === undefined ? "forward" : "reverse";
  return statedDependencies(value, names, near) ?? toward(direction, namedStories(value, names, near));
};

/** The stories of a statement inside prose: "This story depends on Story 3.3 (…)". Undefined without such a statement. */
export const statedDependencies = (
  line: string,
  names: StoryNames,
  near: StoryKey,
): readonly NamedDependency[] | undefined => {
  const text = withoutMarkup(line);
  const match = STATEMENT.exec(text);
  if (match === null) return undefined;
  if (NEGATED.test(text)) return [];
  return toward(match[1] === undefined ? "forward" : "reverse", namedStories(match[3] ?? "", names, near));
};

/** The stories that an item of a dependencies section names: `- **Story 4.1**: reason`, `- 1-1 (title)`, a table row. */
export const itemDependencies = (
  line: string,
  direction: Direction,
  names: StoryNames,
  near: StoryKey,
): readonly NamedDependency[] => {
  const text = withoutMarkup(line.trimStart().startsWith("|") ? (line.split("|")[1] ?? "") : line);
  return NEGATED.test(text) ? [] : toward(direction, namedStories(text, names, near));
};

const toward = (direction: Direction, keys: readonly StoryKey[]): readonly NamedDependency[] =>
  keys.map((key) => ({ key, direction }));

const withoutMarkup = (line: string): string =>
  line
    .replaceAll(/[*`]/g, "")
    .replace(/^(?:\s*(?:[-+>]|\d+[.)]|\[.\])\s+)+/u, "")
    .replace(/^[\s_]+/, "");

/** The stories of a list in a person's words. Reasons behind a dash, colon or in brackets name no further ones. */
export const namedStories = (value: string, names: StoryNames, near: StoryKey): readonly StoryKey[] => {
  if (NOTHING.test(value)) return [];
  const ranged = expandRanges(value);
  // A bracket can hold a dash or a colon of its own.
  const head = ranged.replaceAll(/\([^()]*\)/g, " ").split(/\s[—–-]\s|[.:]\s|[.:]$/u, 1)[0] ?? "";
  const found = listedStories(head, names, near);
  return found.length > 0 ? found : explicitStories(ranged, names, near);
};

const ID = "[\\p{L}\\p{N}]+(?:[._-][\\p{L}\\p{N}]+)*";
const ELEMENT = new RegExp(`^[\\s["'(]*(?:bmad:)?(?:(stor(?:y|ies))[\\s#-]+)?(?:the\\s+)?(${ID})["'\\])]*(.*)$`, "iu");
/** What may follow a bare id; a unit or a noun makes it a quantity or a version (`1.2 GB`, `1-2 weeks`). */
const FOLLOWS =
  /^\s*(?:$|[:(—–,-]|(?:is|are|must|being|because|to|for|complet\w*|done|first|exists?|has|have|only)\b)/i;

const listedStories = (head: string, names: StoryNames, near: StoryKey): readonly StoryKey[] => {
  const found = new Set<StoryKey>();
  for (const element of head.split(/[,;&+]|\b(?:and|und|et|y|e)\b/iu)) {
    const [, story, id = "", rest = ""] = ELEMENT.exec(element.trim()) ?? [];
    const isNumbered = /\d/.test(id);
    const key = isNumbered || id.includes("-") ? names.resolve(id, near) : undefined;
    if (key !== undefined && (story !== undefined || FOLLOWS.test(rest))) found.add(key);
  }
  for (const key of fullKeysIn(head, names)) found.add(key);
  return [...found];
};

const EXPLICIT = new RegExp(`\\b(?:story|stories|故事)[\\s#-]+(${ID})`, "giu");

/** Stories that are called one: `Story 3.3`, `STORY-051`, or by their full key. */
const explicitStories = (text: string, names: StoryNames, near: StoryKey): readonly StoryKey[] => {
  const found = new Set<StoryKey>();
  for (const match of text.matchAll(EXPLICIT)) {
    const key = /\d/.test(match[1] ?? "") ? names.resolve(match[1] ?? "", near) : undefined;
    if (key !== undefined) found.add(key);
  }
  for (const key of fullKeysIn(text, names)) found.add(key);
  return [...found];
};

/** Full keys that stand in a text as words, `.md` behind them or not. */
export const fullKeysIn = (text: string, names: StoryNames): readonly StoryKey[] =>
  [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}._-]*[\p{L}\p{N}]/gu)].flatMap((match) =>
    match[0].includes("-") ? (names.resolveFullKey(match[0]) ?? []) : [],
  );

const RANGE_LENGTH_MAX = 50;

/** `10.1-10.5` as the five it means. */
const expandRanges = (text: string): string =>
  text.replaceAll(
    /(?<![\p{L}\d.-])(\d+)\.(\d+)\s*(?:-|–|—|to|through)\s*(\d+)\.(\d+)(?![\d.])/gu,
    (range, epic: string, from: string, lastEpic: string, to: string) => {
      const count = Number(to) - Number(from) + 1;
      if (epic !== lastEpic || count < 2 || count > RANGE_LENGTH_MAX) return range;
      return Array.from({ length: count }, (_, i) => `${epic}.${Number(from) + i}`).join(", ");
    },
  );
