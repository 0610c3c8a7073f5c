import { realpath } from "node:fs/promises";
import type { GateAsk } from "../../control/gate-messages.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { git } from "../../workspace/git.ts";
import { changesSince } from "../../workspace/story-diff.ts";
import { forkPoint } from "./perform-workspace.ts";
import { branchOf, carriedIn, fromProject, type World } from "./world.ts";

/** The working copy that a gate is asked for. */
export interface GatePlace {
  readonly kind: "place";
  /** Its top. */
  readonly path: string;
  /** The project in it. */
  readonly projectPath: string;
  /** The story that is worked on there, or whose agent asks. */
  readonly story?: StoryKey;
  readonly isWorktree: boolean;
}

/** What a folder is that is no place of the run. */
export interface Elsewhere {
  readonly kind: "elsewhere";
  readonly message: string;
  readonly steps: readonly string[];
}

/**
 * The working copy that a folder lies in: a story's worktree of this run, or the user's own. A repository within one of
 * them is another one.
 */
export const gatePlaceOf = async (world: World, { folder, story }: GateAsk): Promise<GatePlace | Elsewhere> => {
  const top = await topOf(folder);
  const own = world.run.config.isolation === "worktree" ? await worktreeAt(world, top) : undefined;
  if (own !== undefined) return own;
  if (top !== undefined && top === (await real(world.repository.root))) {
    const asker = world.run.config.isolation === "shared" && story !== undefined && world.stories.has(story);
    return {
      kind: "place",
      path: world.repository.root,
      projectPath: world.run.project,
      isWorktree: false,
      ...(asker ? { story } : {}),
    };
  }
  return {
    kind: "elsewhere",
    message: `${folder} is neither the project of this run nor a worktree of one of its stories.`,
    steps: [`Ask from the story's worktree, or from ${world.run.project}.`],
  };
};

const worktreeAt = async (world: World, top: string | undefined): Promise<GatePlace | undefined> => {
  if (top === undefined) return undefined;
  for (const [story, known] of world.places) {
    const place = await known.catch(() => undefined);
    if (place !== undefined && (await real(place.path)) === top) {
      return { kind: "place", path: place.path, projectPath: place.projectPath, story, isWorktree: true };
    }
  }
  return undefined;
};

const topOf = async (folder: string): Promise<string | undefined> => {
  const found = await git(["rev-parse", "--show-toplevel"], { cwd: folder, allowFailure: true }).catch(() => undefined);
  return found === undefined || found.exitCode !== 0 ? undefined : real(found.stdout);
};

const real = (folder: string): Promise<string | undefined> => realpath(folder).catch(() => undefined);

/** What a story has changed so far, relative to the project; undefined in the user's own copy, where all gates apply. */
export const changedIn = async (world: World, place: GatePlace): Promise<readonly string[] | undefined> => {
  if (!place.isWorktree || place.story === undefined) return undefined;
  const base = await forkPoint(world, branchOf(world, place.story));
  const { changedPaths, uncommittedPaths } = await changesSince(place.path, base, { carried: carriedIn(world) });
  return [...changedPaths, ...uncommittedPaths].map((path) => fromProject(world, path));
};
