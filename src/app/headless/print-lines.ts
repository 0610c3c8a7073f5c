import { cutToWidth, displayWidth } from "../../core/model/display-width.ts";
import { plainLine, plainText } from "../../core/model/plain-text.ts";
import { type StoryKey, shortKeyOf } from "../../core/model/story-key.ts";

/** Rules of the source documents are that wide; a narrower output gets narrower ones. */
export const RULE_COLUMNS = 71;
/** Marks that something is the agent's word and was not checked. */
export const CLAIM_MARK = "*";

/** A line across: `━━━━`, or with a text in it `━━━ text ━━━━`. */
export const rule = (columns: number, text = ""): string => {
  const width = Math.min(columns, RULE_COLUMNS);
  const head = text === "" ? "" : `━━━ ${text} `;
  return head + "━".repeat(Math.max(3, width - displayWidth(head)));
};

/** A head line with something at the right end, as wide as a rule. */
export const spread = (left: string, right: string, columns: number): string => {
  const width = Math.min(columns, RULE_COLUMNS);
  const cut = cutToWidth(left, Math.max(10, columns - displayWidth(right) - 2));
  return `${cut}${" ".repeat(Math.max(2, width - displayWidth(cut) - displayWidth(right)))}${right}`;
};

/** A text of several lines, plain, indented and bounded; what is left out is counted. */
export const paragraph = (text: string, indent: string, linesMax: number): string[] => {
  const lines = plainText(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  return bounded(
    lines.map((line) => indent + line),
    linesMax,
    indent,
  );
};

/** A line that is there to be typed: cut off it would be of no use. */
const COMMAND_LINE = /^\s*(cd|git|storyboard) /;

/** At most that many lines, then a line that counts the others. */
export const bounded = (lines: readonly string[], linesMax: number, indent = "  "): string[] =>
  lines.length <= linesMax ? [...lines] : [...lines.slice(0, linesMax), `${indent}… ${lines.length - linesMax} more`];

/** Lines as text for an output: plain, every one but commands cut to the width, with a line feed behind the last. */
export const toOutput = (lines: readonly string[], columns: number): string =>
  `${lines.map((line) => fitted(plainLine(line) === "" ? "" : safeLine(line), columns).trimEnd()).join("\n")}\n`;

const fitted = (line: string, columns: number): string => (COMMAND_LINE.test(line) ? line : cutToWidth(line, columns));

/** Keeps the indent, which `plainLine` would trim. */
const safeLine = (line: string): string => plainText(line).replaceAll("\n", " ");

/** How stories are called in print: by the short key where it is unique among them, else by the full one. */
export const labelsOf = (keys: Iterable<StoryKey>): ((key: StoryKey) => string) => {
  const owners = new Map<string, StoryKey | null>();
  for (const key of keys) {
    const short = shortKeyOf(key);
    if (short !== undefined) owners.set(short, owners.has(short) ? null : key);
  }
  return (key) => {
    const short = shortKeyOf(key);
    return short !== undefined && owners.get(short) === key ? short : key;
  };
};
