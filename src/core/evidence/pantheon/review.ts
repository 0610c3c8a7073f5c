import { isBlocking, type Verdict } from "../../model/review.ts";
import {
  booleanOf,
  countOf,
  enumOf,
  type Fields,
  fieldsOf,
  firstCount,
  firstText,
  firstWord,
  objectsOf,
  othersOf,
  percentOf,
  present,
  wordOf,
  wordsOf,
} from "./fields.ts";
import { toJson } from "./progress.ts";
import { placeOf, type ReportedFinding, readFindings } from "./reported-finding.ts";
import { classForSeverity } from "./severity.ts";

/** A task that a reviewer looked at. */
export interface VerifiedTask {
  readonly task: string;
  readonly isImplemented?: boolean;
  /** Places: `src/a.ts:15-67`. */
  readonly evidence: readonly string[];
  readonly reason?: string;
}

/** A check that a reviewer says it ran. A claim: what counts is what storyboard runs. */
export interface ClaimedCheck {
  readonly name: string;
  readonly hasPassed?: boolean;
  readonly total?: number;
  readonly passing?: number;
}

/** How many findings there are of each class, as an artifact says itself. */
export interface FindingCounts {
  readonly total?: number;
  readonly mustFix?: number;
  readonly shouldFix?: number;
  readonly style?: number;
  readonly codeHealth?: number;
}

/** A reviewer's artifact, whoever wrote it (formats.md 4.4). */
export interface ReviewArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  /** What it said itself, upper case: `PASS`, `NEEDS_FIXES`. */
  readonly word?: string;
  readonly findings: readonly ReportedFinding[];
  /** Whether it has a list of findings at all, be it empty. */
  readonly hasList: boolean;
  readonly perspectives: readonly string[];
  readonly tasks: readonly VerifiedTask[];
  readonly checks: readonly ClaimedCheck[];
  /** Percent. */
  readonly coverage?: number;
  readonly counts: FindingCounts;
  /** Unknown keys with their values. */
  readonly more: Fields;
}

const KNOWN = [
  "agent",
  "story_key",
  "verdict",
  "status",
  "findings",
  "issues",
  "bugs_found",
  "task_verification",
  "checks",
];
const KNOWN_SUMS = ["perspectives", "coverage_percentage", "coverage", "summary"];
const LISTS = ["issues", "findings", "bugs_found"];
/** What makes an object the part of one reviewer in a review of several. */
const PARTS = [...LISTS, "task_verification", "checks"];

/** Whether an artifact whose name does not say it is a reviewer's. */
export const looksLikeReview = (fields: Fields): boolean =>
  ["issues", "verdict", "findings", "task_verification", "bugs_found"].some((name) => Object.hasOwn(fields, name));

/** Reads a reviewer's artifact in any of its forms, those of several reviewers in one included. Never throws. */
export const readReview = (fields: Fields): ReviewArtifact => {
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const part = fieldsOf(value);
    return part !== undefined && PARTS.some((each) => Object.hasOwn(part, each)) ? [{ name, part }] : [];
  });
  const all: readonly { name?: string; part: Fields }[] = [{ part: fields }, ...parts];
  const checks = all.flatMap(({ part }) => readChecks(part.checks));
  const named = wordsOf(fields.perspectives);
  return present({
    agent: wordOf(fields.agent),
    storyKey: wordOf(fields.story_key),
    word: enumOf(fields.verdict) ?? statusWord(fields.status),
    hasList: all.some(({ part }) =>
      LISTS.some((name) => fieldsOf(part[name]) !== undefined || Array.isArray(part[name])),
    ),
    findings: all.flatMap(({ name, part }) => findingsIn(part, name)),
    perspectives: named.length > 0 ? named : parts.map(({ name }) => name),
    tasks: all.flatMap(({ part }) => objectsOf(part.task_verification).flatMap((task) => readTask(task) ?? [])),
    checks: checks.map(({ check }) => check),
    coverage:
      percentOf(fields.coverage_percentage) ??
      percentOf(fields.coverage) ??
      checks.find(({ coverage }) => coverage !== undefined)?.coverage,
    counts: readCounts(fieldsOf(fields.summary) ?? {}),
    more: othersOf(fields, [...KNOWN, ...KNOWN_SUMS, ...parts.map(({ name }) => name)]),
  });
};

const REFUSED = ["FAIL", "FAILED", "BLOCKED", "ERROR", "REJECTED", "NEEDS_FIXES", "NEEDS_IMPROVEMENT"];

/** A `status` may also say that the reviewing is done, which is no verdict. */
const statusWord = (status: unknown): string | undefined => {
  const word = enumOf(status);
  return word !== undefined && (PASSED.includes(word) || REFUSED.includes(word)) ? word : undefined;
};

const PASSED = ["PASS", "PASSED", "APPROVED", "APPROVE", "IMPLEMENTED", "SUCCESS", "OK"];

/**
 * What a review comes to: changes where it says so, where a finding is critical or high (or only counted as MUST_FIX), or where a task is not
 * implemented; approved where it says so or lists its findings and none of them is. Undefined where it says nothing
 * clear: approval is never guessed. A task that is not implemented is a finding, too.
 */
export const verdictOf = (review: ReviewArtifact): Verdict | undefined => {
  const findings = [...review.findings, ...review.tasks.flatMap(toFinding)];
  const hasMustFix = (review.counts.mustFix ?? 0) > 0 && review.findings.length === 0;
  if (hasMustFix || findings.some(({ severity }) => isBlocking(severity, "high"))) {
    return { verdict: "changes", findings };
  }
  if (review.word !== undefined) return { verdict: PASSED.includes(review.word) ? "approved" : "changes", findings };
  const hasSpoken = review.hasList || review.tasks.some(({ isImplemented }) => isImplemented === true);
  return hasSpoken ? { verdict: "approved", findings } : undefined;
};

/** Whether a review says anything at all. */
export const hasContent = (review: ReviewArtifact): boolean =>
  review.word !== undefined || review.hasList || review.tasks.length > 0 || Object.values(review.counts).length > 0;

/**
 * Writes a review in the shape of Pantheon's JSON Schema, with the verdict of its prompts and a line feed at the end.
 * `level` is our exact severity; the counts are made anew. A finding without a file has an empty one, as the schema asks for one.
 */
export const writeReview = (review: ReviewArtifact): string => {
  const count = (name: string): number =>
    review.findings.filter(({ severity }) => classForSeverity(severity) === name).length;
  return toJson({
    agent: review.agent,
    story_key: review.storyKey,
    verdict: review.word,
    perspectives: review.perspectives,
    findings: review.findings.map(writeFinding),
    task_verification: review.tasks.map(({ task, isImplemented, evidence, reason }) => ({
      task,
      implemented: isImplemented,
      evidence,
      reason,
    })),
    checks: Object.fromEntries(
      review.checks.map(({ name, hasPassed, total, passing }) => [name, { passed: hasPassed, total, passing }]),
    ),
    coverage_percentage: review.coverage,
    summary: {
      total_findings: review.findings.length,
      must_fix: count("MUST_FIX"),
      should_fix: count("SHOULD_FIX"),
      style: count("STYLE"),
    },
    ...review.more,
  });
};

/** Longest title that Pantheon's JSON Schema takes, in characters. */
const TITLE_LENGTH_MAX = 120;

/** A finding as Pantheon's JSON Schema has it. */
const writeFinding = (finding: ReportedFinding, i: number): object => ({
  id: finding.id ?? `F-${i + 1}`,
  // The schema knows no CODE_HEALTH: it is of the lightest class there.
  severity: classForSeverity(finding.severity),
  level: finding.severity,
  title: [...finding.title].slice(0, TITLE_LENGTH_MAX).join(""),
  file: finding.file ?? "",
  line: finding.line,
  description: finding.detail ?? finding.title,
  suggested_fix: finding.fix,
  category: finding.category,
  reviewer: finding.reviewer,
});

const findingsIn = (part: Fields, reviewer: string | undefined): readonly ReportedFinding[] => [
  ...LISTS.flatMap((name) => readFindings(part[name], { reviewer })),
];

const readTask = (fields: Fields): VerifiedTask | undefined => {
  const task = firstWord(fields, "task", "name", "description");
  if (task === undefined) return undefined;
  const verdict = enumOf(fields.verdict);
  const places = objectsOf(fields.evidence).flatMap((each) => {
    const file = firstWord(each, "file", "path");
    const lines = firstWord(each, "lines", "line");
    return file === undefined ? [] : [lines === undefined ? file : `${file}:${lines}`];
  });
  return present({
    task,
    isImplemented: booleanOf(fields.implemented) ?? (verdict === undefined ? undefined : PASSED.includes(verdict)),
    evidence: places.length > 0 ? places : wordsOf(fields.evidence),
    reason: firstText(fields, "reason"),
  });
};

const toFinding = ({ task, isImplemented, evidence, reason }: VerifiedTask): readonly ReportedFinding[] =>
  isImplemented === false
    ? [
        {
          severity: "critical",
          title: `not implemented: ${task}`,
          ...placeOf(evidence[0], undefined),
          ...present({ detail: reason }),
        },
      ]
    : [];

const readChecks = (value: unknown): readonly { check: ClaimedCheck; coverage: number | undefined }[] =>
  Object.entries(fieldsOf(value) ?? {})
    .slice(0, CHECKS_MAX)
    .map(([name, each]) => {
      const fields = fieldsOf(each) ?? { passed: each };
      return {
        check: present({
          name,
          hasPassed: booleanOf(fields.passed),
          total: countOf(fields.total),
          passing: countOf(fields.passing),
        }),
        coverage: percentOf(fields.coverage),
      };
    });

/** Checks that are read of one reviewer. */
const CHECKS_MAX = 50;

/** Counts of a summary, with or without `_count` (formats.md, contradiction 5). */
export const readCounts = (fields: Fields): FindingCounts =>
  present({
    total: firstCount(fields, "total_issues", "total_findings", "total_reviewed", "total"),
    mustFix: firstCount(fields, "must_fix", "must_fix_count", "high_issues", "blocks"),
    shouldFix: firstCount(fields, "should_fix", "should_fix_count", "medium_issues", "warns", "warnings"),
    style: firstCount(fields, "style", "style_count", "low_issues"),
    codeHealth: firstCount(fields, "code_health", "code_health_count"),
  });
