import { git } from "./git.ts";
import { saveWork } from "./saved-work.ts";
import { readWorkingState } from "./working-state.ts";

/**
 * Checks the merged state of a planned landing out in the story's worktree, detached, so that gates can run on it.
 * Uncommitted files that are in the way are saved under a ref first; its name is returned then.
 */
export const checkoutForGates = async (worktree: string, commit: string): Promise<{ readonly savedAs?: string }> => {
  const gentle = await git(["checkout", "--quiet", "--detach", commit], { cwd: worktree, allowFailure: true });
  if (gentle.exitCode === 0) return {};
  const { head, branch } = await readWorkingState(worktree);
  const savedAs = await saveWork(worktree, {
    name: branch ?? "detached",
    head,
    reason: "It was in the way of the gates on the merged tree.",
  });
  await git(["checkout", "--quiet", "--force", "--detach", commit], { cwd: worktree });
  return { savedAs };
};

/** Goes back to the story's branch after the gates, for the next turn. What the gates changed in tracked files goes. */
export const checkoutStory = async (worktree: string, branch: string): Promise<void> => {
  await git(["checkout", "--quiet", "--force", branch, "--"], { cwd: worktree });
};
