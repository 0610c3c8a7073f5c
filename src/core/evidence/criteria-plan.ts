import type { Config } from "../model/config.ts";
import { type AcceptanceCriterion, CHECK_LENGTH_MAX, type CriterionClaim, criterionId } from "../model/criteria.ts";
import { plainLine } from "../model/plain-text.ts";

/** Different checks that are run for one story. */
const CHECKS_MAX = 50;
/** Unknown ids that a note names. */
const NAMED_MAX = 5;

/** A gate as far as a claim can mean it. */
export interface ClaimableGate {
  readonly name: string;
  readonly run: string;
  /** Relative to the project; `.` is the project itself. */
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** One check to be run, however many criteria it is named for. */
export interface CriterionCheck {
  /** The shell line. */
  readonly line: string;
  /** Relative to the project; `.` is the project itself. */
  readonly cwd: string;
  /** Name of the gate that is meant; its result on the story's commit is known. */
  readonly gate?: string;
  /** A gate's own time limit. */
  readonly timeoutMs?: number;
}

/** A criterion with what the builder says of it. */
export interface PlannedCriterion {
  readonly criterion: AcceptanceCriterion;
  readonly claim?: CriterionClaim;
  readonly check?: CriterionCheck;
  /** Why its check is not run, where it is not. */
  readonly refused?: string;
}

/** Which checks show which criteria. */
export interface CriteriaPlan {
  readonly rows: readonly PlannedCriterion[];
  /** Each check once, in the order of the criteria. */
  readonly checks: readonly CriterionCheck[];
  /** For the card: claims that speak of no criterion of this story. */
  readonly notes: readonly string[];
}

/**
 * What is done about acceptance criteria. Where nothing is checked, or stories share one working copy, no check could show
 * anything: there is no tree of the story's own, and none of its baseline.
 */
export const criteriaSetting = ({
  evidence,
  isolation,
}: Pick<Config, "evidence" | "isolation">): Config["evidence"]["criteria"] =>
  evidence.profile === "none" || isolation === "shared" ? "off" : evidence.criteria;

/** Finds the claim of each criterion, and the checks to be run. Of two claims for one criterion the later one counts. */
export const planCriteria = (
  criteria: readonly AcceptanceCriterion[],
  claims: readonly CriterionClaim[],
  gates: readonly ClaimableGate[],
): CriteriaPlan => {
  const byId = new Map(claims.map((claim) => [criterionId(claim.id), claim]));
  const checks = new Map<string, CriterionCheck>();
  const rows = criteria.map((criterion): PlannedCriterion => {
    const claim = byId.get(criterionId(criterion.id));
    if (claim === undefined) return { criterion };
    if (claim.check === null) return { criterion, claim };
    const meant = checkOf(claim.check, gates);
    const check = checks.get(keyOf(meant)) ?? meant;
    const refused = checks.has(keyOf(check)) ? undefined : reasonToRefuse(claim.check, checks.size);
    if (refused !== undefined) return { criterion, claim, refused };
    checks.set(keyOf(check), check);
    return { criterion, claim, check };
  });
  return { rows, checks: [...checks.values()], notes: strangers(criteria, claims) };
};

const reasonToRefuse = (check: string, count: number): string | undefined => {
  if (check.length > CHECK_LENGTH_MAX) return `its check is longer than ${CHECK_LENGTH_MAX} characters and was not run`;
  return count < CHECKS_MAX ? undefined : `it names more than ${CHECKS_MAX} checks in all; this one was not run`;
};

const keyOf = ({ line, cwd }: CriterionCheck): string => `${cwd}\u0000${line}`;

/** A claim may name a gate by its name or repeat its command. */
const checkOf = (claim: string, gates: readonly ClaimableGate[]): CriterionCheck => {
  const name = /^gate[\s:]+(.*)$/i
    .exec(claim)?.[1]
    ?.trim()
    .replaceAll(/^['"`]|['"`]$/g, "");
  const gate = gates.find((one) => one.name === claim || one.name === name || (one.run === claim && one.cwd === "."));
  return gate === undefined
    ? { line: claim, cwd: "." }
    : { line: gate.run, cwd: gate.cwd, gate: gate.name, timeoutMs: gate.timeoutMs };
};

const strangers = (criteria: readonly AcceptanceCriterion[], claims: readonly CriterionClaim[]): string[] => {
  const known = new Set(criteria.map(({ id }) => criterionId(id)));
  const unknown = [...new Set(claims.map(({ id }) => id).filter((id) => !known.has(criterionId(id))))];
  if (unknown.length === 0) return [];
  const named = unknown.slice(0, NAMED_MAX).map((id) => `'${plainLine(id)}'`);
  const more = unknown.length > NAMED_MAX ? ` and ${unknown.length - NAMED_MAX} more` : "";
  return [`the builder named checks for ${named.join(", ")}${more}: no acceptance criterion of this story`];
};
