import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EffectResult, PrepareWorkspace, ReleaseWorkspace } from "../../scheduler/effects.ts";
import { git } from "../../workspace/git.ts";
import { makeReady, markSetUp } from "../../workspace/ready.ts";
import type { PreparedWorktree } from "../../workspace/worktrees.ts";
import { rememberLeft } from "../artifacts/remember-left.ts";
import { runSetup } from "./run-setup.ts";
import { branchOf, inBackground, type Place, storyIn, swept, type World } from "./world.ts";

/** Makes a story's worktree ready, or finds the one it has; with the shared copy, only remembers where it stands. */
export const performPrepare = async (
  world: World,
  effect: PrepareWorkspace,
  signal: AbortSignal,
): Promise<EffectResult> => {
  const story = storyIn(world, effect.story);
  if (world.run.config.isolation === "shared") {
    const { stdout } = await git(["rev-parse", "HEAD"], { cwd: world.repository.root });
    await rememberLeft(world, { projectPath: world.run.project }, effect.story);
    return { kind: "workspace-ready", baseline: stdout, notes: [] };
  }
  const base = world.positions.integration;
  const branch = branchOf(world, effect.story);
  const prepared = await world.worktrees.prepare({ branch, base });
  world.places.set(effect.story, Promise.resolve({ ...prepared, branch }));
  // A set-up that failed is no reason not to try it again: each effect has a job of its own.
  await prepareFiles(world, prepared, `setup.${effect.story}.${effect.id}`, signal);
  await world.keptFiles.enterWorktree(prepared.projectPath, story, "in-progress", prepared.fresh);
  await rememberLeft(world, prepared, effect.story);
  const isNew = prepared.fresh && !world.isResumed;
  return { kind: "workspace-ready", baseline: isNew ? base : await forkPoint(world, branch), notes: [] };
};

/** Puts in place what git does not, and runs the set-up command where its result is not there. */
export const prepareFiles = async (
  world: World,
  prepared: PreparedWorktree,
  jobName: string,
  signal: AbortSignal,
): Promise<void> => {
  const { setup } = world.run;
  const hasNothing =
    setup.carried.length + setup.copy.length + setup.clone.length + setup.dependencies.length === 0 &&
    setup.setup === undefined;
  if (hasNothing) return;
  // It survives the cleaning of a worktree, and may be the story's of an earlier run.
  if (prepared.fresh && setup.leftOut) await rm(join(prepared.path, setup.leftOut), { recursive: true, force: true });
  const ready = await makeReady(world.repository, prepared.path, setup);
  if (ready.setup === undefined) return;
  await runSetup(world, jobName, ready.setup, prepared.projectPath, signal);
  await markSetUp(prepared.path, setup);
};

/** The commit that a branch left the integration branch at. */
export const forkPoint = async (world: World, branch: string): Promise<string> => {
  const cwd = world.repository.commonDirectory;
  return (await git(["merge-base", `refs/heads/${branch}`, `refs/heads/${world.run.integration}`], { cwd })).stdout;
};

/** Where a story is worked on; its own worktree is found again after a crash, and made anew when an agent removed it. */
export const placeOf = async (world: World, key: string): Promise<Place> => {
  const known = world.places.get(key);
  if (known !== undefined) {
    const place = await known;
    if (world.run.config.isolation === "shared" || existsSync(join(place.path, ".git"))) return place;
    world.places.delete(key);
  }
  const branch = branchOf(world, key);
  const found =
    world.run.config.isolation === "shared"
      ? Promise.resolve({ path: world.repository.root, projectPath: world.run.project, branch })
      : findOrRemake(world, key, branch);
  world.places.set(key, found);
  found.catch(() => world.places.delete(key));
  return found;
};

/** What was committed is on the branch, so a worktree that was lost costs only what was not. */
const findOrRemake = async (world: World, key: string, branch: string): Promise<Place> => {
  const prepared = await world.worktrees.prepare({ branch, base: world.positions.integration });
  if (prepared.fresh) {
    await prepareFiles(world, prepared, `setup.${key}.${world.now()}`, new AbortController().signal);
    const story = storyIn(world, key);
    const isUntracked = story.file !== undefined && !existsSync(join(prepared.projectPath, story.file));
    await world.keptFiles.enterWorktree(prepared.projectPath, story, "in-progress", isUntracked);
  }
  return { path: prepared.path, projectPath: prepared.projectPath, branch };
};

/** Gives a story's worktree back to the pool, for the next story. */
export const performRelease = async (world: World, effect: ReleaseWorkspace): Promise<EffectResult> => {
  const known = await world.places.get(effect.story)?.catch(() => undefined);
  const branch = branchOf(world, effect.story);
  const path = known?.path ?? (await world.worktrees.list()).find((worktree) => worktree.branch === branch)?.path;
  world.places.delete(effect.story);
  // A lead that was killed before it could write that down has given it back already.
  if (path === undefined) return { kind: "done" };
  await swept(world, effect.story);
  await inBackground(world, world.worktrees.release(path));
  return { kind: "done" };
};
