import type { StoryKey } from "../model/story-key.ts";
import type { MarkdownLine } from "./markdown-lines.ts";
import type { Edge } from "./story-dependencies.ts";
import { isRecord } from "./story-sections.ts";

/** Most file names that are looked at of one story. */
const STORY_PATHS_MAX = 500;

const PATH = /(?<![\w@./-])(?:[\w@.-]+\/)+[\w@.-]*\w\.\w{1,8}(?![\w/])/g;
/** Documents, the sprint's own files and addresses say nothing about who needs whose code. */
const NOT_CODE =
  /^(?:docs?|_?bmad[\w-]*|\.bmad[\w-]*|https?:|www\.|node_modules)(?:\/|$)|\.(?:md|com|org|io|dev)$|\/\/|\.\.\//i;
const CREATES = /\b(?:create[sd]?|creating|new file|new module|scaffold\w*|generate[sd]?)\b|\(new\)/i;
/** In capitals it marks a file; in prose it is an adjective. */
const NEW = /\bNEW\b/;
const CREATING_SECTION = /^(?:new files?|files? to (?:create|add)|created files?)/u;

/** What a story says about files: the ones it creates, and every one it names, with the line. */
export interface NamedFiles {
  readonly created: ReadonlyMap<string, number>;
  readonly named: ReadonlyMap<string, number>;
}

/** Finds the project files that a story's text creates or names, records of what was done left out. Never throws. */
export const readNamedFiles = (lines: readonly MarkdownLine[]): NamedFiles => {
  const created = new Map<string, number>();
  const named = new Map<string, number>();
  for (const line of lines) {
    const paths = pathsIn(line);
    if (paths.length === 0 || named.size >= STORY_PATHS_MAX) continue;
    addAll(named, paths, line.line);
    if (isCreating(line)) addAll(created, paths, line.line);
  }
  return { created, named };
};

const pathsIn = (line: MarkdownLine): readonly string[] => {
  if (line.kind !== "text" || !line.text.includes("/") || isRecord(line)) return [];
  return [...line.text.matchAll(PATH)]
    .map(([path]) => path.replace(/^\.\//, ""))
    .filter((path) => !NOT_CODE.test(path));
};

const addAll = (lineOfPath: Map<string, number>, paths: readonly string[], line: number): void => {
  for (const path of paths) if (!lineOfPath.has(path)) lineOfPath.set(path, line);
};

const isCreating = (line: MarkdownLine): boolean =>
  CREATES.test(line.text) || NEW.test(line.text) || CREATING_SECTION.test(line.path.at(-1)?.plain ?? "");

/** A story with what it says about files; in backlog order. */
export interface StoryFiles {
  readonly key: StoryKey;
  readonly file: string;
  readonly files: NamedFiles;
}

/** A story that names a file which an earlier one creates waits for that one (formats.md 4.2). */
export const fileDependencies = (stories: readonly StoryFiles[]): readonly Edge[] => {
  const creators = new Map<string, { readonly key: StoryKey; readonly where: string }>();
  const edges: Edge[] = [];
  for (const { key, file, files } of stories) {
    for (const [path, line] of files.named) {
      const creator = creators.get(path);
      if (creator === undefined) continue;
      const where = `${file}:${line} names ${path}, which ${creator.key} creates (${creator.where})`;
      edges.push({ dependent: key, on: creator.key, source: { kind: "file", where } });
    }
    for (const [path, line] of files.created) {
      if (!creators.has(path)) creators.set(path, { key, where: `${file}:${line}` });
    }
  }
  return edges;
};
