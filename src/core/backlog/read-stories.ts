import { join } from "node:path";
import type { StoryKey } from "../model/story-key.ts";
import type { StorySeed } from "./assemble-stories.ts";
import { type FileContent, mapBounded, readFileBounded, STORY_FILE_BYTES_MAX } from "./read-project.ts";
import { readStoryFile, type StoryFileText } from "./story-file.ts";

/** The story files that could be read, and the ones that could not, with the reason in a person's words. */
export interface StoryTexts {
  readonly texts: ReadonlyMap<StoryKey, StoryFileText>;
  readonly problems: readonly string[];
}

/** Reads the files of stories, a bounded number at a time and each up to a size. A problem with one is no error. */
export const readStoryTexts = async (projectDirectory: string, seeds: readonly StorySeed[]): Promise<StoryTexts> => {
  const texts = new Map<StoryKey, StoryFileText>();
  const problems: string[] = [];
  const withFile = seeds.flatMap(({ key, file }) => (file === undefined ? [] : [{ key, file }]));
  const contents = await mapBounded(withFile, ({ file }) =>
    readFileBounded(join(projectDirectory, file), STORY_FILE_BYTES_MAX),
  );
  withFile.forEach(({ key, file }, i) => {
    const content = contents[i] ?? { kind: "missing" };
    if (content.kind === "read") texts.set(key, readStoryFile(content.bytes));
    else problems.push(`${file} (story ${key}) ${reasonOf(content)}.`);
  });
  return { texts, problems };
};

const reasonOf = (content: Exclude<FileContent, { kind: "read" }>): string => {
  switch (content.kind) {
    case "missing":
      return "does not exist";
    case "dangling-link":
      return "is a symbolic link to a file that does not exist";
    case "too-large":
      return `is larger than ${content.bytesMax} bytes; its tasks and dependencies were not read`;
    case "unreadable":
      return `cannot be read: ${content.why}`;
  }
};
