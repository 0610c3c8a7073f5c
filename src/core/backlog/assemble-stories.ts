import type { StoryStatus } from "../model/status.ts";
import type { Complexity, Dependency, DependencySource, Story } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";
import { fileDependencies, readNamedFiles } from "./file-dependencies.ts";
import { declaredDependencies, type Edge, referencedStories } from "./story-dependencies.ts";
import type { StoryFileText } from "./story-file.ts";
import type { StoryNames } from "./story-names.ts";
import { titleOfKey } from "./story-title.ts";

/** A story as the backlog itself has it, before its file is looked at. */
export interface StorySeed {
  readonly key: StoryKey;
  readonly title?: string;
  readonly epic?: string;
  readonly status: StoryStatus;
  readonly rawStatus: string;
  readonly file?: string;
  readonly prompt?: string;
  readonly complexity?: Complexity;
  readonly touches?: readonly string[];
  readonly needs?: readonly string[];
}

/**
 * Makes the stories out of what the backlog says, what their files say, and the dependencies found in both. `declared`
 * are the edges of the backlog itself. Per pair the most telling edge is kept: declared, then reference, then file.
 */
export const assembleStories = (
  seeds: readonly StorySeed[],
  texts: ReadonlyMap<StoryKey, StoryFileText>,
  declared: readonly Edge[],
  names: StoryNames,
): readonly Story[] => {
  const dependencies = dependenciesOf([...declared, ...edgesOfFiles(seeds, texts, names)]);
  return seeds.map((seed) => toStory(seed, texts.get(seed.key), dependencies.get(seed.key)));
};

const edgesOfFiles = (
  seeds: readonly StorySeed[],
  texts: ReadonlyMap<StoryKey, StoryFileText>,
  names: StoryNames,
): readonly Edge[] => {
  const read = seeds.flatMap(({ key, file }) => {
    const text = texts.get(key);
    return file === undefined || text === undefined ? [] : [{ key, file, lines: text.lines }];
  });
  return [
    ...read.flatMap(({ key, file, lines }) => declaredDependencies(key, file, lines, names)),
    ...read.flatMap(({ key, file, lines }) => referencedStories(key, file, lines, names)),
    ...fileDependencies(read.map(({ key, file, lines }) => ({ key, file, files: readNamedFiles(lines) }))),
  ];
};

const TRUST: readonly DependencySource["kind"][] = ["declared", "reference", "file", "epic", "order"];

const dependenciesOf = (edges: readonly Edge[]): ReadonlyMap<StoryKey, ReadonlyMap<StoryKey, Dependency>> => {
  const byStory = new Map<StoryKey, Map<StoryKey, Dependency>>();
  const rank = (kind: DependencySource["kind"]): number => TRUST.indexOf(kind);
  for (const { dependent, on, source } of edges.toSorted((a, b) => rank(a.source.kind) - rank(b.source.kind))) {
    if (dependent === on) continue;
    const own = byStory.get(dependent) ?? new Map<StoryKey, Dependency>();
    // A declared edge the other way round makes a guess worthless.
    const isContradicted = source.kind !== "declared" && byStory.get(on)?.get(dependent)?.source.kind === "declared";
    if (!own.has(on) && !isContradicted) own.set(on, { key: on, source });
    byStory.set(dependent, own);
  }
  return byStory;
};

const toStory = (
  seed: StorySeed,
  text: StoryFileText | undefined,
  dependencies: ReadonlyMap<StoryKey, Dependency> | undefined,
): Story => {
  const complexity = seed.complexity ?? text?.complexity;
  return {
    key: seed.key,
    title: seed.title ?? text?.title ?? titleOfKey(seed.key),
    ...(seed.epic === undefined ? {} : { epic: seed.epic }),
    status: seed.status,
    rawStatus: seed.rawStatus,
    ...(seed.file === undefined ? {} : { file: seed.file }),
    ...(seed.prompt === undefined ? {} : { prompt: seed.prompt }),
    ...(complexity === undefined ? {} : { complexity }),
    dependsOn: [...(dependencies?.values() ?? [])],
    touches: [...new Set([...(seed.touches ?? []), ...(text?.touches ?? [])])],
    needs: [...new Set([...(seed.needs ?? []), ...(text?.needs ?? [])])],
    acceptanceCriteria: text?.acceptanceCriteria ?? [],
    tasks: text?.tasks ?? [],
  };
};
