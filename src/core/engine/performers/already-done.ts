import type { CheckResult } from "../../evidence/evidence.ts";
import { describeRedGate, judgeGates } from "../../evidence/gate-judgement.ts";
import { evidenceProfile } from "../../evidence/profiles.ts";
import { checkTasks } from "../../evidence/task-check.ts";
import type { Story } from "../../model/story.ts";
import type { CheckEvidence, EffectResult } from "../../scheduler/effects.ts";
import { treeOf } from "../../workspace/working-state.ts";
import { missingWhenDone } from "../artifacts/accept-artifacts.ts";
import { gatesFor, runGates } from "./run-gate.ts";
import { type Place, storyIn, type World } from "./world.ts";

/**
 * A story that needs no work: its tasks were all ticked at the baseline, and the gates are green there. Of one that an
 * earlier run has finished, so that its commit has landed, as many are enough as that run asked for.
 */
export const lookAlreadyDone = async (
  world: World,
  effect: CheckEvidence,
  place: Place,
  baselineRed: readonly string[],
  signal: AbortSignal,
): Promise<EffectResult> => {
  const story = storyIn(world, effect.story);
  const commit = story.recovered !== undefined && "commit" in story.recovered ? story.recovered.commit : undefined;
  const tasks = commit === undefined ? allTicked(story) : enoughTicked(world, story);
  const artifacts = effect.isSaid ? await missingWhenDone(world, effect, place) : [];
  const cheap = [...artifacts, ...tasks.missing];
  const plan = gatesFor(world);
  const gates =
    cheap.length > 0 || plan.gates.length === 0
      ? []
      : await runGates(world, plan, { ...place, tree: await treeOf(place.path) }, signal);
  const { red } = judgeGates(gates, new Set(baselineRed));
  const all = [...cheap, ...red.map(describeRedGate)];
  const origin = commit === undefined ? [] : [`recovered from its progress artifact, commit ${commit.slice(0, 7)}`];
  return {
    kind: "evidence",
    ok: all.length === 0,
    missing: all,
    notes: all.length === 0 ? [...origin, ...tasks.notes] : [],
    flags: [],
    ...(gates.length === 0 ? {} : { gates: gates.map(({ name, ok, cached }) => ({ name, ok, cached })) }),
    ...(tasks.status === undefined ? {} : { finalStatus: tasks.status }),
  };
};

const allTicked = ({ tasks }: Story): CheckResult => ({
  missing:
    tasks.length === 0
      ? ["the story has no tasks that could all be ticked"]
      : tasks.filter(({ done }) => !done).map(({ text }) => `task "${text}" was not ticked`),
  notes: [],
});

const enoughTicked = ({ run }: World, story: Story): CheckResult => {
  const { thresholds } = run.config.evidence;
  return checkTasks(story, story.tasks, { tasks: evidenceProfile(run.config.evidence).tasks, thresholds });
};
