import { type AcceptanceCriterion, criterionId } from "../model/criteria.ts";
import { CRITERION_FORMS, type CriterionForm, isGiven } from "./criterion-forms.ts";
import type { MarkdownLine } from "./markdown-lines.ts";
import { isReview } from "./story-sections.ts";

/** Most acceptance criteria that are kept of a story file, and the longest one in characters. */
const CRITERIA_MAX = 200;
const CRITERION_LENGTH_MAX = 4000;
/** Longest id that is taken from a story, in characters. */
const ID_LENGTH_MAX = 24;

const SECTION =
  /^(?:acceptance criteria|acceptance criterion|acs?|crit[eè]res d['’]acceptation|criteri di accettazione|criterios de aceptaci[oó]n|crit[eé]rios de aceita[cç][aã]o|akzeptanzkriterien|验收标准|验收条件|критерии при[её]мки)(?:\s*[(（].*)?$/u;

/**
 * The acceptance criteria of a story file: numbered, labelled (`**AC1:**`, `### AC1`), bulleted, Given/When/Then (one
 * scenario is one criterion) or in a table (formats.md 2.2). A section in none of these forms is one criterion. Multi-line
 * ones keep their line breaks. What is nested below a criterion belongs to it: rows are what the author numbered. An id is
 * the story's own number; where two would have the same one, all are counted from 1.
 */
export const readCriteria = (lines: readonly MarkdownLine[]): readonly AcceptanceCriterion[] => {
  const section = firstSection(lines).filter((line, i, all) => !isTableHead(line, all[i + 1]));
  if (section.every((line) => line.text.trim() === "")) return [];
  const items = split(section)
    .map((item) => ({ label: labelOf(item[0] ?? ""), text: textOf(item) }))
    .filter(({ text }) => text !== "")
    .slice(0, CRITERIA_MAX);
  return withIds(items);
};

/** The first section with something in it; later ones are mostly a review's. */
const firstSection = (lines: readonly MarkdownLine[]): MarkdownLine[] => {
  const sections = new Map<unknown, MarkdownLine[]>();
  for (const line of lines) {
    const heading = headingOf(line);
    if (heading === undefined) continue;
    const known = sections.get(heading);
    if (known === undefined) sections.set(heading, [line]);
    else known.push(line);
  }
  return [...sections.values()].find((section) => section.some(({ text }) => text.trim() !== "")) ?? [];
};

/** The heading of the criteria that the line is under. */
const headingOf = (line: MarkdownLine): unknown => {
  if (line.kind === "comment" || line.kind === "frontmatter" || isReview(line)) return undefined;
  const at = line.path.findIndex(({ level, plain }) => level > 1 && SECTION.test(plain));
  // The section's own heading is no criterion.
  return at === -1 || (line.kind === "heading" && at === line.path.length - 1) ? undefined : line.path[at];
};

/** What comes before the first criterion is an introduction; a heading between two groups belongs to neither. */
const split = (section: readonly MarkdownLine[]): string[][] => {
  const form = formOf(section);
  if (form === undefined) return [section.filter((line) => !isFence(line)).map((line) => line.text)];
  const depth = indentOf(section.find(form.begins)?.text ?? "");
  const items: string[][] = [];
  for (const line of section) {
    const begins = form.begins(line) && indentOf(line.text) <= depth && !goesOn(form, line, items.at(-1));
    if (begins) items.push([line.text]);
    else if (line.kind !== "heading" && !isFence(line)) items.at(-1)?.push(line.text);
  }
  return items;
};

/** The form that begins first; of two that begin in the same line the more telling one. Headings count wherever they are. */
const formOf = (section: readonly MarkdownLine[]): CriterionForm | undefined => {
  const found = CRITERION_FORMS.map((form) => ({ form, at: section.findIndex(form.begins) })).filter(
    ({ at }) => at !== -1,
  );
  const heading = found.find(({ form }) => form.isHeading);
  const inText = found.filter(({ form }) => !form.isCode);
  const candidates = inText.length > 0 ? inText : found;
  return (heading ?? candidates.toSorted((a, b) => a.at - b.at)[0])?.form;
};

/** A second "Given" before any other step is a part of the same scenario. */
const goesOn = (form: CriterionForm, line: MarkdownLine, item: readonly string[] | undefined): boolean =>
  form.isScenario === true && isGiven(line.text) && item?.every((text) => text.trim() === "" || isGiven(text)) === true;

const indentOf = (text: string): number => text.length - text.trimStart().length;

const isFence = (line: MarkdownLine): boolean => line.kind === "code" && /^\s*(?:`{3,}|~{3,})/.test(line.text);

const isTableHead = (line: MarkdownLine, next: MarkdownLine | undefined): boolean =>
  isTableRule(line) || (next !== undefined && isTableRule(next));

const isTableRule = (line: MarkdownLine): boolean => /^\s*\|[\s|:-]+\|\s*$/.test(line.text);

const textOf = (item: readonly string[]): string =>
  withoutBars(
    withoutRules(item)
      .join("\n")
      .trim()
      .replace(/^(?:#+\s+|\d+[.)]\s+|[-*+]\s+)(?:\[.\]\s+)?/u, ""),
  )
    .trim()
    .slice(0, CRITERION_LENGTH_MAX);

const RULE = /^\s*(?:-{3,}\s*)?$/;

/** Without the rules and empty lines that separate a criterion from what comes next; its own first line stays. */
const withoutRules = (item: readonly string[]): readonly string[] =>
  item.slice(0, 1 + item.findLastIndex((line, i) => i === 0 || !RULE.test(line)));

/** The cells of a table's row. */
const withoutBars = (text: string): string =>
  text.length > 1 && text.startsWith("|") && text.endsWith("|") && !text.includes("\n") ? text.slice(1, -1) : text;

const LABELS: readonly RegExp[] = [
  /^AC[\s#-]*((?:[A-Z]{1,8}-)?\d{1,6}(?:\.\d{1,6})*[a-z]?)(?![\w.]*\w)/i,
  /^(?:criterion|scenario)\s+#?(\d{1,6}(?:\.\d{1,6})*)(?!\w)/i,
  /^([A-Z]{1,8}-?\d{1,6}(?:\.\d{1,6})*)\s*(?:[:：|)—–]|-\s)/,
  /^(\d{1,6}(?:\.\d{1,6})+)\s*(?:[:：|.)—–]|-\s|\s)/,
  /^(\d{1,6})\s*[:：|.)]/,
];

/** The number that a criterion's first line gives it: of its label, else of the list. */
const labelOf = (line: string): string | undefined => {
  const bare = line.replaceAll(/[*_`]/g, "").replace(/^\s*(?:#+\s*|\|\s*|[-+]\s+)?(?:\[.\]\s*)?/u, "");
  const inList = /^(\d{1,6})[.)]\s+(?:\[.\]\s*)?(.*)$/u.exec(bare);
  const label = firstOf(inList?.[2] ?? bare) ?? inList?.[1];
  const id = label === undefined ? "" : criterionId(label);
  return id === "" || id.length > ID_LENGTH_MAX ? undefined : id.toUpperCase();
};

const firstOf = (text: string): string | undefined => {
  for (const label of LABELS) {
    const found = label.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
};

const withIds = (
  items: readonly { readonly label: string | undefined; readonly text: string }[],
): AcceptanceCriterion[] => {
  const given = items.map(({ label, text }, i) => ({ id: label ?? String(i + 1), text }));
  const isClear = new Set(given.map(({ id }) => criterionId(id))).size === given.length;
  return isClear ? given : given.map(({ text }, i) => ({ id: String(i + 1), text }));
};
