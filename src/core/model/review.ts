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
}

const ORDER: readonly Severity[] = ["low", "medium", "high", "critical"];

/** Whether `severity` is at or above `threshold`. */
export const isBlocking = (severity: Severity, threshold: Severity): boolean =>
  ORDER.indexOf(severity) >= ORDER.indexOf(threshold);

/** The identity of a finding, for deduplication across turns and in deferred-work.md. */
export const findingIdentity = (finding: Finding): string =>
  `${finding.file ?? ""}\u0000${finding.title.trim().toLowerCase().replaceAll(/\s+/g, " ")}`;
