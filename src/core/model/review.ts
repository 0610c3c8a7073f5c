import type { CriterionClaim } from "./criteria.ts";

export type Severity = "critical" | "high" | "medium" | "low";

/** Something a reviewer found. Its identity is file and title (product.md, Review). */
export interface Finding {
  readonly severity: Severity;
  readonly title: string;
  readonly file?: string;
  readonly line?: number;
  readonly detail?: string;
}

/** What a VERIFY turn ended with. */
export interface Verdict {
  readonly verdict: "approved" | "changes";
  readonly findings: readonly Finding[];
}

/** A file that the work on a story changed, as git has it. */
export interface WorkFile {
  readonly path: string;
  readonly kind: "created" | "modified" | "deleted";
}

/** What the builder says about its own work in its closing block; a claim for the card, never evidence. */
export interface BuildClaim {
  readonly files: readonly { readonly path: string; readonly lines?: string; readonly why?: string }[];
  readonly testsAdded?: number;
  readonly coverage?: string;
  /** Findings of the agent's own reviewers, where it ran its own review. */
  readonly issues?: { readonly found: number; readonly fixed: number };
  /** Rounds of repair after them. */
  readonly iterations?: number;
  /** Which check shows which acceptance criterion; storyboard runs them itself. */
  readonly criteria?: readonly CriterionClaim[];
}

/** Artifacts that are missing or do not hold. */
export interface RejectedArtifacts {
  /** `themis artifact (no ASSESS phase evidence)`; each is among the missing evidence, too. */
  readonly artifacts: readonly string[];
  /** The phases that the agent has to run again, the earliest first. */
  readonly phases: readonly string[];
}

const ORDER: readonly Severity[] = ["low", "medium", "high", "critical"];

/** Whether `severity` is at or above `threshold`. */
export const isBlocking = (severity: Severity, threshold: Severity): boolean =>
  ORDER.indexOf(severity) >= ORDER.indexOf(threshold);

const SEVERITIES: Readonly<Record<Severity, readonly string[]>> = {
  critical: ["critical", "blocker", "blocking", "must fix", "fatal", "p0"],
  high: ["high", "major", "important", "error", "p1"],
  medium: ["medium", "med", "moderate", "warning", "normal", "p2"],
  low: ["low", "minor", "nit", "nitpick", "trivial", "info", "suggestion", "note", "p3"],
};

/** The severity that a word in lower case means, as reviewers write it; undefined for any other word. */
export const severityNamed = (word: string): Severity | undefined =>
  ORDER.find((severity) => SEVERITIES[severity].includes(word));

/** The identity of a finding, for deduplication across turns and in deferred-work.md: its file and its title. */
export const findingIdentity = ({ file = "", title }: Pick<Finding, "file" | "title">): string =>
  `${file.replace(/^(?:\.\/)+/, "")}\u0000${title.trim().toLowerCase().replaceAll(/\s+/g, " ")}`;

/** Findings without doubles; the first of several alike stays. */
export const withoutDoubles = (findings: readonly Finding[]): readonly Finding[] => {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const identity = findingIdentity(finding);
    return !seen.has(identity) && seen.add(identity);
  });
};

/**
 * Whether a reviewer's `file` may be one of `paths` (relative to the repository): it may name a file from the project's
 * folder, absolutely, or by its last segments alone.
 */
export const isAbout = (file: string, paths: readonly string[]): boolean => {
  const named = file.replace(/^(?:\.{0,2}\/)+/, "");
  return paths.some((path) => path === named || path.endsWith(`/${named}`) || named.endsWith(`/${path}`));
};
