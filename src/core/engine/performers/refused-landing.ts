import type { LandingConflict } from "../../model/landing-conflict.ts";
import type { LandingRefusal } from "../../scheduler/landing-result.ts";
import { beginMerge, needsMerge } from "../../workspace/begin-merge.ts";
import { git } from "../../workspace/git.ts";
import { writeOwned } from "../../workspace/owned-files.ts";
import { readWorkingState } from "../../workspace/working-state.ts";
import { forkPoint } from "./perform-workspace.ts";
import { type Place, storyIn, type World } from "./world.ts";

/** Takes what storyboard set itself out of a story's worktree, so that git finds nothing of ours in its way there. */
export const takeStatusesOut = async (world: World, place: Place, key: string): Promise<void> => {
  const paths = world.keptFiles.pathsOf(storyIn(world, key));
  const { changed } = await readWorkingState(place.path);
  const ours = changed.filter((path) => paths.includes(path)).map((path) => ({ path }));
  const versions = { from: "HEAD", to: "HEAD", resolve: world.keptFiles.asCommitted };
  await writeOwned({ ...world.repository, root: place.path }, ours, versions);
};

/**
 * Takes what agents committed of the sprint file and of the story's status off the branch again: whoever merges has no
 * conflict there then.
 */
const takeOffBranch = async (world: World, place: Place, key: string): Promise<void> => {
  const { branch } = await readWorkingState(place.path);
  if (branch !== place.branch) return;
  const baseline = await forkPoint(world, place.branch);
  const paths = world.keptFiles.pathsOf(storyIn(world, key)).map((path) => ({ path }));
  const versions = { from: "HEAD", to: baseline, resolve: world.keptFiles.asBefore };
  await writeOwned({ ...world.repository, root: place.path }, paths, versions);
  const { environment, sign } = world.run.committing;
  const message = "chore(storyboard): leave the statuses to storyboard";
  const args = ["commit", "--quiet", "--no-verify", sign ? "--gpg-sign" : "--no-gpg-sign", "-m", message, "--"];
  // Fails when there is nothing to commit.
  await git([...args, ...paths.map(({ path }) => path)], { cwd: place.path, env: environment, allowFailure: true });
};

/** Merges what landed meanwhile into the worktree of a story that did not land; what git cannot decide is for its builder. */
export const mergeLanded = async (
  world: World,
  place: Place,
  key: string,
  { onto }: LandingConflict,
): Promise<void> => {
  // An earlier turn may have done or begun it.
  if (!(await needsMerge(place.path, onto))) return;
  await leaveStatuses(world, place, key);
  await beginMerge(place.path, {
    onto,
    message: "chore(storyboard): merge what landed meanwhile",
    committing: world.run.committing,
    resolve: world.keptFiles.resolveLanding,
  });
};

/** A story that did not land, with its worktree in order for a merge and what a person types to put it right. */
export const offerRepair = async (
  world: World,
  place: Place,
  key: string,
  refusal: LandingRefusal,
): Promise<LandingRefusal> => {
  await leaveStatuses(world, place, key);
  return {
    ...refusal,
    steps: [
      'Put it right in the story\'s worktree, commit, then answer "go on"; any other answer goes to the builder:',
      `  cd ${place.path}`,
      `  git merge ${world.run.integration}    (git status tells whether that is under way)`,
    ],
  };
};

const leaveStatuses = async (world: World, place: Place, key: string): Promise<void> => {
  await takeStatusesOut(world, place, key);
  await takeOffBranch(world, place, key);
};
