import {
  type CheckRun,
  type CheckRuns,
  type CriteriaJudgement,
  judgeCriteria,
} from "../../evidence/criteria-judgement.ts";
import { type CriteriaPlan, type CriterionCheck, criteriaSetting, planCriteria } from "../../evidence/criteria-plan.ts";
import type { GateOutcome } from "../../evidence/evidence.ts";
import type { CriterionClaim } from "../../model/criteria.ts";
import type { Story } from "../../model/story.ts";
import { git } from "../../workspace/git.ts";
import { listIgnored } from "../../workspace/ignored-files.ts";
import { type CheckedCopy, faultOf, recallChecks, runChecksBeside, runChecksOfStory } from "./run-checks.ts";
import { gatesFor } from "./run-gate.ts";
import type { World } from "./world.ts";

/** Finished work whose criteria are to be proven. */
export interface ClaimedWork {
  readonly story: Story;
  readonly claims: readonly CriterionClaim[];
  /** The story's worktree as it stands. */
  readonly place: CheckedCopy;
  /** The commit that the story started from. */
  readonly baseline: string;
  /** The gates on that tree. */
  readonly gates: readonly GateOutcome[];
}

/**
 * The criteria ledger of work whose other evidence holds: each check runs on the story's tree and, where it passes, on the
 * baseline. Undefined where criteria are not looked at. Trouble of ours is never held against the story.
 */
export const checkCriteria = async (
  world: World,
  work: ClaimedWork,
  signal: AbortSignal,
): Promise<CriteriaJudgement | undefined> => {
  if (criteriaSetting(world.run.config) === "off" || work.story.acceptanceCriteria.length === 0) return undefined;
  const plan = planCriteria(work.story.acceptanceCriteria, work.claims, gatesFor(world, undefined, false).gates);
  try {
    return judgeCriteria(plan, await runPlan(world, plan, work, signal));
  } catch (error) {
    const fault = faultOf(error, signal);
    const runs = new Map(plan.checks.map((check) => [check, { commit: fault }]));
    const judged = judgeCriteria(plan, runs);
    const why = fault.end === "unknown" ? fault.why : "";
    return { ...judged, notes: [...judged.notes, `the checks of the acceptance criteria could not be run: ${why}`] };
  }
};

const runPlan = async (
  world: World,
  { checks }: CriteriaPlan,
  work: ClaimedWork,
  signal: AbortSignal,
): Promise<Map<CriterionCheck, CheckRuns>> => {
  if (checks.length === 0) return new Map();
  const lines = checks.filter(({ gate }) => gate === undefined);
  const onCommit = await runChecksOfStory(world, work.story.key, lines, work.place, signal);
  for (const check of checks) if (check.gate !== undefined) onCommit.set(check, gateRun(check.gate, work.gates));
  const passing = checks.filter((check) => onCommit.get(check)?.end === "passes");
  const onBaseline = await runOnBaseline(world, passing, work, signal);
  return new Map(
    checks.map((check) => {
      const commit = onCommit.get(check) ?? { end: "unknown", why: "it was not run" };
      const baseline = onBaseline.get(check);
      return [check, baseline === undefined ? { commit } : { commit, baseline }];
    }),
  );
};

const gateRun = (name: string, gates: readonly GateOutcome[]): CheckRun => {
  const gate = gates.find((one) => one.name === name);
  if (gate === undefined) return { end: "left", why: "it does not apply to this story" };
  if (gate.cut !== undefined) return { end: "cut", why: gate.cut };
  return gate.ok ? { end: "passes" } : { end: "fails", tail: gate.tail };
};

/** A gate that was green before the first story has shown nothing; all other checks have to be run. */
const runOnBaseline = async (
  world: World,
  checks: readonly CriterionCheck[],
  { story, place, baseline }: ClaimedWork,
  signal: AbortSignal,
): Promise<Map<CriterionCheck, CheckRun>> => {
  const isGreen = ({ gate }: CriterionCheck): boolean => gate !== undefined && !world.baselineRed().includes(gate);
  const runs = new Map<CriterionCheck, CheckRun>(checks.filter(isGreen).map((check) => [check, { end: "passes" }]));
  const asked = checks.filter((check) => !isGreen(check));
  if (asked.length === 0) return runs;
  const [{ stdout: tree }, beside] = await Promise.all([
    git(["rev-parse", `${baseline}^{tree}`], { cwd: place.path }),
    listIgnored(place.path),
  ]);
  for (const [check, run] of await recallChecks(world, asked, { tree, beside })) runs.set(check, run);
  const open = asked.filter((check) => !runs.has(check));
  if (open.length === 0) return runs;
  const copy = { ...place, tree, beside };
  const found = await runChecksBeside(world, story.key, open, copy, signal).catch(
    (error: unknown) => new Map(open.map((check) => [check, faultOf(error, signal)])),
  );
  for (const [check, run] of found) runs.set(check, run);
  return runs;
};
