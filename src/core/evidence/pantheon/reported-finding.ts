import type { Finding, Severity } from "../../model/review.ts";
import { type Fields, fieldsOf, firstText, firstWord, listOf, numberOf, present, wordOf } from "./fields.ts";
import { classForSeverity, classOf, severityOf } from "./severity.ts";

/** A finding as an artifact reports it: ours, and what Pantheon says besides. */
export interface ReportedFinding extends Finding {
  /** Its number in the artifact: `SEC-001`, `MF-1`. */
  readonly id?: string;
  /** Who found it. */
  readonly reviewer?: string;
  readonly category?: string;
  /** What is proposed. */
  readonly fix?: string;
}

/** What is known of a finding from where it stands: its reviewer, or the class that a list is named after. */
interface Surroundings {
  readonly reviewer?: string | undefined;
  readonly severity?: string | undefined;
}

/** What a finding without a title is called. */
const UNTITLED = "a finding without a title";

/**
 * The findings of a list, of an object of lists by class (`{must_fix: [...]}`), or none where the value is neither.
 * An item may be an object or a text; a severity that is not known counts as high.
 */
export const readFindings = (value: unknown, around: Surroundings = {}): readonly ReportedFinding[] => {
  if (Array.isArray(value)) return listOf(value).flatMap((item) => readFinding(item, around) ?? []);
  return Object.entries(fieldsOf(value) ?? {}).flatMap(([name, list]) =>
    Array.isArray(list) && severityOf(name) !== undefined ? readFindings(list, { ...around, severity: name }) : [],
  );
};

/** The file and line of a place: `src/a.ts:45`, `src/a.ts:15-67`, or the path alone with the line given apart. */
export const placeOf = (place: unknown, line: unknown): { readonly file?: string; readonly line?: number } => {
  const word = wordOf(place);
  const joined = /^(.+?):(\d{1,9})(?:[-–:]\d{1,9})?$/.exec(word ?? "");
  const given = numberOf(line) ?? numberOf(joined?.[2]);
  return present({
    file: joined?.[1] ?? word,
    line: given !== undefined && given >= 1 && Number.isSafeInteger(Math.floor(given)) ? Math.floor(given) : undefined,
  });
};

const readFinding = (item: unknown, around: Surroundings): ReportedFinding | undefined => {
  const fields = fieldsOf(item);
  return fields === undefined ? readText(item, around) : findingOf(fields, around);
};

/** The finding that an object states, in whichever of the shapes' words. */
export const findingOf = (fields: Fields, around: Surroundings = {}): ReportedFinding => {
  const title = firstWord(fields, "title", "issue", "name", "rule", "summary", "message", "problem", "task", "bug");
  const detail = firstText(fields, "description", "detail", "details", "reasoning", "explanation", "justification");
  const said = fields.severity ?? fields.classification ?? fields.new_classification ?? fields.class ?? around.severity;
  return {
    severity: gradeOf(said, fields.level),
    title: title ?? wordOf(detail) ?? UNTITLED,
    ...placeOf(
      fields.file ?? fields.location ?? fields.path ?? firstItem(fields.locations),
      fields.line ?? fields.lines,
    ),
    ...present({
      // Written twice where a shape asks for both and there is only one.
      detail: title === undefined || detail === title ? undefined : detail,
      id: wordOf(fields.id),
      reviewer: firstWord(fields, "reviewer", "source_agent", "agent", "original_agent") ?? around.reviewer,
      category: wordOf(fields.category),
      fix: firstText(fields, "suggested_fix", "recommendation", "fix"),
    }),
  };
};

/** `MUST_FIX: no label on the trigger (src/a.tsx:12)`. */
const readText = (item: unknown, around: Surroundings): ReportedFinding | undefined => {
  const text = wordOf(item);
  if (text === undefined) return undefined;
  const graded = /^\W{0,3}(\w[\w -]{1,14}?)\W{0,3}(?::|—|–| - )\s*(\S.*)$/.exec(text);
  const isGraded = severityOf(graded?.[1]) !== undefined;
  const said = isGraded ? graded?.[1] : around.severity;
  const title = isGraded ? (graded?.[2] ?? text) : text;
  const cited = /[([]\s*([^\s()[\]]+:\d+(?:-\d+)?)\s*[)\]]\s*$/.exec(title);
  return {
    severity: gradeOf(said, undefined),
    title,
    ...placeOf(cited?.[1], undefined),
    ...present({ reviewer: around.reviewer }),
  };
};

/** The severity of a word; `level` (which storyboard writes) says more exactly which one of its class it is. */
const gradeOf = (said: unknown, level: unknown): Severity => {
  const severity = severityOf(said) ?? "high";
  const exact = severityOf(level);
  const isRefined = exact !== undefined && classOf(said) === classForSeverity(exact);
  return isRefined ? exact : severity;
};

const firstItem = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);
