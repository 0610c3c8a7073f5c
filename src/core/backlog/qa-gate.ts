import { parse } from "yaml";
import { plainLine, plainText } from "../model/plain-text.ts";
import { type Finding, severityNamed, type Verdict } from "../model/review.ts";

/** Longest gate file that is read, in characters, and most issues of one. */
const GATE_LENGTH_MAX = 256 * 1024;
const ISSUES_MAX = 200;
const TITLE_LENGTH_MAX = 300;

/**
 * The verdict of a gate file of BMAD's test architect (`docs/qa/gates/N.M-slug.yml`, formats.md 2.2), or undefined where it
 * has none. A waiver approves, but whatever it waives stays a finding of its severity. Never throws.
 */
export const readQaGate = (text: string): Verdict | undefined => {
  const gate = parsed(text);
  const word = typeof gate?.gate === "string" ? gate.gate.trim().toUpperCase() : "";
  const issues = Array.isArray(gate?.top_issues) ? gate.top_issues.slice(0, ISSUES_MAX).flatMap(toFinding) : [];
  if (word === "PASS" || word === "WAIVED") return { verdict: "approved", findings: issues };
  if (word !== "CONCERNS" && word !== "FAIL") return undefined;
  const reason = line(gate?.status_reason);
  const whole: readonly Finding[] = reason === "" ? [] : [{ severity: "high", title: reason }];
  // What fails must not pass because all its issues are small.
  const isSevere = issues.some(({ severity }) => severity === "high" || severity === "critical");
  const findings = issues.length === 0 || (word === "FAIL" && !isSevere) ? [...whole, ...issues] : issues;
  return findings.length === 0 ? undefined : { verdict: "changes", findings };
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parsed = (text: string): Fields | undefined => {
  if (text.length > GATE_LENGTH_MAX) return undefined;
  try {
    const value: unknown = parse(text, { maxAliasCount: 0, logLevel: "silent" });
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const line = (value: unknown): string => (typeof value === "string" ? plainLine(value).slice(0, TITLE_LENGTH_MAX) : "");

const toFinding = (value: unknown): readonly Finding[] => {
  if (!isFields(value)) return [];
  const title = line(value.finding) || line(value.id);
  if (title === "") return [];
  const severity = severityNamed(line(value.severity).toLowerCase()) ?? "high";
  const detail = typeof value.suggested_action === "string" ? plainText(value.suggested_action).slice(0, 4_000) : "";
  return [{ severity, title, ...(detail === "" ? {} : { detail }) }];
};
