import { commitAll } from "../../workspace/story-diff.ts";
import { readWorkingState } from "../../workspace/working-state.ts";
import { commitSubject } from "./turn-prompt.ts";
import { carriedIn, type Place, type World } from "./world.ts";

/** Where no evidence is asked for, nobody looks whether all is committed: what a turn leaves is the story's, too. */
export const commitLeftovers = async (world: World, key: string, place: Place): Promise<void> => {
  if (world.run.policy.evidence || !world.run.policy.landing) return;
  const { sprintPath } = world.keptFiles;
  const without = [...carriedIn(world), ...(sprintPath === undefined ? [] : [sprintPath])];
  const state = await readWorkingState(place.path, { without });
  if (state.changed.length + state.untracked.length === 0) return;
  await commitAll(place.path, commitSubject(world, key), without, world.run.committing);
};
