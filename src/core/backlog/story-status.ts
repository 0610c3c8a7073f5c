import type { WritableStatus } from "../model/status.ts";
import { type Heading, type MarkdownLine, markdownLines } from "./markdown-lines.ts";

/** A status value in a story file: where it is, in bytes. */
interface StatusSpan {
  readonly start: number;
  readonly end: number;
}

/** Longest value that is still a status and not prose, in bytes. */
const STATUS_LENGTH_MAX = 60;

/** How far behind a label its value is looked for, in bytes. */
const VALUE_WINDOW = 300;

/**
 * The status that a story file states about itself, as written, or undefined. Reads every form of formats.md 2.2: the
 * `Status:` line (plain, bold, in a list or quote), the `Status` heading with the value behind or below it, a table
 * row, frontmatter. Only a hint: the sprint file is the authority.
 */
export const readStoryStatus = (bytes: Uint8Array): string | undefined => {
  const first = statusSpans(Buffer.from(bytes).toString("latin1"))[0];
  return first === undefined ? undefined : new TextDecoder().decode(bytes.subarray(first.start, first.end));
};

/**
 * Sets the status in the bytes of a story file, in every place where it states one; nothing but the values changes.
 * Undefined where the file has no status. Never throws.
 */
export const setStoryStatus = (bytes: Uint8Array, status: WritableStatus): Uint8Array | undefined => {
  // In Latin-1 a character is a byte, so whatever the encoding of the file, the rest of it stays as it is.
  let text = Buffer.from(bytes).toString("latin1");
  const spans = statusSpans(text);
  if (spans.length === 0) return undefined;
  for (const { start, end } of spans.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + status + text.slice(end);
  }
  return new Uint8Array(Buffer.from(text, "latin1"));
};

// A full-width colon is three bytes.
const COLON = "(?::|\\xef\\xbc\\x9a)";
const LINE = new RegExp(
  `^[ \\t]*(?:>[ \\t]*)?(?:[-*+][ \\t]+)?(?:\\*\\*|__|[*_])?status(?:[*_]{1,2})?[ \\t]*${COLON}[*_]{0,2}`,
  "i",
);
const ROW = /^[ \t]*\|[ \t]*(?:\*\*)?status(?:\*\*)?:?(?:\*\*)?[ \t]*\|/i;
const FRONTMATTER = /^status[ \t]*:/i;
const HEADING_VALUE = new RegExp(`^[ \\t]*#{1,3}[ \\t]+(?:\\*\\*)?status(?:\\*\\*)?[ \\t]*${COLON}`, "i");
const WORD =
  /^(?:ready[-_ ]for[-_ ](?:dev(?:elopment)?|review)|in[-_ ]progress|in[-_ ]review|backlog|drafted|draft|review|done|completed?|approved|blocked)(?![\w-])/i;

type Form = "line" | "heading" | "row" | "frontmatter";

/** In order of trust: lines, headings, table rows, frontmatter. The first of each form is the story's own. */
const statusSpans = (text: string): readonly StatusSpan[] => {
  const found = new Map<Form, StatusSpan>();
  const lines = markdownLines(text);
  lines.forEach((line, i) => {
    for (const [form, at, from] of candidates(lines, line, i)) {
      const span = found.has(form) ? undefined : valueSpan(at, from, form === "row");
      if (span !== undefined) found.set(form, span);
    }
  });
  return (["line", "heading", "row", "frontmatter"] as const).flatMap((form) => found.get(form) ?? []);
};

type Candidate = readonly [form: Form, line: MarkdownLine, from: number];

const candidates = (lines: readonly MarkdownLine[], line: MarkdownLine, index: number): readonly Candidate[] => {
  if (line.kind === "frontmatter") return after("frontmatter", line, FRONTMATTER);
  if (line.kind === "heading") {
    const next = isStatusHeading(line) ? valueLineBelow(lines, index) : undefined;
    return next === undefined ? after("heading", line, HEADING_VALUE) : [["heading", next, 0]];
  }
  if (line.kind !== "text" || !isHead(line.path)) return [];
  return [...after("line", line, LINE), ...after("row", line, ROW)];
};

const after = (form: Form, line: MarkdownLine, label: RegExp): readonly Candidate[] => {
  const match = label.exec(line.text);
  return match === null ? [] : [[form, line, match[0].length]];
};

const isStatusHeading = (line: MarkdownLine): boolean =>
  (line.level ?? 9) <= 2 && /^(?:story )?status$/.test(line.path.at(-1)?.plain ?? "");

const valueLineBelow = (lines: readonly MarkdownLine[], index: number): MarkdownLine | undefined => {
  const next = lines.slice(index + 1, index + 6).find((line) => line.text.trim() !== "");
  return next?.kind === "text" && !LINE.test(next.text) && !ROW.test(next.text) ? next : undefined;
};

/** The head of a document: what comes before its first section, or a section of metadata. Elsewhere "Status" is prose. */
const isHead = (path: readonly Heading[]): boolean =>
  path.every(
    ({ level, plain }) =>
      level === 1 || /^(?:story )?(?:status|metadata|meta|header|info(?:rmation)?|details|overview)$/.test(plain),
  );

/** The value from column `from` on: known words alone, else the rest of the line without markup around it. */
const valueSpan = (line: MarkdownLine, from: number, isCell: boolean): StatusSpan | undefined => {
  const rest = line.text.slice(from, from + VALUE_WINDOW);
  const lead = /^[ \t]*(?:(?:[-*+>]|\[[ xX]\])[ \t]+)*(?:[*_`"']{1,3})?/.exec(rest)?.[0].length ?? 0;
  const value = rest.slice(lead);
  const word = WORD.exec(value)?.[0];
  const end = word ?? untilMarkup(isCell ? (value.split("|", 1)[0] ?? "") : value);
  if (end === "" || end.length > STATUS_LENGTH_MAX) return undefined;
  const start = line.offset + from + lead;
  return { start, end: start + end.length };
};

const untilMarkup = (value: string): string => (value.split(/<!--|[ \t]#/, 1)[0] ?? "").replace(/[ \t*_`"']+$/, "");
