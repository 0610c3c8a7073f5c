import { type CriteriaLedger, criteriaCounts } from "../../core/model/criteria.ts";
import type { Failure } from "../../core/model/failure.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { Usage } from "../../core/model/usage.ts";
import type { ContractCriteria, ContractError, ContractUsage } from "./contract-line.ts";

/** A failure in the contract's words, free of terminal control. */
export const contractError = (failure: Failure): ContractError => ({
  type: failure.type,
  message: plainText(failure.message),
  context: plainText(failure.context),
  recovery_hints: failure.recoveryHints,
});

/** Usage in the contract's words: tokens in and out together. */
export const contractUsage = ({ inputTokens, outputTokens, usd, usdIsPart }: Usage): ContractUsage => ({
  tokens: inputTokens === null && outputTokens === null ? null : (inputTokens ?? 0) + (outputTokens ?? 0),
  usd,
  ...(usdIsPart ? { usd_is_part: true } : {}),
});

/** The numbers of a criteria ledger in the contract's words. */
export const contractCriteria = (ledger: CriteriaLedger): ContractCriteria => {
  const { total, claimed, proven, unproven, notCheckable } = criteriaCounts(ledger);
  return { total, claimed, proven, unproven, not_checkable: notCheckable };
};

/** Money for people: `$3.81`, `$3.81+` where some of it is not known, `–` where nothing is. */
export const costWords = ({ usd, usd_is_part: isPart }: Pick<ContractUsage, "usd" | "usd_is_part">): string =>
  usd === null ? "–" : `$${usd.toFixed(2)}${isPart ? "+" : ""}`;

/** A time as the contract writes it. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString();
