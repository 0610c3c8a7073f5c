/** What an entry of `development_status` is (formats.md 1.1 and 1.6). */
export type SprintEntryKind = "story" | "epic" | "retrospective";

const RETROSPECTIVE = /^(?:[\p{L}][\p{L}\p{N}]*-)?epic-.+-retro(?:spective)?$/iu;
const EPIC = /^epic-(.+)$/i;
/** `p2-epic-1`: a prefix of one word, then nothing but an id, so that `3-2-epic-overview` stays a story. */
const PREFIXED_EPIC = /^(\p{L}[\p{L}\p{N}]*)-epic-(\d+[a-z]?(?:[.-]\d+)*)$/iu;

/** Tells stories from epics and retrospectives by the key alone. Whatever is neither of these is a story. */
export const sprintEntryKind = (key: string): SprintEntryKind => {
  if (RETROSPECTIVE.test(key)) return "retrospective";
  return epicIdOf(key) === undefined ? "story" : "epic";
};

/** The id in an epic's key: `36` of `epic-36`, `p2-1` of `p2-epic-1`. Undefined for any other key. */
export const epicIdOf = (key: string): string | undefined => {
  const prefixed = PREFIXED_EPIC.exec(key);
  if (prefixed) return `${prefixed[1]}-${prefixed[2]}`;
  return EPIC.exec(key)?.[1];
};

/**
 * The epic of a story: the longest known epic id that leads its key by whole segments, one that is followed by a number
 * first (`13-1` for `13-1-2-x`, but `13` for `13-1-slug`); else the key's leading number; else none.
 */
export const epicOfStory = (key: string, epicIds: ReadonlySet<string>): string | undefined => {
  const segments = key.split("-");
  let fallback: string | undefined;
  for (let count = segments.length - 1; count > 0; count--) {
    const id = segments.slice(0, count).join("-");
    if (!epicIds.has(id)) continue;
    if (/^\d/.test(segments[count] ?? "")) return id;
    fallback ??= id;
  }
  if (fallback !== undefined) return fallback;
  const leading = /^(\d+[a-z]?(?:\.\d+)?)-/i.exec(key)?.[1];
  if (leading === undefined) return undefined;
  const withoutZeros = leading.replace(/^0+(?=\d)/, "");
  return epicIds.has(withoutZeros) ? withoutZeros : leading;
};

/** The part of a key that numbers the story, e.g. `tsr-2-3` of `tsr-2-3-axis` in epic `tsr-2`. Undefined if it has none. */
export const storyNumberOf = (key: string, epic: string | undefined): string | undefined => {
  if (epic !== undefined && key.startsWith(`${epic}-`)) {
    const next = key.slice(epic.length + 1).split("-")[0] ?? "";
    return /^\d+[a-z]?(?:\.\d+)?$/i.test(next) ? `${epic}-${next}` : undefined;
  }
  return /^\d+-\d+[a-z]?(?=$|-)/i.exec(key)?.[0];
};
