import { findCutOffMove, moveTarget } from "../../workspace/move-target.ts";
import { inBackground, type World } from "./world.ts";

/** How long a landing waits for others to be moved together with it, in milliseconds. */
const GATHER_MS = 100;

/**
 * Has the target follow the integration branch soon: a move costs as much as a landing, and one serves all landings that
 * came meanwhile. Nobody waits for it but the end of the run; a crash in between is made up for by the next lead.
 */
export const followSoon = (world: World): void => {
  const { mover } = world;
  if (mover.timer !== undefined) return;
  mover.timer = setTimeout(() => {
    mover.timer = undefined;
    void inBackground(world, moveCopy(world)).catch(() => {
      // Tried again with the next landing and at the end of the run, where a failure counts.
    });
  }, GATHER_MS);
};

/** Moves the target to where the integration branch is; one move at a time. */
export const moveCopy = (world: World): Promise<void> => {
  const { mover } = world;
  clearTimeout(mover.timer);
  mover.timer = undefined;
  const move = mover.last.then(() => moveOnce(world));
  mover.last = move.catch(() => undefined);
  return move;
};

/**
 * Moves the target branch, and the user's working copy with it, to where the integration branch is. What is in the way
 * holds the target back, with the reason kept for the end of the run; the run goes on upon the integration branch.
 */
const moveOnce = async (world: World): Promise<void> => {
  const { positions, repository } = world;
  const cutOff = positions.resumed ? await findCutOffMove(repository) : undefined;
  try {
    // What a crash left half moved is known by its two commits: that move is finished before the next one begins.
    if (cutOff?.from === positions.target && cutOff.to !== positions.integration) await moveTo(world, cutOff.to);
    await moveTo(world, positions.integration);
  } catch (error) {
    // A disk that filled up leaves files half moved like a crash does.
    positions.resumed = true;
    throw error;
  }
};

const moveTo = async (world: World, to: string): Promise<void> => {
  const { positions, run, repository } = world;
  if (positions.target === to) return;
  if (positions.target === "") {
    positions.held = `the branch ${run.target.branch} is gone`;
    return;
  }
  const result = await moveTarget({
    repository,
    branch: run.target.branch,
    from: positions.target,
    to,
    ownedPaths: world.keptFiles.ownedPaths,
    resolveOwned: world.keptFiles.resolveOwned,
    writeAlone: world.keptFiles.alone,
    resumed: positions.resumed,
  });
  positions.held = undefined;
  switch (result.kind) {
    case "moved":
    case "elsewhere":
      positions.target = to;
      positions.resumed = false;
      return;
    case "in-the-way":
      positions.held = `your changes are in the way of ${run.target.branch}: ${result.paths.slice(0, 5).join(", ")}`;
      return;
    case "diverged":
      positions.held = `${run.target.branch} has moved since the start, by a commit that is not the run's`;
      return;
    case "checked-out-elsewhere":
      positions.held = `${run.target.branch} is checked out in ${result.path}`;
      return;
  }
};
