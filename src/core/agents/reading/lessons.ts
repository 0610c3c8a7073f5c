import { type Lesson, lessonOf, lessonsOfStory } from "../../model/lesson.ts";
import { lastJsonBlock } from "./json-block.ts";

/**
 * The lessons of REFLECT's last fenced json block; empty where it says that there are none, undefined where there is no
 * such block. A lesson without a title, or that says nothing, is left out, and so is one that comes twice.
 */
export const readLessons = (text: string): readonly Lesson[] | undefined => {
  const listed = lastJsonBlock(text)?.lessons;
  return Array.isArray(listed) ? lessonsOfStory(listed.map(readLesson)) : undefined;
};

const readLesson = (value: unknown): Lesson | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  return lessonOf({ title: fields.title, when: fields.when, what: fields.what, appliesTo: fields.applies_to });
};
