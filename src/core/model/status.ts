/** The story statuses of BMAD v6, in their order; `other` is any word outside the vocabulary and is not runnable. */
export type StoryStatus = "backlog" | "ready-for-dev" | "in-progress" | "review" | "done" | "other";

/** A status that storyboard may write. */
export type WritableStatus = Exclude<StoryStatus, "other" | "backlog">;

const RANK: Record<StoryStatus, number> = {
  other: -1,
  backlog: 0,
  "ready-for-dev": 1,
  "in-progress": 2,
  review: 3,
  done: 4,
};

/** Place of a status in the life of a story, for "never downgrade" (formats.md 1.2). `other` is below all. */
export const statusRank = (status: StoryStatus): number => RANK[status];

const LEGACY: Readonly<Record<string, StoryStatus>> = {
  drafted: "ready-for-dev",
  contexted: "in-progress",
  completed: "done",
  complete: "done",
};

/**
 * Reads a status as a person would: lower case, `_` and spaces as `-`, the legacy words of formats.md 1.2.
 * Whatever is not in the vocabulary is `other`; the raw text is kept by the caller and never written back.
 */
export const readStatus = (raw: string): StoryStatus => {
  const word = raw
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, "-");
  if (Object.hasOwn(RANK, word) && word !== "other") return word as StoryStatus;
  return LEGACY[word] ?? "other";
};
