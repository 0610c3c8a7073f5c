import type { StoryKey } from "../../model/story-key.ts";
import type { EffectResult, FinishRun } from "../../scheduler/effects.ts";
import { readerOf, writeBookkeeping } from "../../workspace/bookkeeping-commit.ts";
import { git } from "../../workspace/git.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { holdIntegration } from "./hold-branch.ts";
import { leaveCopy } from "./leave-copy.ts";
import { moveCopy } from "./move-copy.ts";
import { prepareFiles } from "./perform-workspace.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import type { World } from "./world.ts";

/** The last act: statuses that no landing carried are committed, the target follows, and batch mode's gates run. */
export const performFinish = async (world: World, { kept }: FinishRun, signal: AbortSignal): Promise<EffectResult> => {
  const isWorktree = world.run.config.isolation === "worktree";
  const notes: string[] = [];
  if (isWorktree) {
    notes.push(...(await holdIntegration(world)));
    await commitStatuses(world, kept);
    await moveCopy(world);
    notes.push(...(await leaveCopy(world)), ...world.keptFiles.unmerged.map(keptEdits));
  }
  const redGates = world.run.config.batch_mode ? await batchGates(world, signal) : [];
  return { kind: "finished", notes, redGates };
};

const keptEdits = (path: string): string =>
  `you and the agent changed the same lines of ${path}: your copy has yours, the commit the agent's (git diff shows both)`;

const commitStatuses = async (world: World, kept: readonly StoryKey[] = []): Promise<void> => {
  const { repository, positions, run } = world;
  const head = positions.integration;
  const bookkeeping = await world.keptFiles.bookkeeping(readerOf(repository, head), undefined, kept);
  if (bookkeeping === undefined) return;
  const { commit, scratchRef } = await writeBookkeeping(repository, head, bookkeeping, run.committing);
  const lines = [`update refs/heads/${run.integration} ${commit} ${head}`, `delete ${scratchRef}`];
  await git(["update-ref", "-m", "storyboard: keep statuses", "--stdin"], {
    cwd: repository.commonDirectory,
    input: `${lines.join("\n")}\n`,
  });
  positions.integration = commit;
};

/** In batch mode type-check and lint wait until all stories have landed. */
const batchGates = async (world: World, signal: AbortSignal): Promise<string[]> => {
  const all = gatesFor(world, undefined, false);
  const perStory = new Set(gatesFor(world).gates.map((gate) => gate.name));
  const plan = { ...all, gates: all.gates.filter((gate) => !perStory.has(gate.name)) };
  if (plan.gates.length === 0) return [];
  if (world.run.config.isolation === "shared") {
    const place = { projectPath: world.run.project, tree: await treeOf(world.repository.root) };
    return redOf(await runGates(world, plan, place, signal));
  }
  const branch = `storyboard/${world.run.run}/batch`;
  const prepared = await world.worktrees.prepare({ branch, base: world.positions.integration });
  await prepareFiles(world, prepared, "setup.batch", signal);
  const place = { projectPath: prepared.projectPath, tree: await treeOf(prepared.path) };
  const red = redOf(await runGates(world, plan, place, signal));
  await world.worktrees.release(prepared.path);
  return red;
};

const redOf = (outcomes: readonly { readonly name: string; readonly ok: boolean }[]): string[] =>
  outcomes.filter((outcome) => !outcome.ok).map((outcome) => outcome.name);
