import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { STORY_FILE_BYTES_MAX } from "../../backlog/read-project.ts";
import { readLinkedFile, readPlainFile } from "../../files/read-plain-file.ts";
import type { Role } from "../../model/pipeline.ts";
import type { Story } from "../../model/story.ts";
import { resetTo, type Snapshot, takeSnapshot } from "../../workspace/restore-worktree.ts";
import type { LeftArtifacts } from "../artifacts/left-artifacts.ts";
import { lookAtLeft } from "../artifacts/remember-left.ts";
import type { Place, World } from "./world.ts";

/** How things stood before a turn that reads or judges; kept on disk, since the turn may outlive us. */
export interface Before {
  /** The worktree of a turn that may only read; unset in a copy where others work, too. */
  readonly tree?: Snapshot;
  /** The story file; empty where there is none. */
  readonly story: string;
  /** Git's configuration, which all worktrees share. */
  readonly gitConfig: string;
  /** The story's artifacts, which git may ignore. */
  readonly artifacts?: LeftArtifacts;
}

/** How much of git's configuration is compared, in bytes. */
const GIT_CONFIG_BYTES_MAX = 1024 * 1024;
/** Longest file in which it is kept how things stood, in bytes: a letter of a text may take six in JSON. */
const BEFORE_BYTES_MAX = 6 * (STORY_FILE_BYTES_MAX + GIT_CONFIG_BYTES_MAX) + 4_096;
/** Files that a note names at most. */
const NAMED_MAX = 5;

/** What this lead wrote down itself: an agent can reach the file. */
const own = new WeakMap<World, Map<string, Before>>();

/** Remembers how things stand, once for each turn. `withTree`: what the turn changes will be undone. */
export const rememberBefore = async (
  world: World,
  place: Place,
  path: string,
  { story: { key, file }, withTree }: { readonly story: Story; readonly withTree: boolean },
): Promise<void> => {
  if (existsSync(path)) return;
  const [tree, story, gitConfig, artifacts] = await Promise.all([
    withTree ? takeSnapshot(place.path) : undefined,
    storyTextIn(place, file),
    gitConfigOf(world),
    lookAtLeft(world, place, key),
  ]);
  const before: Before = { ...(tree === undefined ? {} : { tree }), story, gitConfig, artifacts };
  own.set(world, (own.get(world) ?? new Map()).set(path, before));
  await writeFile(path, JSON.stringify(before));
};

/** What was remembered; undefined where it is not there or not readable any more. */
export const recallBefore = async (world: World, path: string): Promise<Before | undefined> => {
  const known = own.get(world)?.get(path);
  own.get(world)?.delete(path);
  if (known !== undefined) return known;
  try {
    const read = await readPlainFile(path, BEFORE_BYTES_MAX);
    const before = JSON.parse(read?.bytes.toString("utf8") ?? "null") as Partial<Before>;
    return typeof before.story === "string" && typeof before.gitConfig === "string" ? (before as Before) : undefined;
  } catch {
    return undefined;
  }
};

/** The story file in a worktree; empty where there is none. */
export const storyTextIn = async (place: Place, file: string | undefined): Promise<string> =>
  file === undefined ? "" : await textIn(join(place.projectPath, file), STORY_FILE_BYTES_MAX);

const gitConfigOf = (world: World): Promise<string> =>
  textIn(join(world.repository.commonDirectory, "config"), GIT_CONFIG_BYTES_MAX);

const textIn = async (path: string, bytesMax: number): Promise<string> =>
  (await readLinkedFile(path, bytesMax))?.bytes.toString("utf8") ?? "";

/** Undoes what a reader changed, saves it under a ref, and says so for the card. */
export const undoReading = async (
  world: World,
  place: Place,
  before: Before,
  role: Role,
): Promise<readonly string[]> => {
  const isOther = (await gitConfigOf(world)) !== before.gitConfig;
  const config = isOther ? [`git's configuration (.git/config) was changed while the ${role} was at work`] : [];
  const undone = before.tree && (await resetTo(place.path, before.tree));
  if (undone === undefined) return config;
  const named = [
    ...(undone.changedPaths.length > 0 ? [`changed ${undone.changedPaths.slice(0, NAMED_MAX).join(", ")}`] : []),
    ...(undone.committed ? ["moved the branch"] : []),
    ...(undone.leftBranch ? ["checked out something else"] : []),
  ];
  return [`the ${role} may only read, but ${named.join(" and ")}: undone, saved as ${undone.savedAs}`, ...config];
};
