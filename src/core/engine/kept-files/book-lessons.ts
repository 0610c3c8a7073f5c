import { posix } from "node:path";
import { playbookFileName, playbookText, readPlaybook } from "../../backlog/playbook.ts";
import { decodeLeniently } from "../../backlog/text.ts";
import { type Lesson, lessonIdentity } from "../../model/lesson.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { ReadLanded } from "../../workspace/bookkeeping-commit.ts";

/** Names of one lesson's file that are tried: others with the same words in their title. */
const NAMES_MAX = 20;

/** Lessons of a story, and the folder that they go to, relative to the top of the repository. */
export interface BookedLessons {
  readonly folder: string;
  readonly lessons: readonly Lesson[];
  readonly story: StoryKey;
  /** `2026-01-31` */
  readonly date: string;
}

/** Adds lessons that the folder does not know yet to the files of a landing's bookkeeping commit. */
export const bookLessons = async (
  { folder, lessons, story, date }: BookedLessons,
  read: ReadLanded,
  files: Map<string, Uint8Array>,
): Promise<void> => {
  for (const lesson of lessons) {
    const path = await freePath(folder, lesson, read);
    if (path !== undefined) files.set(path, Buffer.from(playbookText(lesson, { story, date })));
  }
};

/** A path that nothing has; undefined where the lesson is there already. */
const freePath = async (folder: string, { title }: Lesson, read: ReadLanded): Promise<string | undefined> => {
  const taken = new Set<string>();
  for (let tries = 0; tries < NAMES_MAX; tries++) {
    const name = playbookFileName(title, taken);
    const path = posix.join(folder, name);
    const bytes = await read(path);
    if (bytes === undefined) return path;
    const known = readPlaybook(name, decodeLeniently(bytes));
    if (known !== undefined && lessonIdentity(known.title) === lessonIdentity(title)) return undefined;
    taken.add(name);
  }
  return undefined;
};
