import { plainLine, plainText } from "../../model/plain-text.ts";
import { type BuildClaim, type Finding, type Severity, severityNamed, type Verdict } from "../../model/review.ts";
import { readCriterionClaims } from "./criterion-claims.ts";
import { lastJsonBlock } from "./json-block.ts";

const FINDINGS_MAX = 200;
const FILES_MAX = 1_000;
const TITLE_LENGTH_MAX = 300;
const DETAIL_LENGTH_MAX = 4_000;

/**
 * The verdict of a reviewer's last fenced json block, or undefined where there is none that is whole and says
 * clearly which one it is: approval is never guessed. A severity that we do not know counts as high.
 */
export const readVerdict = (text: string): Verdict | undefined => {
  const block = lastJsonBlock(text);
  const verdict = verdictWord(block?.verdict);
  const findings = block?.findings ?? [];
  if (verdict === undefined || !Array.isArray(findings)) return undefined;
  return { verdict, findings: findings.slice(0, FINDINGS_MAX).map(readFinding) };
};

/** What the builder's last fenced json block says about its work, or undefined where it says nothing of the kind. */
export const readBuildClaim = (text: string): BuildClaim | undefined => {
  const block = lastJsonBlock(text);
  if (block === undefined || !["files", "tests_added", "coverage", "criteria"].some((name) => name in block))
    return undefined;
  const files = Array.isArray(block.files) ? block.files.slice(0, FILES_MAX).flatMap(readFile) : [];
  const testsAdded = countOf(block.tests_added);
  const coverage = typeof block.coverage === "number" ? `${block.coverage}%` : wordOf(block.coverage);
  const criteria = readCriterionClaims(block.criteria);
  return {
    files,
    ...(testsAdded === undefined ? {} : { testsAdded }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(criteria.length === 0 ? {} : { criteria }),
  };
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Agents write the same word in many ways. */
const normalWordOf = (value: unknown): string =>
  typeof value === "string"
    ? value
        .trim()
        .toLowerCase()
        .replaceAll(/[\s_-]+/g, " ")
    : "";

const verdictWord = (value: unknown): Verdict["verdict"] | undefined => {
  const word = normalWordOf(value);
  if (word === "approved" || word === "approve") return "approved";
  const changes = ["changes", "changes requested", "changes required", "request changes", "needs changes", "rejected"];
  return changes.includes(word) ? "changes" : undefined;
};

const readFinding = (value: unknown): Finding => {
  if (!isFields(value)) return { severity: "high", title: titleOf(value) };
  const place = placeOf(value.file ?? value.path, value.line);
  const detail = value.detail ?? value.description ?? value.details;
  return {
    severity: severityOf(value.severity),
    title: titleOf(value.title ?? value.summary ?? value.message ?? detail),
    ...place,
    ...(typeof detail === "string" ? { detail: plainText(detail).slice(0, DETAIL_LENGTH_MAX) } : {}),
  };
};

const severityOf = (value: unknown): Severity => severityNamed(normalWordOf(value)) ?? "high";

const titleOf = (value: unknown): string => {
  const title = typeof value === "string" ? plainLine(value).slice(0, TITLE_LENGTH_MAX) : "";
  return title || "a finding without a title";
};

/** A place may come as `file` and `line`, or as one text `src/a.ts:12`. */
const placeOf = (file: unknown, line: unknown): { file?: string; line?: number } => {
  const text = wordOf(file);
  if (text === undefined) return {};
  const joined = /^(.*?):(\d+)(?:[:-]\d+)?$/.exec(text);
  const number = countOf(line) ?? countOf(joined?.[2]);
  return { file: joined?.[1] ?? text, ...(number === undefined || number === 0 ? {} : { line: number }) };
};

const readFile = (value: unknown): BuildClaim["files"] => {
  if (typeof value === "string") return readFile({ path: value });
  const path = isFields(value) ? wordOf(value.path ?? value.file) : undefined;
  if (!isFields(value) || path === undefined) return [];
  const lines = typeof value.lines === "number" ? String(value.lines) : wordOf(value.lines);
  const why = wordOf(value.why);
  return [{ path, ...(lines === undefined ? {} : { lines }), ...(why === undefined ? {} : { why }) }];
};

const wordOf = (value: unknown): string | undefined => {
  const word = typeof value === "string" ? plainLine(value).slice(0, TITLE_LENGTH_MAX) : "";
  return word === "" ? undefined : word;
};

/** A whole number from a number or from a text that starts with one, as in `12-15`. */
const countOf = (value: unknown): number | undefined => {
  const number = typeof value === "string" ? Number.parseInt(value, 10) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};
