import { isBlocking, type Severity, type Verdict } from "../../model/review.ts";
import {
  booleanOf,
  enumOf,
  type Fields,
  fieldsOf,
  firstText,
  firstWord,
  listOf,
  othersOf,
  present,
  wordOf,
} from "./fields.ts";
import { toJson } from "./progress.ts";
import { findingOf, type ReportedFinding } from "./reported-finding.ts";
import { type FindingCounts, type ReviewArtifact, readCounts } from "./review.ts";
import { classForSeverity, classOf, severityOf } from "./severity.ts";

/** A reviewer's finding after triage. */
export interface TriagedFinding extends ReportedFinding {
  /** What the assessor made of it, upper case: `UPHELD`, `DISMISSED`. */
  readonly judgment?: string;
  readonly originalSeverity?: Severity;
  /** Why it was kept, raised, lowered or dismissed. */
  readonly reason?: string;
  readonly isQuickFix?: boolean;
  /** The number of the finding that this one repeats. */
  readonly duplicateOf?: string;
  /** Dismissed, or a duplicate: not for anyone to repair. */
  readonly isDismissed: boolean;
}

/** `{key}-themis.json` in any of its three shapes (formats.md 4.4). */
export interface ThemisArtifact {
  readonly agent?: string;
  readonly storyKey?: string;
  readonly complexity?: string;
  readonly findings: readonly TriagedFinding[];
  readonly counts: FindingCounts;
  /** Whether there is a list at all, be it empty: triage of nothing is triage. */
  readonly hasTriage: boolean;
  /** Unknown keys with their values. */
  readonly more: Fields;
}

const KNOWN = ["agent", "story_key", "complexity_tier", "triage", "triaged_findings", "summary"];

/** Reads an assessor's artifact. Never throws. */
export const readThemis = (fields: Fields): ThemisArtifact => {
  const list = fields.triaged_findings ?? fields.triage;
  return present({
    agent: wordOf(fields.agent),
    storyKey: wordOf(fields.story_key),
    complexity: wordOf(fields.complexity_tier),
    findings: itemsOf(list).map(readTriaged),
    counts: readCounts(fieldsOf(fields.summary) ?? {}),
    hasTriage: Array.isArray(list) || fieldsOf(list) !== undefined,
    more: othersOf(fields, KNOWN),
  });
};

/**
 * The triage with what the reviewers said of each finding: the third shape names findings by number and reviewer only.
 * What the triage says itself stays.
 */
export const joinTriage = (themis: ThemisArtifact, reviews: readonly ReviewArtifact[]): ThemisArtifact => {
  const reported = reviews.flatMap(({ agent, findings }) =>
    findings.map((finding) => ({ ...present({ reviewer: agent }), ...finding })),
  );
  const findings = themis.findings.map((finding) => {
    if (finding.id === undefined || finding.title !== finding.id) return finding;
    const same = reported.filter(({ id }) => id === finding.id);
    const known =
      same.find(({ reviewer }) => reviewer === finding.reviewer) ?? (same.length === 1 ? same[0] : undefined);
    return known === undefined ? finding : { ...known, ...finding, title: known.title };
  });
  return { ...themis, findings };
};

/** What is left to do after triage: changes where something is critical or high. Undefined where there is no triage. */
export const triageVerdict = (themis: ThemisArtifact): Verdict | undefined => {
  if (!themis.hasTriage) return undefined;
  const findings = themis.findings.filter(({ isDismissed }) => !isDismissed);
  const mustFix = findings.some(({ severity }) => isBlocking(severity, "high"));
  return { verdict: mustFix ? "changes" : "approved", findings };
};

/** Writes a triage in the shape of Pantheon's JSON Schema, with what each finding says itself and a line feed at the end. */
export const writeThemis = (themis: ThemisArtifact): string => {
  const left = themis.findings.filter(({ isDismissed }) => !isDismissed);
  const count = (name: string): number => left.filter(({ severity }) => classForSeverity(severity) === name).length;
  return toJson({
    agent: "themis",
    story_key: themis.storyKey,
    complexity_tier: themis.complexity,
    triaged_findings: themis.findings.map(writeTriaged),
    summary: {
      must_fix_count: count("MUST_FIX"),
      should_fix_count: count("SHOULD_FIX"),
      style_count: count("STYLE"),
      dismissed_count: themis.findings.length - left.length,
      duplicates_merged: themis.findings.filter(({ duplicateOf }) => duplicateOf !== undefined).length,
    },
    ...themis.more,
  });
};

const writeTriaged = (finding: TriagedFinding, i: number): object => ({
  original_id: finding.id ?? `F-${i + 1}`,
  original_agent: finding.reviewer ?? "reviewer",
  original_severity: finding.originalSeverity === undefined ? undefined : classForSeverity(finding.originalSeverity),
  original_level: finding.originalSeverity,
  final_severity:
    finding.isDismissed && finding.duplicateOf === undefined ? "DISMISSED" : classForSeverity(finding.severity),
  level: finding.severity,
  judgment: finding.judgment,
  triage_reason: finding.reason ?? "",
  quick_fix: finding.isQuickFix,
  duplicate_of: finding.duplicateOf,
  title: finding.title,
  file: finding.file,
  line: finding.line,
  description: finding.detail,
  suggested_fix: finding.fix,
  category: finding.category,
});

/** An item of the first shape (`issue`, `judgment`) or the third (`original_id`, `final_severity`). */
const readTriaged = (fields: Fields): TriagedFinding => {
  const issue = fieldsOf(fields.issue);
  const final = fields.final_severity ?? fields.new_classification ?? fields.original_classification ?? fields.severity;
  const id = firstWord(fields, "original_id", "id");
  const finding = findingOf({
    ...issue,
    ...fields,
    id,
    severity: isDismissal(enumOf(final))
      ? (fields.original_severity ?? fields.original_classification ?? "LOW")
      : final,
    title: wordOf(fields.title) ?? wordOf(issue?.title ?? issue?.issue ?? fields.issue) ?? id,
    // What the assessor says of it is the reason, not the finding.
    justification: undefined,
    reasoning: undefined,
  });
  return addTriage(finding, fields);
};

const addTriage = (finding: ReportedFinding, fields: Fields): TriagedFinding => {
  const judgment = enumOf(fields.judgment);
  const duplicateOf = wordOf(fields.duplicate_of);
  const dismissals = [judgment, enumOf(fields.final_severity), enumOf(fields.new_classification)];
  const original = fields.original_severity ?? fields.original_classification;
  const exact = severityOf(fields.original_level);
  return {
    ...finding,
    ...present({
      judgment,
      originalSeverity:
        exact !== undefined && classOf(original) === classForSeverity(exact) ? exact : severityOf(original),
      reason: firstText(fields, "triage_reason", "justification", "reasoning", "downgrade_reason"),
      isQuickFix: booleanOf(fields.quick_fix),
      duplicateOf,
    }),
    isDismissed: duplicateOf !== undefined || dismissals.some(isDismissal),
  };
};

/** The items of the first and the third shape, and of the second one (`{must_fix: [...]}`) with the class they stand under. */
const itemsOf = (list: unknown): readonly Fields[] => {
  if (Array.isArray(list)) return listOf(list).map((item) => fieldsOf(item) ?? { issue: item });
  return Object.entries(fieldsOf(list) ?? {}).flatMap(([name, items]) =>
    severityOf(name) !== undefined || isDismissal(enumOf(name))
      ? listOf(items).map((item) => ({ ...(fieldsOf(item) ?? { issue: item }), new_classification: name }))
      : [],
  );
};

const isDismissal = (word: string | undefined): boolean => word === "DISMISSED" || word === "REJECTED";
