import { checkoutStory } from "../../workspace/gate-checkout.ts";
import { git } from "../../workspace/git.ts";
import { prepareFiles } from "./perform-workspace.ts";
import { baselineBranchOf, type World } from "./world.ts";

/** A worktree with a commit checked out. */
export interface BaselineRoom {
  readonly path: string;
  readonly projectPath: string;
}

/**
 * Has something done in a worktree of the pool in which that commit is checked out, with dependencies as a story has them.
 * One at a time: the next one waits. The worktree goes back to the pool.
 */
export const inBaselineRoom = <T>(
  world: World,
  commit: string,
  signal: AbortSignal,
  use: (room: BaselineRoom) => Promise<T>,
): Promise<T> => {
  const done = world.baselineRoom.last.then(() => enter(world, commit, signal, use));
  world.baselineRoom.last = done.catch(() => {});
  return done;
};

const enter = async <T>(
  world: World,
  commit: string,
  signal: AbortSignal,
  use: (room: BaselineRoom) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted();
  const branch = baselineBranchOf(world);
  const room = await world.worktrees.prepare({ branch, base: world.run.target.commit });
  try {
    await git(["checkout", "--quiet", "--force", "--detach", commit], { cwd: room.path });
    // Only a lead that was killed leaves any.
    if (!room.fresh) await git(["clean", "-ffdq"], { cwd: room.path });
    await prepareFiles(world, room, `setup.baseline-room.${world.now()}`, signal);
    return await use(room);
  } finally {
    await checkoutStory(room.path, branch);
    await world.worktrees.release(room.path);
  }
};
