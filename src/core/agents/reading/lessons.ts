import { type Lesson, lessonIdentity } from "../../model/lesson.ts";
import { plainLine, plainText } from "../../model/plain-text.ts";
import { lastJsonBlock } from "./json-block.ts";

/** Lessons that one story may teach. */
const LESSONS_MAX = 5;
const TITLE_LENGTH_MAX = 120;
const TEXT_LENGTH_MAX = 1_500;
/** Globs and keywords of one lesson. */
const APPLIES_MAX = 10;
const APPLIES_LENGTH_MAX = 120;

/**
 * The lessons of REFLECT's last fenced json block; empty where it says that there are none, undefined where there is no
 * such block. A lesson without a title, or that says nothing, is left out, and so is one that comes twice.
 */
export const readLessons = (text: string): readonly Lesson[] | undefined => {
  const listed = lastJsonBlock(text)?.lessons;
  if (!Array.isArray(listed)) return undefined;
  const lessons = new Map<string, Lesson>();
  for (const value of listed) {
    const lesson = readLesson(value);
    const identity = lesson === undefined ? "" : lessonIdentity(lesson.title);
    if (lesson !== undefined && identity !== "" && !lessons.has(identity)) lessons.set(identity, lesson);
  }
  return [...lessons.values()].slice(0, LESSONS_MAX);
};

const readLesson = (value: unknown): Lesson | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const title = lineOf(fields.title, TITLE_LENGTH_MAX);
  const what = textOf(fields.what);
  if (title === "" || what === "") return undefined;
  return { title, when: textOf(fields.when), what, appliesTo: appliesToOf(fields.applies_to) };
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
