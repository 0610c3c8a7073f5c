import type { Severity } from "../../model/review.ts";
import { enumOf } from "./fields.ts";

/** Pantheon's classes of findings. */
export type FindingClass = "MUST_FIX" | "SHOULD_FIX" | "CODE_HEALTH" | "STYLE";

/**
 * Pantheon's words as our severities. MUST_FIX and BLOCK are critical, so that they block however `review.blocking` is
 * set; SHOULD_FIX and WARN are medium, which the default of `high` lets pass to the deferred work, as Pantheon does.
 */
const SEVERITIES: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ["MUST_FIX", "critical"],
  ["CRITICAL", "critical"],
  ["BLOCK", "critical"],
  ["BLOCKER", "critical"],
  ["BLOCKING", "critical"],
  ["HIGH", "high"],
  ["MAJOR", "high"],
  ["ERROR", "high"],
  ["SHOULD_FIX", "medium"],
  ["MEDIUM", "medium"],
  ["MODERATE", "medium"],
  ["WARN", "medium"],
  ["WARNING", "medium"],
  ["CODE_HEALTH", "low"],
  ["STYLE", "low"],
  ["LOW", "low"],
  ["MINOR", "low"],
  ["INFO", "low"],
  ["NIT", "low"],
]);

/** The severity that a word stands for; undefined for a word that is none of ours or Pantheon's. */
export const severityOf = (value: unknown): Severity | undefined => SEVERITIES.get(enumOf(value) ?? "");

/** The class that a word names itself. */
export const classOf = (value: unknown): FindingClass | undefined => {
  const word = enumOf(value);
  return word === "MUST_FIX" || word === "SHOULD_FIX" || word === "CODE_HEALTH" || word === "STYLE" ? word : undefined;
};

const CLASSES: Readonly<Record<Severity, FindingClass>> = {
  critical: "MUST_FIX",
  high: "MUST_FIX",
  medium: "SHOULD_FIX",
  low: "STYLE",
};

/** The class under which storyboard writes a severity. */
export const classForSeverity = (severity: Severity): FindingClass => CLASSES[severity];
