import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { readStatus, type StoryStatus } from "../model/status.ts";
import { checkStoryKey } from "../model/story-key.ts";
import { UserError } from "../model/user-error.ts";
import { duplicateError, offsetOf, parseSprintDocument, type SprintDocument } from "./sprint-document.ts";
import { epicIdOf, epicOfStory, type SprintEntryKind, sprintEntryKind } from "./sprint-keys.ts";
import { oneLine } from "./text.ts";

/** The names that an entry's `depends_on`, `blocked_by` or `dependencies` holds, not yet resolved. */
export interface DeclaredNames {
  readonly names: readonly string[];
  readonly line: number;
}

/** One entry of `development_status`. */
export interface SprintEntry {
  readonly key: string;
  readonly kind: SprintEntryKind;
  /** For a story, its epic's id; for an epic, its own. */
  readonly epic?: string;
  readonly rawStatus: string;
  readonly status: StoryStatus;
  readonly line: number;
  readonly title?: string;
  /** Path as the entry gives it, unchecked. */
  readonly storyFile?: string;
  readonly declared: readonly DeclaredNames[];
  /** Other names of the entry, such as an issue id. */
  readonly otherNames: readonly string[];
  /** The scalar that holds the status, where it is one that can be written. */
  readonly statusNode?: Scalar;
}

/** A sprint file as read. */
export interface SprintFile {
  readonly entries: readonly SprintEntry[];
  /** `story_location` as written, from the field or the header comment. */
  readonly storyLocation?: string;
}

/** Reads the bytes of a BMAD v6 sprint file. Throws a UserError with file and line for whatever cannot be read. */
export const readSprintFile = (bytes: Uint8Array, path: string): SprintFile => {
  const sprint = parseSprintDocument(bytes, path);
  const location = scalarText(sprint.root.get("story_location", true)) ?? commentedLocation(sprint.text);
  return {
    entries: readEntries(sprint, path),
    ...(location === undefined || location === "" ? {} : { storyLocation: location }),
  };
};

/** The entries of a parsed sprint file in their order. Throws a UserError for unsafe keys, duplicates and bad nesting. */
export const readEntries = (sprint: SprintDocument, path: string): readonly SprintEntry[] => {
  const found: FoundEntry[] = [];
  collect(sprint, path, sprint.developmentStatus, undefined, found, new Set());
  const epicIds = new Set(found.flatMap(({ key }) => epicIdOf(key) ?? []));
  return found.map((entry) => toEntry(sprint, path, entry, epicIds));
};

/** Where the status word lies inside a scalar's own text: without a comment that is glued to it (`done# Updated`). */
const statusWordOf = (value: string): string => (value.split("#", 1)[0] ?? "").trim();

interface FoundEntry {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
  readonly parentEpic: string | undefined;
}

const collect = (
  sprint: SprintDocument,
  path: string,
  map: YAMLMap,
  parentEpic: string | undefined,
  found: FoundEntry[],
  seen: Set<string>,
): void => {
  for (const pair of map.items as Pair[]) {
    const line = sprint.lineOf(offsetOf(pair.key));
    if (!isScalar(pair.key)) throw nestingError(path, line);
    const key = String(pair.key.value).trim();
    if (seen.has(key)) throw duplicateError(path, key, line);
    seen.add(key);
    found.push({ key, value: pair.value, line, parentEpic });
    const nested = isMap(pair.value) ? pair.value.get("stories", true) : undefined;
    const epic = epicIdOf(key);
    if (isMap(nested) && epic !== undefined) collect(sprint, path, nested, epic, found, seen);
  }
};

const toEntry = (
  sprint: SprintDocument,
  path: string,
  { key, value, line, parentEpic }: FoundEntry,
  epicIds: ReadonlySet<string>,
): SprintEntry => {
  const kind = sprintEntryKind(key);
  if (kind === "story") checkStoryKey(key, `${path}:${line}`);
  const fields = isMap(value) ? value : undefined;
  const statusValue = fields === undefined ? value : fields.get("status", true);
  if (isSeq(statusValue) || isMap(statusValue) || (fields !== undefined && statusValue === undefined)) {
    throw nestingError(path, line);
  }
  const meant = isAlias(statusValue) ? statusValue.resolve(sprint.document) : undefined;
  if (isSeq(meant) || isMap(meant)) {
    throw new UserError(`${path}:${line}: the status of "${key}" is an alias of a list or a map, not a word.`, [
      "Write the status itself, such as ready-for-dev.",
    ]);
  }
  const rawStatus = statusWordOf(scalarText(statusValue) ?? aliasText(sprint, statusValue) ?? "");
  const epic = kind === "story" ? (parentEpic ?? epicOfStory(key, epicIds)) : epicIdOf(key);
  return {
    key,
    kind,
    ...(epic === undefined ? {} : { epic }),
    rawStatus,
    status: readStatus(rawStatus),
    line,
    ...(isScalar(statusValue) ? { statusNode: statusValue } : {}),
    ...(fields === undefined ? { declared: [], otherNames: [] } : readFields(sprint, fields)),
  };
};

const readFields = (
  sprint: SprintDocument,
  fields: YAMLMap,
): Pick<SprintEntry, "title" | "storyFile" | "declared" | "otherNames"> => {
  const title = textField(fields, "title") ?? textField(fields, "name");
  const storyFile = textField(fields, "story_file") ?? textField(fields, "file");
  return {
    ...(title === undefined ? {} : { title: oneLine(title, 300) }),
    ...(storyFile === undefined ? {} : { storyFile }),
    declared: declaredNames(sprint, fields),
    otherNames: [textField(fields, "beads_id"), textField(fields, "id")].filter((name) => name !== undefined),
  };
};

const nestingError = (path: string, line: number): UserError =>
  new UserError(`${path}:${line}: this entry has no status of its own; the indentation of what follows is wrong.`, [
    "Write all entries of development_status at the same indentation, or give this one a `status:`.",
  ]);

const scalarText = (node: unknown): string | undefined =>
  isScalar(node) && node.value !== null ? String(node.value) : undefined;

const aliasText = (sprint: SprintDocument, node: unknown): string | undefined =>
  isAlias(node) ? scalarText(node.resolve(sprint.document)) : undefined;

const textField = (fields: YAMLMap, name: string): string | undefined => {
  const text = scalarText(fields.get(name, true))?.trim();
  return text === "" ? undefined : text;
};

const declaredNames = (sprint: SprintDocument, fields: YAMLMap): readonly DeclaredNames[] =>
  ["depends_on", "blocked_by", "dependencies", "depends-on", "blocked-by"].flatMap((name) => {
    const value = fields.get(name, true);
    const items = isSeq(value) ? value.items.map(scalarText) : (scalarText(value)?.split(/[,\s]+/) ?? []);
    const names = items.flatMap((item) => (item === undefined || item.trim() === "" ? [] : [item.trim()]));
    return names.length === 0 ? [] : [{ names, line: sprint.lineOf(offsetOf(value)) }];
  });

const commentedLocation = (text: string): string | undefined =>
  /^#[ \t]*story_location:[ \t]*"?([^"\s{][^"\r\n]*|\{project-root\}[^"\r\n]*)/m.exec(text)?.[1]?.trim();
