import { assertNever } from "../../model/assert.ts";
import type { Effect, EffectResult } from "../../scheduler/effects.ts";
import { performKeepProgress } from "../artifacts/keep-progress.ts";
import { cleanResult } from "./clean-result.ts";
import { performBaseline } from "./perform-baseline.ts";
import { performEvidence } from "./perform-evidence.ts";
import { performFinish } from "./perform-finish.ts";
import { performLanding } from "./perform-landing.ts";
import { performMessage } from "./perform-message.ts";
import { performStop, performTurn } from "./perform-turn.ts";
import { performPrepare, performRelease } from "./perform-workspace.ts";
import { inBackground, storyIn, type World } from "./world.ts";

/** Does what an effect asks for; every one of them may be asked for again after a crash. */
export const perform = async (world: World, effect: Effect, signal: AbortSignal): Promise<EffectResult> =>
  cleanResult(await performRaw(world, effect, signal), world.mask);

const performRaw = (world: World, effect: Effect, signal: AbortSignal): Promise<EffectResult> => {
  switch (effect.kind) {
    case "run-turn":
      return performTurn(world, effect);
    case "deliver-message":
      return performMessage(world, effect, signal);
    case "stop-turn":
      return performStop(world, effect);
    case "prepare-workspace":
      return performPrepare(world, effect, signal);
    case "check-evidence":
      return performEvidence(world, effect, world.baselineRed(), signal);
    case "write-status":
      return world.keptFiles
        .setStatus(storyIn(world, effect.story), effect.status, effect.deferred)
        .then(() => ({ kind: "done" }));
    case "keep-progress":
      return performKeepProgress(world, effect);
    case "land":
      // A landing under way is not torn apart when the lead leaves: it is short, and git has it or has it not.
      return inBackground(world, performLanding(world, effect, signal));
    case "release-workspace":
      return performRelease(world, effect);
    case "check-baseline":
      return performBaseline(world, signal);
    case "finish-run":
      return inBackground(world, performFinish(world, effect, signal));
    default:
      return assertNever(effect);
  }
};
