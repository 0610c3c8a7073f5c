import type { BaselineResult, EffectResult } from "../../scheduler/effects.ts";
import { probeHooks } from "../../workspace/check-committing.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { prepareFiles } from "./perform-workspace.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import { baselineBranchOf, type World } from "./world.ts";

/** Runs the project's gates on the baseline commit, and makes sure that commits with its hooks work with nobody there. */
export const performBaseline = async (world: World, signal: AbortSignal): Promise<EffectResult> => {
  if (world.run.config.isolation === "shared") return gatesIn(world, world.repository.root, world.run.project, signal);
  const branch = baselineBranchOf(world);
  const prepared = await world.worktrees.prepare({ branch, base: world.run.target.commit });
  await prepareFiles(world, prepared, "setup.baseline", signal);
  const hooks = world.run.probesHooks ? await probeHooks(prepared.path, world.run.agentEnvironment) : undefined;
  const result = await gatesIn(world, prepared.path, prepared.projectPath, signal);
  await world.worktrees.release(prepared.path);
  if (hooks === undefined) return result;
  return {
    ...result,
    red: [{ name: "git hooks", tail: [hooks.message, ...hooks.nextSteps], isHooks: true }, ...result.red],
  };
};

const gatesIn = async (
  world: World,
  path: string,
  projectPath: string,
  signal: AbortSignal,
): Promise<BaselineResult> => {
  const plan = gatesFor(world);
  if (plan.gates.length === 0) return { kind: "baseline", red: [], notes: [] };
  const outcomes = await runGates(world, plan, { projectPath, tree: await treeOf(path) }, signal);
  const red = outcomes
    .filter((outcome) => !outcome.ok)
    .map(({ name, tail, cut }) => ({ name, tail: cut === undefined ? tail : [...tail, `cut off: ${cut}`] }));
  const notes = red.map(({ name }) => `gate ${name} was red before the first story`);
  const gates = outcomes.map(({ name, ok, cached }) => ({ name, ok, cached }));
  return { kind: "baseline", red, notes, gates };
};
