import { isAlias, isScalar, type Scalar, visit } from "yaml";
import { assert } from "../model/assert.ts";
import { type StoryStatus, statusRank, type WritableStatus } from "../model/status.ts";
import type { StoryKey } from "../model/story-key.ts";
import { parseSprintDocument, type SprintDocument } from "./sprint-document.ts";
import { readEntries, type SprintEntry } from "./sprint-file.ts";
import { stampLike } from "./time-stamp.ts";

/** How `setSprintStatuses` is to write. */
export interface SetStatusOptions {
  /** The time for `last_updated`. */
  readonly now: Date;
  /** Whether `last_updated`, if the file has it, is set when a status changed. Default true. */
  readonly lastUpdated?: boolean;
  /** Lets a status go back, e.g. when a landed story is reverted. Default false. */
  readonly allowDowngrade?: boolean;
  /** Path of the file, for messages. */
  readonly path?: string;
}

/** A status that was not written. */
export interface RefusedStatus {
  readonly key: StoryKey;
  readonly why: string;
}

/** What became of the changes. `applied` holds every key that has its status now, also one that had it already. */
export interface SetStatusResult {
  readonly bytes: Uint8Array;
  readonly applied: readonly StoryKey[];
  readonly refused: readonly RefusedStatus[];
}

/** The status of one entry: the word as written, and what it means. */
export interface SprintStatus {
  readonly raw: string;
  readonly status: StoryStatus;
}

/**
 * Sets statuses in the bytes of a sprint file by text span (formats.md 1.4): only the status words change, with
 * `last_updated` and the epic of a story that starts. Everything else stays byte for byte. The result is parsed again
 * and must differ in exactly the intended values, else InvariantError. Throws UserError for a file that cannot be read.
 */
export const setSprintStatuses = (
  bytes: Uint8Array,
  changes: ReadonlyMap<StoryKey, WritableStatus>,
  options: SetStatusOptions,
): SetStatusResult => {
  const path = options.path ?? "sprint-status.yaml";
  const sprint = parseSprintDocument(bytes, path);
  const entries = new Map(readEntries(sprint, path).map((entry) => [entry.key, entry]));
  const applied: StoryKey[] = [];
  const refused: RefusedStatus[] = [];
  const edits: Edit[] = [];
  for (const [key, wanted] of changes) {
    const outcome = planChange(sprint, entries.get(key), wanted, options.allowDowngrade ?? false);
    if (typeof outcome === "string") refused.push({ key, why: outcome });
    else {
      applied.push(key);
      edits.push(...outcome, ...raiseEpic(sprint, entries, key, wanted, edits));
    }
  }
  if (edits.length > 0 && options.lastUpdated !== false) edits.push(...touchLastUpdated(sprint, options.now));
  if (edits.length === 0) return { bytes, applied, refused };
  return { bytes: applyEdits(sprint, edits, path), applied, refused };
};

/** Every story's status in the bytes of a sprint file, in file order. Throws UserError as `readSprintFile` does. */
export const readSprintStatuses = (bytes: Uint8Array, path = "sprint-status.yaml"): Map<StoryKey, SprintStatus> =>
  new Map(
    readEntries(parseSprintDocument(bytes, path), path)
      .filter((entry) => entry.kind === "story")
      .map((entry) => [entry.key, { raw: entry.rawStatus, status: entry.status }]),
  );

/** Replace `before`, the text between two character offsets of `node`'s source, by `after`. */
interface Edit {
  readonly node: Scalar;
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

const planChange = (
  sprint: SprintDocument,
  entry: SprintEntry | undefined,
  wanted: WritableStatus,
  allowDowngrade: boolean,
): readonly Edit[] | string => {
  if (entry?.kind !== "story") return "the sprint file has no such story";
  if (entry.status === wanted) return [];
  if (!allowDowngrade && statusRank(entry.status) > statusRank(wanted)) {
    return `it is already ${entry.rawStatus}, which is later than ${wanted}`;
  }
  const edit = editOf(sprint, entry.statusNode, entry.rawStatus, wanted);
  return typeof edit === "string" ? `line ${entry.line}: ${edit}` : [edit];
};

const editOf = (sprint: SprintDocument, node: Scalar | undefined, before: string, after: string): Edit | string => {
  if (node?.range == null) return "the status is not a plain value";
  if (node.anchor !== undefined) return "the status has a YAML anchor, so other entries share it";
  const source = sprint.text.slice(node.range[0], node.range[1]);
  const at = source.indexOf(before);
  if (before === "" || at === -1 || /[\r\n]/.test(source)) return "the status is empty or written in an unusual way";
  return { node, start: node.range[0] + at, end: node.range[0] + at + before.length, before, after };
};

/** The rule of BMAD 6.12: a story that starts takes its epic from `backlog` (once `contexted`) to `in-progress`. */
const raiseEpic = (
  sprint: SprintDocument,
  entries: ReadonlyMap<string, SprintEntry>,
  key: StoryKey,
  wanted: WritableStatus,
  planned: readonly Edit[],
): readonly Edit[] => {
  const epicId = entries.get(key)?.epic;
  if (epicId === undefined || statusRank(wanted) < statusRank("in-progress")) return [];
  const epic = [...epicEntries(entries)].find((entry) => entry.epic === epicId);
  if (epic === undefined || !/^(?:backlog|contexted)$/i.test(epic.rawStatus)) return [];
  if (planned.some((edit) => edit.node === epic.statusNode)) return [];
  const edit = editOf(sprint, epic.statusNode, epic.rawStatus, "in-progress");
  return typeof edit === "string" ? [] : [edit];
};

const epicEntries = function* (entries: ReadonlyMap<string, SprintEntry>): Iterable<SprintEntry> {
  for (const entry of entries.values()) if (entry.kind === "epic") yield entry;
};

const touchLastUpdated = (sprint: SprintDocument, now: Date): readonly Edit[] => {
  const node = sprint.root.get("last_updated", true);
  if (!isScalar(node) || node.value === null) return [];
  const before = String(node.value);
  const after = stampLike(before, now);
  if (after === undefined || after === before) return [];
  const edit = editOf(sprint, node, before, after);
  return typeof edit === "string" ? [] : [edit];
};

const applyEdits = (sprint: SprintDocument, edits: readonly Edit[], path: string): Uint8Array => {
  let text = sprint.text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, edit.start) + edit.after + text.slice(edit.end);
  }
  const bytes = new TextEncoder().encode(text);
  const intended = new Map(edits.map((edit) => [edit.node, edit]));
  const expected = scalarsOf(sprint, (node) => {
    const edit = intended.get(node);
    return edit === undefined ? String(node.value) : String(node.value).replace(edit.before, () => edit.after);
  });
  const found = scalarsOf(parseSprintDocument(bytes, path), (node) => String(node.value));
  assert(
    found.length === expected.length && found.every((value, i) => value === expected[i]),
    `${path}: writing ${edits.map((edit) => `${edit.before} -> ${edit.after}`).join(", ")} would change something else`,
  );
  return bytes;
};

/** Every scalar and alias of the file in document order: two files with equal lists say the same. */
const scalarsOf = (sprint: SprintDocument, textOf: (node: Scalar) => string): readonly string[] => {
  const texts: string[] = [];
  visit(sprint.document, {
    Node(_, node) {
      if (isScalar(node)) texts.push(textOf(node));
      else if (isAlias(node)) texts.push(`*${node.source}`);
    },
  });
  return texts;
};
