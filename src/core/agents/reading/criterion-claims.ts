import { CHECK_LENGTH_MAX, CLAIMS_MAX, type CriterionClaim } from "../../model/criteria.ts";
import { plainLine, plainText } from "../../model/plain-text.ts";
import { type Fields, fieldsOf } from "./fields.ts";

const ID_LENGTH_MAX = 80;
const WHY_LENGTH_MAX = 300;

/**
 * The checks that a builder names in its closing block: a list of objects, or an object from ids to checks. The first ones
 * count, up to a limit; what is no claim is left out.
 */
export const readCriterionClaims = (value: unknown): readonly CriterionClaim[] => {
  const written = Array.isArray(value) ? value : Object.entries(fieldsOf(value) ?? {}).map(byId);
  return written.slice(0, CLAIMS_MAX).flatMap(readClaim);
};

const byId = ([id, value]: [string, unknown]): Fields => ({ id, ...(fieldsOf(value) ?? { check: value }) });

const readClaim = (value: unknown): CriterionClaim[] => {
  const fields = fieldsOf(value);
  if (fields === undefined) return [];
  const id = idOf(fields.id ?? fields.criterion ?? fields.ac);
  if (id === "") return [];
  const check = lineOf(fields.check ?? fields.command ?? fields.run ?? fields.gate);
  const why = textOf(fields.why ?? fields.reason ?? fields.note);
  return [{ id, check: isManual(check) ? null : check, ...(why === "" ? {} : { why }) }];
};

const idOf = (value: unknown): string =>
  typeof value === "number" ? String(value) : typeof value === "string" ? plainLine(value).slice(0, ID_LENGTH_MAX) : "";

/** Several lines are one check that needs them all. */
const lineOf = (value: unknown): string => {
  const lines = Array.isArray(value) ? value.filter((line) => typeof line === "string") : [value];
  const checks = lines.map((line) => (typeof line === "string" ? unquoted(plainText(line).trim()) : ""));
  return checks
    .filter((check) => check !== "")
    .join(" && ")
    .slice(0, CHECK_LENGTH_MAX + 1);
};

/** Some put a command into the backticks in which they would show it. */
const unquoted = (text: string): string => /^(`+)([^`]+)\1$/.exec(text)?.[2]?.trim() ?? text;

const MANUAL =
  /^(?:manual(?:ly)?|none|n\/?a|null|not[ _-]checkable|not[ _-]applicable|by hand|visual(?:ly)?|inspection)\.?$/i;

const isManual = (check: string): boolean => check === "" || MANUAL.test(check);

const textOf = (value: unknown): string =>
  typeof value === "string" ? plainLine(value).trim().slice(0, WHY_LENGTH_MAX) : "";
