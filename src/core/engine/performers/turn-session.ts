import { basename } from "node:path";
import { describeAgent } from "../../agents/agents.ts";
import { sessionIdOf } from "../../agents/session-id.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { profileIn, type World } from "./world.ts";

/**
 * The id that a turn gives to a session it begins. Made of the job's folder, which is there again after a crash of
 * ours, and of the project, since an agent's sessions are the user's and not the project's.
 */
export const newSessionOf = (world: World, directory: string): string =>
  sessionIdOf(world.run.project, world.run.run, basename(directory));

/** The session of a turn that was cut off before it could say: the one that it was told to continue or to begin. */
export const chosenSession = (world: World, effect: RunTurn, directory: string): string | undefined => {
  if (effect.session !== undefined) return effect.session;
  const { takesSessionId } = describeAgent(profileIn(world, effect.agent).cli);
  return takesSessionId ? newSessionOf(world, directory) : undefined;
};
