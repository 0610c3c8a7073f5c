import { type CriteriaLedger, criteriaCounts, type LedgerRow } from "../../core/model/criteria.ts";
import { plainLine } from "../../core/model/plain-text.ts";

/** `3/4 proven, 1 claimed (1 not checkable)`: of all criteria those proven, then those only claimed, then the rest. */
export const criteriaWords = (ledger: CriteriaLedger | undefined): string => {
  if (ledger === undefined) return "–";
  const { total, claimed, proven, notCheckable } = criteriaCounts(ledger);
  const onlyClaimed = claimed - proven;
  const aside = notCheckable === 0 ? "" : ` (${notCheckable} not checkable)`;
  return [
    `${proven}/${total} proven`,
    ...(onlyClaimed === 0 ? [] : [`${onlyClaimed} claimed${aside}`]),
    ...(total === claimed ? [] : [`${total - claimed} unclaimed`]),
  ].join(", ");
};

/** What is not proven although something was said of it, one line each with the reason. */
export const criteriaReasons = (ledger: CriteriaLedger | undefined): readonly string[] =>
  (ledger?.rows ?? []).filter(({ state, why }) => state !== "proven" && why !== undefined).map(reasonOf);

const STATES: Readonly<Record<LedgerRow["state"], string>> = {
  proven: "proven",
  unproven: "not proven",
  unclaimed: "unclaimed",
  "not-checkable": "not checkable",
};

const reasonOf = ({ id, state, why }: LedgerRow): string => plainLine(`${id} ${STATES[state]}: ${why}`);
