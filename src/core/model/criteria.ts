/** One acceptance criterion of a story: a row of the criteria ledger. */
export interface AcceptanceCriterion {
  /** The story's own number (`1`, `2.3.1`, `UI-013`), else its place from 1; unlike any other one of the story. */
  readonly id: string;
  /** With line breaks, as the story has it. */
  readonly text: string;
}

/** Longest check that is run, in characters. */
export const CHECK_LENGTH_MAX = 1_000;
/** Claims of a story that are kept. */
export const CLAIMS_MAX = 200;

/** What the builder says of one criterion. */
export interface CriterionClaim {
  /** As the builder wrote it; `criterionId` tells which criterion is meant. */
  readonly id: string;
  /** A shell line or the name of a gate; `null` where no machine can check the criterion. */
  readonly check: string | null;
  /** Why it cannot be checked. */
  readonly why?: string;
}

/**
 * `proven`: its check fails on the commit that the story started from and passes on the story's own; `unproven`: there is a
 * check, and it does not show that; `not-checkable`: the builder said why no machine can; `unclaimed`: nothing was said.
 */
export type CriterionState = "proven" | "unproven" | "unclaimed" | "not-checkable";

/** What became of one criterion. */
export interface LedgerRow {
  readonly id: string;
  /** On one line, shortened. */
  readonly text: string;
  /** The check that the builder named: a shell line or a gate. */
  readonly claim?: string;
  readonly state: CriterionState;
  /** Why it is not proven, for people and for the agent. */
  readonly why?: string;
}

/** What was claimed and what was proven of a story's acceptance criteria. */
export interface CriteriaLedger {
  readonly rows: readonly LedgerRow[];
}

/** What a story's state holds of its criteria. */
export interface StoryCriteria {
  /** Of the builder, over all turns. */
  readonly claims: readonly CriterionClaim[];
  /** What the last look at them found; unset before, and where nobody looks. */
  readonly ledger?: CriteriaLedger;
}

/** How many criteria are in which state. `claimed` are all those that the builder said anything of. */
export interface CriteriaCounts {
  readonly total: number;
  readonly claimed: number;
  readonly proven: number;
  readonly unproven: number;
  readonly notCheckable: number;
}

/** The numbers of a ledger. */
export const criteriaCounts = ({ rows }: CriteriaLedger): CriteriaCounts => {
  const count = (state: CriterionState): number => rows.filter((row) => row.state === state).length;
  return {
    total: rows.length,
    claimed: rows.length - count("unclaimed"),
    proven: count("proven"),
    unproven: count("unproven"),
    notCheckable: count("not-checkable"),
  };
};

/** An id without the ways of writing it that do not tell two criteria apart: `AC-1`, `#1`, `AC 1.` and `1` are one. */
export const criterionId = (written: string): string =>
  written
    .trim()
    .toLowerCase()
    .replace(/^(?:acceptance\s+)?(?:criterion|criteria|acs?)(?![a-z])/, "")
    .replaceAll(/^[\s#:._–—-]+|[\s:.)_–—-]+$/g, "");

/** Claims of an earlier turn with those of a later one, which count where they speak of the same criterion. */
export const laterClaims = (
  earlier: readonly CriterionClaim[],
  later: readonly CriterionClaim[],
): readonly CriterionClaim[] => {
  const said = new Set(later.map(({ id }) => criterionId(id)));
  return [...earlier.filter(({ id }) => !said.has(criterionId(id))), ...later].slice(-CLAIMS_MAX);
};
