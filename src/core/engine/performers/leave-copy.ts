import { join } from "node:path";
import { listChanges } from "../../workspace/commit-list.ts";
import { readGitFile } from "../../workspace/git-directory.ts";
import { writeOwned } from "../../workspace/owned-files.ts";
import { isWithinPaths } from "../../workspace/path-set.ts";
import { readWorkingState } from "../../workspace/working-state.ts";
import type { World } from "./world.ts";

/**
 * Leaves the owned files of the user's copy in order, whether it moved with the target or not. Returns what the user must
 * do themselves, for the end of the run.
 */
export const leaveCopy = async (world: World): Promise<string[]> => {
  const { positions, run, repository } = world;
  const head = await readGitFile(join(repository.gitDirectory, "HEAD"));
  if (head !== `ref: refs/heads/${run.target.branch}\n`) await giveBack(world);
  else if (positions.held === undefined) await world.keptFiles.setAgain();
  else await showLanded(world);
  if (positions.held === undefined) return [];
  return [`${positions.held}. To bring in what landed:\ngit merge --autostash ${run.integration}`];
};

/** On another branch our statuses would only be in the way of switching back: the target has them. */
const giveBack = async ({ repository, keptFiles }: World): Promise<void> => {
  const { changed } = await readWorkingState(repository.root);
  const owned = changed.filter((path) => isWithinPaths(path, keptFiles.ownedPaths)).map((path) => ({ path }));
  await keptFiles.alone(() =>
    writeOwned(repository, owned, { from: "HEAD", to: "HEAD", resolve: keptFiles.asCommitted }),
  );
};

/** With the owned files as they landed, git finds nothing of ours in the way when the user merges. */
const showLanded = async ({ repository, keptFiles, positions }: World): Promise<void> => {
  const { target: from, integration: to } = positions;
  const changes = await listChanges(from, to, { cwd: repository.root });
  const owned = changes.filter(({ path }) => isWithinPaths(path, keptFiles.ownedPaths));
  await keptFiles.alone(() => writeOwned(repository, owned, { from, to, resolve: keptFiles.resolveOwned }));
};
