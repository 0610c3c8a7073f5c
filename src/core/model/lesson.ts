/** Something that was learnt in one story and holds for others. Its texts come from an agent. */
export interface Lesson {
  /** Names the topic; two lessons with the same title are one. */
  readonly title: string;
  /** The situation in which it matters. */
  readonly when: string;
  /** What to do, or not to do, and why. */
  readonly what: string;
  /** Globs of paths, and keywords. */
  readonly appliesTo: readonly string[];
}

/** The identity of a lesson, for telling whether it is known. */
export const lessonIdentity = (title: string): string =>
  title
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
