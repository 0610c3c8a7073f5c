import { type CheckRun, judgeMerged } from "../../evidence/criteria-judgement.ts";
import { type CriteriaPlan, criteriaSetting, planCriteria } from "../../evidence/criteria-plan.ts";
import type { CriteriaLedger } from "../../model/criteria.ts";
import { type CheckedCopy, faultOf, runChecks } from "./run-checks.ts";
import { gatesFor } from "./run-gate.ts";
import type { World } from "./world.ts";

/** The ledger of a story as it is on the merged tree. */
export interface MergedCriteria {
  readonly ledger: CriteriaLedger;
  /** A check that fails there, where that keeps the story from landing. */
  readonly refused?: { readonly id: string; readonly tail: readonly string[] };
}

/** The checks of a ledger that prove something and that no gate of the merged tree runs anyway; none for `off`. */
export const mergedPlan = (world: World, ledger: CriteriaLedger | undefined): CriteriaPlan | undefined => {
  if (ledger === undefined || criteriaSetting(world.run.config) === "off") return undefined;
  const proven = ledger.rows.filter(({ state }) => state === "proven");
  const claims = proven.flatMap(({ id, claim }) => (claim === undefined ? [] : [{ id, check: claim }]));
  const plan = planCriteria(proven, claims, gatesFor(world).gates);
  const checks = plan.checks.filter(({ gate }) => gate === undefined);
  return checks.length === 0 ? undefined : { ...plan, checks };
};

/** Runs what proved a story's criteria again on the merged tree, which is checked out in `copy`. */
export const checkMergedCriteria = async (
  world: World,
  ledger: CriteriaLedger,
  plan: CriteriaPlan,
  copy: CheckedCopy & { readonly tree: string },
  signal: AbortSignal,
): Promise<MergedCriteria> => {
  const runs = await runChecks(world, plan.checks, copy, signal).catch(
    (error: unknown) => new Map(plan.checks.map((check) => [check, faultOf(error, signal)])),
  );
  const byId = new Map<string, CheckRun>();
  for (const { criterion, check } of plan.rows) {
    const run = check === undefined ? undefined : runs.get(check);
    if (run !== undefined) byId.set(criterion.id, run);
  }
  const merged = judgeMerged(ledger, byId);
  const red = [...byId].find(([, run]) => run.end === "fails");
  if (red === undefined || criteriaSetting(world.run.config) !== "require") return { ledger: merged };
  const [id, run] = red;
  return { ledger: merged, refused: { id, tail: run.end === "fails" ? run.tail : [] } };
};
