import { commitAll } from "../../workspace/story-diff.ts";
import { readWorkingState } from "../../workspace/working-state.ts";
import { commitSubject } from "./commit-subject.ts";
import { carriedIn, type Place, type World } from "./world.ts";

/**
 * Where no evidence is asked for, nobody looks whether all is committed: what a turn leaves is the story's, too. Returns
 * what is wrong when the agent left its branch: then nothing of its work would land, and the turn has failed.
 */
export const commitLeftovers = async (world: World, key: string, place: Place): Promise<string | undefined> => {
  if (world.run.policy.evidence || !world.run.policy.landing) return undefined;
  const { sprintPath } = world.keptFiles;
  const without = [...carriedIn(world), ...(sprintPath === undefined ? [] : [sprintPath])];
  const state = await readWorkingState(place.path, { without });
  if (state.branch !== place.branch) {
    return `the worktree is on ${state.branch ?? "no branch"}, but the story's work belongs on ${place.branch}`;
  }
  if (state.changed.length + state.untracked.length > 0) {
    await commitAll(place.path, commitSubject(world, key), without, world.run.committing);
  }
  return undefined;
};
