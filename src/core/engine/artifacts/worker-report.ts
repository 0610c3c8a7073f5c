import { digestArtifacts } from "../../evidence/pantheon/card-digest.ts";
import type { TurnResult } from "../../model/turn.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { isWorker } from "../performers/turn-permission.ts";
import type { Place, World } from "../performers/world.ts";
import { claimOf } from "./accept-artifacts.ts";
import { readWorkArtifacts } from "./remember-left.ts";

/**
 * A worker's turn with the phases that it told of, and where it did not end well with what its artifacts say of the work:
 * nobody looks at their evidence then. Any other turn's result stays as it is.
 */
export const withWorkerReport = async (
  world: World,
  effect: RunTurn,
  place: Place,
  result: TurnResult,
): Promise<TurnResult> => {
  if (!isWorker(world, effect) || world.run.completions === undefined) return result;
  const { artifacts, narrative } = await readWorkArtifacts(world, place, effect.story, effect.baseline);
  const told = narrative?.phases ?? [];
  const isLookedAt = result.end.kind === "finished" || result.claim !== undefined;
  return {
    ...result,
    ...(told.length === 0 ? {} : { told }),
    ...(isLookedAt ? {} : { claim: claimOf(digestArtifacts(artifacts, narrative)) }),
  };
};
