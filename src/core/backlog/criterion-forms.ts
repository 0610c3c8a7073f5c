import type { MarkdownLine } from "./markdown-lines.ts";

/** A way in which stories write their acceptance criteria. */
export interface CriterionForm {
  /** Whether a criterion begins with the line. */
  readonly begins: (line: MarkdownLine) => boolean;
  readonly isHeading?: true;
  /** Gherkin in a fence: counts only where nothing outside of fences does. */
  readonly isCode?: true;
  /** Begins with a scenario's first step. */
  readonly isScenario?: true;
}

const GIVEN =
  /^\s*(?:[-*+]\s+)?(?:\[.\]\s+)?[*_`]{0,2}(?:(?:given|étant donné|etant donne|soit|dato|dati|gegeben|angenommen|dado|дано)(?!\p{L})|假设|假如|给定)/iu;
const SCENARIO =
  /^\s*(?:[-*+]\s+)?[*_`]{0,2}(?:(?:scenario|scénario|szenario|escenario|cenário|сценарий)(?!\p{L})|场景)[^:：]{0,80}[:：]/iu;

/** Whether a line is the first step of a scenario, in one of the languages that stories are written in. */
export const isGiven = (text: string): boolean => GIVEN.test(text);

const inText =
  (pattern: RegExp) =>
  (line: MarkdownLine): boolean =>
    line.kind === "text" && pattern.test(line.text);

/** The forms of formats.md 2.2, the more telling ones first. */
export const CRITERION_FORMS: readonly CriterionForm[] = [
  {
    begins: (line) =>
      line.kind === "heading" &&
      /^#+\s*\**(?:AC(?:s\b|[\s\d#-])|\d+[.:)]|criterion|criteria|scenario|scénario|场景)/iu.test(line.text.trim()),
    isHeading: true,
  },
  { begins: inText(/^\s*\d+[.)]\s/) },
  { begins: inText(/^\s*(?:[-*+]\s+)?(?:\[.\]\s+)?[*_`]{1,2}\s*AC[\s#-]*(?:[A-Z]{1,8}-)?[\d.]+/i) },
  { begins: inText(SCENARIO) },
  { begins: inText(GIVEN), isScenario: true },
  { begins: inText(/^\s*[-*+]\s/) },
  { begins: inText(/^\s*\|(?!\s*:?-)/) },
  { begins: (line) => line.kind === "code" && SCENARIO.test(line.text), isCode: true },
  { begins: (line) => line.kind === "code" && GIVEN.test(line.text), isCode: true, isScenario: true },
];
