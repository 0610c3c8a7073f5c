import { CHECK_LENGTH_MAX, type CriteriaLedger, type LedgerRow } from "../model/criteria.ts";
import { plainLine } from "../model/plain-text.ts";
import type { CriteriaPlan, CriterionCheck, PlannedCriterion } from "./criteria-plan.ts";

/** Characters of a criterion and of a reason that a ledger keeps, and of a check that a message names. */
const TEXT_LENGTH_MAX = 160;
const NAMED_LENGTH_MAX = 300;
const WHY_LENGTH_MAX = 300;
/** Criteria that are named to the agent, and last lines of a check that fails. */
const MISSING_MAX = 20;
const TAIL_LINES_MAX = 10;

/**
 * How a check ended on one tree. `left`: not run, and the builder can do something about that. `unknown`: not run, or without
 * an end, for a reason of ours; it is held against nobody.
 */
export type CheckRun =
  | { readonly end: "passes" }
  | { readonly end: "fails"; readonly tail: readonly string[] }
  | { readonly end: "cut"; readonly why: string }
  | { readonly end: "left" | "unknown"; readonly why: string };

/** A check on the story's commit and, where it passes there, on the commit that the story started from. */
export interface CheckRuns {
  readonly commit: CheckRun;
  readonly baseline?: CheckRun;
}

/** What the checks came to. */
export interface CriteriaJudgement {
  readonly ledger: CriteriaLedger;
  /** What is not shown, worded for the agent; missing evidence with `criteria: require`. */
  readonly missing: readonly string[];
  /** For the card. */
  readonly notes: readonly string[];
}

interface JudgedRow {
  readonly row: LedgerRow;
  /** What the agent has to do about it. */
  readonly missing?: string;
}

/** Judges every criterion by what its check did. Pure; `runs` has an entry for each check of the plan. */
export const judgeCriteria = (plan: CriteriaPlan, runs: ReadonlyMap<CriterionCheck, CheckRuns>): CriteriaJudgement => {
  const judged = plan.rows.map((planned) => judgeRow(planned, runs));
  const missing = judged.flatMap(({ missing }) => (missing === undefined ? [] : [missing]));
  const left = missing.length - MISSING_MAX;
  return {
    ledger: { rows: judged.map(({ row }) => row) },
    missing: [
      ...missing.slice(0, MISSING_MAX),
      ...(left > 0 ? [`${left} more acceptance criteria are not proven`] : []),
    ],
    notes: plan.notes,
  };
};

const judgeRow = (planned: PlannedCriterion, runs: ReadonlyMap<CriterionCheck, CheckRuns>): JudgedRow => {
  const { criterion, claim, check } = planned;
  const text = shortened(criterion.text, TEXT_LENGTH_MAX);
  const name = `acceptance criterion ${criterion.id} "${text}"`;
  const bare = { id: criterion.id, text };
  if (claim === undefined) {
    return { row: { ...bare, state: "unclaimed" }, missing: `${name} is not proven: ${NAME_ONE}` };
  }
  if (claim.check === null) {
    if (claim.why !== undefined)
      return { row: { ...bare, state: "not-checkable", why: shortened(claim.why, WHY_LENGTH_MAX) } };
    const why = "said not to be checkable, without a reason";
    return { row: { ...bare, state: "unclaimed", why }, missing: `${name} is ${why}: ${NAME_ONE}` };
  }
  const claimed = { ...bare, claim: claim.check.slice(0, CHECK_LENGTH_MAX) };
  const known = check === undefined ? undefined : runs.get(check);
  const fault =
    known === undefined ? { why: planned.refused ?? "its check was not run", todo: NAME_ONE } : faultOf(check, known);
  if (fault === undefined) return { row: { ...claimed, state: "proven" } };
  const row: LedgerRow = { ...claimed, state: "unproven", why: shortened(fault.why, WHY_LENGTH_MAX) };
  if (fault.todo === undefined) return { row };
  return {
    row,
    missing: `${name} is not proven: ${fault.why} (\`${shortened(claim.check, NAMED_LENGTH_MAX)}\`); ${fault.todo}`,
  };
};

interface Fault {
  readonly why: string;
  /** What the agent can do; unset where it is not to blame. */
  readonly todo?: string;
}

const NAME_ONE = `name a check in the closing block's "criteria", or say there why no machine can check it`;
const FAIL_WITHOUT = "write a check that fails without your work";
const MAKE_PASS = "make it pass on your commit";
const MUST_END = "name a check that ends by itself";

const faultOf = (check: CriterionCheck | undefined, { commit, baseline }: CheckRuns): Fault | undefined => {
  const subject = check?.gate === undefined ? "its check" : `gate '${check.gate}'`;
  switch (commit.end) {
    case "fails":
      return { why: `${subject} fails${lastLine(commit.tail)}`, todo: printed(commit.tail) };
    case "cut":
      return { why: `${subject} was cut off: ${commit.why}`, todo: MUST_END };
    case "left":
      return { why: `${subject} was not run: ${commit.why}`, todo: NAME_ONE };
    case "unknown":
      return { why: `${subject} could not be run: ${commit.why}` };
    case "passes":
      return baselineFault(subject, baseline);
  }
};

const baselineFault = (subject: string, baseline: CheckRun | undefined): Fault | undefined => {
  switch (baseline?.end) {
    case "fails":
      return undefined;
    case "passes":
      return { why: `${subject} passes on the baseline, too: it shows nothing`, todo: FAIL_WITHOUT };
    case "cut":
      return { why: `${subject} was cut off on the baseline: ${baseline.why}`, todo: MUST_END };
    case "left":
      return { why: `${subject} was not run on the baseline: ${baseline.why}`, todo: MUST_END };
    default:
      return { why: `${subject} could not be run on the baseline: ${baseline?.why ?? "it was not asked for"}` };
  }
};

const lastLine = (tail: readonly string[]): string => {
  const last = plainLine(tail.at(-1) ?? "");
  return last === "" ? "" : `: ${last}`;
};

const printed = (tail: readonly string[]): string =>
  tail.length === 0
    ? `${MAKE_PASS}; it printed nothing`
    : [`${MAKE_PASS}; its last lines:`, ...tail.slice(-TAIL_LINES_MAX)].join("\n");

const shortened = (text: string, max: number): string => {
  const line = plainLine(text);
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
};

/** The ledger after the checks ran on the merged tree: what does not pass there is not proven any more. */
export const judgeMerged = (ledger: CriteriaLedger, runs: ReadonlyMap<string, CheckRun>): CriteriaLedger => ({
  rows: ledger.rows.map((row) => {
    const run = row.claim === undefined || row.state !== "proven" ? undefined : runs.get(row.id);
    if (run === undefined || run.end === "passes") return row;
    return { ...row, state: "unproven", why: shortened(mergedFault(run), WHY_LENGTH_MAX) };
  }),
});

const mergedFault = (run: Exclude<CheckRun, { end: "passes" }>): string => {
  const begin = "its check passes on the story's own commit, but";
  if (run.end === "fails") return `${begin} fails on what landed${lastLine(run.tail)}`;
  return run.end === "cut"
    ? `${begin} was cut off on what landed: ${run.why}`
    : `${begin} could not be run on what landed: ${run.why}`;
};
