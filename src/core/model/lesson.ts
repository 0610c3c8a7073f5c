import { plainLine, plainText } from "./plain-text.ts";

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

/** Lessons that one story may teach. */
const LESSONS_MAX = 5;
const TITLE_LENGTH_MAX = 120;
const TEXT_LENGTH_MAX = 1_500;
/** Globs and keywords of one lesson. */
const APPLIES_MAX = 10;
const APPLIES_LENGTH_MAX = 120;

/** The identity of a lesson, for telling whether it is known. */
export const lessonIdentity = (title: string): string =>
  title
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** A lesson of an agent's values, bounded; undefined for one without a title, or that says nothing. */
export const lessonOf = (values: { readonly [K in keyof Lesson]: unknown }): Lesson | undefined => {
  const title = lineOf(values.title, TITLE_LENGTH_MAX);
  const what = textOf(values.what);
  if (title === "" || what === "") return undefined;
  return { title, when: textOf(values.when), what, appliesTo: appliesToOf(values.appliesTo) };
};

/** The lessons of one story: one that comes twice counts once. */
export const lessonsOfStory = (lessons: readonly (Lesson | undefined)[]): readonly Lesson[] => {
  const known = new Map<string, Lesson>();
  for (const lesson of lessons) {
    const identity = lesson === undefined ? "" : lessonIdentity(lesson.title);
    if (lesson !== undefined && identity !== "" && !known.has(identity)) known.set(identity, lesson);
  }
  return [...known.values()].slice(0, LESSONS_MAX);
};

/** Agents write a list, or a text with commas. */
const appliesToOf = (value: unknown): readonly string[] => {
  const entries = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  const lines = entries.map((entry) => lineOf(entry, APPLIES_LENGTH_MAX)).filter((entry) => entry !== "");
  return [...new Set(lines)].slice(0, APPLIES_MAX);
};

const lineOf = (value: unknown, lengthMax: number): string =>
  typeof value === "string" ? plainLine(value).slice(0, lengthMax).trim() : "";

const textOf = (value: unknown): string =>
  typeof value === "string" ? plainText(value).trim().slice(0, TEXT_LENGTH_MAX).trim() : "";
