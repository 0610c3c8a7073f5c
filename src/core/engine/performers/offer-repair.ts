import type { EffectResult } from "../../scheduler/effects.ts";
import { git } from "../../workspace/git.ts";
import { writeOwned } from "../../workspace/owned-files.ts";
import { readWorkingState } from "../../workspace/working-state.ts";
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
 * Takes what agents committed of the sprint file and of the story's status off the branch again: a person who merges has no
 * conflict there then.
 */
export const takeOffBranch = async (world: World, place: Place, key: string, baseline: string): Promise<void> => {
  const { branch } = await readWorkingState(place.path);
  if (branch !== place.branch) return;
  const paths = world.keptFiles.pathsOf(storyIn(world, key)).map((path) => ({ path }));
  const versions = { from: "HEAD", to: baseline, resolve: world.keptFiles.asBefore };
  await writeOwned({ ...world.repository, root: place.path }, paths, versions);
  const { environment, sign } = world.run.committing;
  const message = "chore(storyboard): leave the statuses to storyboard";
  const args = ["commit", "--quiet", "--no-verify", sign ? "--gpg-sign" : "--no-gpg-sign", "-m", message, "--"];
  // Fails when there is nothing to commit.
  await git([...args, ...paths.map(({ path }) => path)], { cwd: place.path, env: environment, allowFailure: true });
};

/** A story that did not land, with what a person types to put it right. */
export const offerRepair = (world: World, place: Place, result: EffectResult): EffectResult => {
  const steps = [
    "Put it right in the story's worktree, commit, then answer:",
    `  cd ${place.path}`,
    `  git merge ${world.run.integration}`,
  ];
  if (result.kind === "conflict") return { ...result, message: [result.message, ...steps].join("\n") };
  return result.kind === "gate-red" ? { ...result, tail: [...result.tail, ...steps] } : result;
};
