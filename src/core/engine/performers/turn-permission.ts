import { type Permission, phaseNamed } from "../../model/pipeline.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { profileIn, type World } from "./world.ts";

/** What the agent of a turn may do: the phase's own level, or the profile's. */
export const permissionOf = (world: World, effect: RunTurn): Permission => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  const wanted = phase.kind === "turn" ? phase.permission : "profile";
  return wanted === "profile" ? profileIn(world, effect.agent).permissions : wanted;
};

/** Whether what the turn changes in its worktree is undone. */
export const isReader = (world: World, effect: RunTurn): boolean =>
  world.run.config.isolation === "worktree" && permissionOf(world, effect) === "read";

/** Whether the agent of a turn runs all phases itself. */
export const isWorker = (world: World, effect: Pick<RunTurn, "phase">): boolean => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  return phase.kind === "turn" && phase.prompt === "worker";
};

/** Whether a turn ends with a verdict. */
export const isJudge = (world: World, effect: RunTurn): boolean => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  return phase.kind === "turn" && phase.evidence === "verdict";
};
