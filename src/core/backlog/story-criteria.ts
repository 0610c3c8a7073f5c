import type { MarkdownLine } from "./markdown-lines.ts";

/** Most acceptance criteria that are kept of a story file, and the longest one in characters. */
const CRITERIA_MAX = 200;
const CRITERION_LENGTH_MAX = 4000;

const SECTION =
  /^(?:acceptance criteria|acceptance criterion|acs?|crit[eè]res d['’]acceptation|criteri di accettazione|criterios de aceptaci[oó]n|akzeptanzkriterien|验收标准|критерии приемки)(?:\s*[(（].*)?$/u;

/** What begins a criterion, most telling first; the first form that occurs in the section is the one that counts. */
const FORMS: readonly ((line: MarkdownLine) => boolean)[] = [
  (line) =>
    line.kind === "heading" &&
    /^#+\s*\**(?:AC(?:s\b|[\s\d-])|\d+[.:)]|criterion|criteria|scenario)/i.test(line.text.trim()),
  (line) => line.kind === "text" && /^ {0,3}\d+[.)]\s/.test(line.text),
  (line) => line.kind === "text" && /^ {0,3}(?:[-*+]\s+)?(?:\[.\]\s+)?[*_`]{1,2}\s*AC[\s-]*[\d.]+/i.test(line.text),
  (line) => line.kind === "text" && /^ {0,3}[-*+]\s/.test(line.text),
  (line) => line.kind === "text" && /^\s*[*_]{0,2}(?:given|étant donné|dato|gegeben|假设)\b/iu.test(line.text),
  (line) => line.kind === "text" && /^\s*\|(?!\s*:?-)/.test(line.text),
];

/**
 * The acceptance criteria of a story file: numbered, labelled (`**AC1:**`, `### AC1`), bulleted, Given/When/Then or in a
 * table (formats.md 2.2). A section in none of these forms is one criterion. Multi-line ones keep their line breaks.
 */
export const readCriteria = (lines: readonly MarkdownLine[]): readonly string[] => {
  const section = lines.filter(isCriterionLine).filter((line, i, all) => !isTableHead(line, all[i + 1]));
  if (section.every((line) => line.text.trim() === "")) return [];
  const begins = FORMS.find((form) => section.some(form));
  const items: string[][] = begins === undefined ? [section.map((line) => line.text)] : split(section, begins);
  return items
    .map((item) => withoutMarker(item.join("\n")).slice(0, CRITERION_LENGTH_MAX))
    .filter((text) => text !== "")
    .slice(0, CRITERIA_MAX);
};

/** What comes before the first criterion is an introduction; a heading between two groups belongs to neither. */
const split = (section: readonly MarkdownLine[], begins: (line: MarkdownLine) => boolean): string[][] => {
  const items: string[][] = [];
  for (const line of section) {
    if (begins(line)) items.push([line.text]);
    else if (line.kind !== "heading") items.at(-1)?.push(line.text);
  }
  return items;
};

const isTableHead = (line: MarkdownLine, next: MarkdownLine | undefined): boolean =>
  isTableRule(line) || (next !== undefined && isTableRule(next));

const isTableRule = (line: MarkdownLine): boolean => /^\s*\|[\s|:-]+\|\s*$/.test(line.text);

const isCriterionLine = (line: MarkdownLine): boolean => {
  if (line.kind === "comment" || line.kind === "frontmatter") return false;
  const at = line.path.findIndex(({ level, plain }) => level > 1 && SECTION.test(plain));
  // The section's own heading is no criterion.
  return at !== -1 && !(line.kind === "heading" && at === line.path.length - 1);
};

const withoutMarker = (text: string): string =>
  text
    .trim()
    .replace(/^(?:#+\s+|\d+[.)]\s+|[-*+]\s+)(?:\[.\]\s+)?/u, "")
    .trim();
