import { checkoutStory } from "../../workspace/gate-checkout.ts";
import { git } from "../../workspace/git.ts";
import { prepareFiles } from "./perform-workspace.ts";
import { baselineBranchOf, type World } from "./world.ts";

/** A worktree with a commit checked out. */
export interface BaselineWorktree {
  readonly path: string;
  readonly projectPath: string;
}

/**
 * Has something done in a worktree of the pool in which that commit is checked out, with dependencies as a story has them.
 * One at a time: the next one waits. The worktree goes back to the pool.
 */
export const inBaselineWorktree = <T>(
  world: World,
  commit: string,
  signal: AbortSignal,
  use: (worktree: BaselineWorktree) => Promise<T>,
): Promise<T> => {
  const done = world.baselineWorktree.last.then(() => enter(world, commit, signal, use));
  world.baselineWorktree.last = done.catch(() => {});
  return done;
};

const enter = async <T>(
  world: World,
  commit: string,
  signal: AbortSignal,
  use: (worktree: BaselineWorktree) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted();
  const branch = baselineBranchOf(world);
  const worktree = await world.worktrees.prepare({ branch, base: world.run.target.commit });
  try {
    await git(["checkout", "--quiet", "--force", "--detach", commit], { cwd: worktree.path });
    // Only a lead that was killed leaves any.
    if (!worktree.fresh) await git(["clean", "-ffdq"], { cwd: worktree.path });
    await prepareFiles(world, worktree, `setup.baseline-worktree.${world.now()}`, signal);
    return await use(worktree);
  } finally {
    await checkoutStory(worktree.path, branch);
    await world.worktrees.release(worktree.path);
  }
};
