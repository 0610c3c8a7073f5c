import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { writeAtomically } from "../../files/write-atomically.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { Place, World } from "../performers/world.ts";
import { type LeftArtifacts, leftOf } from "./left-artifacts.ts";
import {
  completionsIn,
  keysOf,
  readArtifactFiles,
  readStoryArtifacts,
  type StoryArtifacts,
} from "./story-artifacts.ts";

/** Largest record that is read, in bytes: a line for each file of a story. */
const RECORD_BYTES_MAX = 1_048_576;

/** What this lead wrote down itself: an agent can reach the file. */
const own = new WeakMap<World, Map<StoryKey, LeftArtifacts>>();

/** A story's files in the completions folder as they are now. */
export const lookAtLeft = async (world: World, place: Pick<Place, "projectPath">, story: StoryKey) => {
  const folder = completionsIn(world, place.projectPath);
  return folder === undefined ? {} : leftOf(await readArtifactFiles(folder, story, keysOf(world)));
};

/** Remembers what lies there of a story before its first turn in this run; once, since a workspace is made ready again. */
export const rememberLeft = async (world: World, place: Pick<Place, "projectPath">, story: StoryKey): Promise<void> => {
  const path = recordOf(world, story);
  if (world.run.completions === undefined || existsSync(path)) return;
  const left = await lookAtLeft(world, place, story);
  knownIn(world).set(story, left);
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, Buffer.from(JSON.stringify(left)));
};

/** A story's artifacts, what lay there before its first turn told apart as unusable. */
export const readWorkArtifacts = async (
  world: World,
  place: Place,
  story: StoryKey,
  baseline: string | undefined,
): Promise<StoryArtifacts> => {
  const left = knownIn(world).get(story) ?? (await readRecord(recordOf(world, story)));
  return readStoryArtifacts(world, place, story, { commit: baseline, left });
};

const knownIn = (world: World): Map<StoryKey, LeftArtifacts> => {
  const known = own.get(world) ?? new Map<StoryKey, LeftArtifacts>();
  own.set(world, known);
  return known;
};

const recordOf = ({ runDirectory }: World, story: StoryKey): string =>
  join(runDirectory, "jobs", `artifacts.${story}.before.json`);

/** Where the record is lost, what git has of the baseline still tells. */
const readRecord = async (path: string): Promise<LeftArtifacts> => {
  try {
    const file = await readPlainFile(path, RECORD_BYTES_MAX);
    return file?.isWhole === true ? (JSON.parse(file.bytes.toString("utf8")) as LeftArtifacts) : {};
  } catch {
    return {};
  }
};
