import type { World } from "../../core/engine/performers/world.ts";
import { branchOf } from "../../core/engine/performers/world.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { SummaryFacts, UnlandedWork } from "../headless/summary.ts";
import type { StoredRun } from "./runs.ts";

/** What the summary of a run tells besides its state. */
export const summaryFacts = async (world: World, state: RunState, stored: StoredRun): Promise<SummaryFacts> => {
  const { file } = stored;
  const isWorktree = file.config.isolation === "worktree";
  const { positions } = world;
  return {
    state,
    elapsedMs: Date.now() - file.startedAtMs,
    unlanded: isWorktree ? await unlandedWork(world, state) : [],
    ...(isWorktree && positions.integration !== file.target.commit ? { landedOn: landedOn(world) } : {}),
    notes: [...state.notes, ...file.left.map(({ key, why, whatToDo }) => `${key} did not run: ${why}. ${whatToDo}`)],
    next: state.result?.status === "paused" ? ["storyboard run --resume goes on where this run was stopped"] : [],
  };
};

const landedOn = (world: World): string => {
  const { positions, run } = world;
  const isMoved = positions.target === positions.integration;
  return `${isMoved ? run.target.branch : run.integration} at ${positions.integration.slice(0, 7)}`;
};

const unlandedWork = async (world: World, state: RunState): Promise<UnlandedWork[]> => {
  const worktrees = await world.worktrees.list();
  return [...state.stories.values()]
    .filter((story) => story.turns > 0 && story.outcome !== "done" && story.outcome !== "already-done")
    .map(({ story }) => {
      const branch = branchOf(world, story.key);
      const folder = worktrees.find((worktree) => worktree.branch === branch)?.path;
      return { story: story.key, branch, ...(folder === undefined ? {} : { folder }) };
    });
};
