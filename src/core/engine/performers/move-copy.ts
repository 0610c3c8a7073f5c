import { moveTarget } from "../../workspace/move-target.ts";
import type { World } from "./world.ts";

/**
 * Moves the target branch, and the user's working copy with it, to where the integration branch is. What is in the way
 * holds the target back, with the reason kept for the end of the run; the run goes on upon the integration branch.
 */
export const moveCopy = async (world: World): Promise<void> => {
  const { positions, run, repository } = world;
  if (positions.target === positions.integration) return;
  const to = positions.integration;
  const result = await moveTarget({
    repository,
    branch: run.target.branch,
    from: positions.target,
    to,
    ownedPaths: world.keptFiles.ownedPaths,
    resolveOwned: world.keptFiles.resolveOwned,
    resumed: positions.resumed,
  });
  positions.resumed = false;
  positions.held = undefined;
  switch (result.kind) {
    case "moved":
    case "elsewhere":
      positions.target = to;
      return;
    case "in-the-way":
      positions.held = `your changes are in the way of ${run.target.branch}: ${result.paths.slice(0, 5).join(", ")}`;
      return;
    case "diverged":
      positions.held = `${run.target.branch} has moved since the start`;
      return;
    case "checked-out-elsewhere":
      positions.held = `${run.target.branch} is checked out in ${result.path}`;
      return;
  }
};
