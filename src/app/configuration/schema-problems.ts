import type { z } from "zod";
import { nearestName } from "../../core/model/nearest-name.ts";
import { knownKeys } from "./json-schema.ts";
import { type Settings, settingAt } from "./layer.ts";
import type { SettingPath, SettingProblem } from "./problem.ts";
import { shownValue } from "./shown-value.ts";

type Issue = z.core.$ZodIssue;

/** What the schema found, in words for a person: what was given and what is allowed. */
export const schemaProblems = (issues: readonly Issue[], settings: Settings): SettingProblem[] =>
  issues.flatMap((issue) => problemsOf(issue, [], settings));

const problemsOf = (issue: Issue, above: SettingPath, settings: Settings): SettingProblem[] => {
  const path = [...above, ...(issue.path as SettingPath)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key]));
    case "invalid_union": {
      const meant = meantBranch(issue.errors);
      if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, path, settings));
      const allowed = issue.errors.flatMap((branch) => branch.map(allowedBy));
      return [{ path, text: mismatch([...new Set(allowed)].join(" or "), settingAt(settings, path)) }];
    }
    case "invalid_key":
      return [{ path, text: "a name must not be empty", isKey: true }];
    case "custom":
      return [{ path, text: issue.message }];
    default:
      return [{ path, text: mismatch(allowedBy(issue), settingAt(settings, path)) }];
  }
};

const unknownKey = (path: readonly (string | number)[]): SettingProblem => {
  const known = knownKeys(path.slice(0, -1));
  const nearest = nearestName(String(path.at(-1)), known);
  const help = nearest === undefined ? `; known here: ${known.join(", ")}` : `; did you mean ${nearest}?`;
  return { path, text: `is not a known setting${help}`, isKey: true };
};

/** The alternative whose kind fits what was given, so that its own complaint is the one that helps. */
const meantBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches.find((branch) => branch.every((issue) => issue.path.length > 0 || !KIND_CODES.has(issue.code)));

const KIND_CODES = new Set(["invalid_type", "invalid_value"]);

const mismatch = (allowed: string, given: unknown): string =>
  given === undefined ? `is missing; it must be ${allowed}` : `must be ${allowed}, not ${shownValue(given)}`;

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a section (key: value)",
  record: "a section (key: value)",
  null: "null",
};

const allowedBy = (issue: Issue): string => {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values
        .map(String)
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1");
    case "too_small":
      if (issue.origin !== "number" && issue.origin !== "int") return "something, not empty";
      return issue.inclusive ? `at least ${issue.minimum}` : `more than ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_format":
      return `like ${String(issue.pattern ?? issue.format)}`;
    case "invalid_union":
      return issue.errors.flatMap((branch) => branch.map(allowedBy)).join(" or ");
    default:
      return issue.message;
  }
};
