import type { Line, Span, Tone } from "../../components/props.ts";
import { cutToWidth, displayWidth } from "../../core/model/display-width.ts";
import { plainText } from "../../core/model/plain-text.ts";

/** A piece of a line; plain unless a tone is given. */
export const span = (text: string, tone: Tone = "plain"): Span => ({ text: withSureWidth(text), tone });

/**
 * The text without what terminals disagree about, so that nothing behind it in its row is out of place: a skin tone and the
 * frame of a keycap are left out, a flag becomes the letters of its country.
 */
const withSureWidth = (text: string): string =>
  UNSURE.test(text)
    ? text.replaceAll(UNSURE_ALL, (mark) => {
        const letter = (mark.codePointAt(0) ?? 0) - FIRST_REGIONAL;
        return letter >= 0 && letter < LETTERS ? String.fromCharCode(FIRST_LETTER + letter) : "";
      })
    : text;

const UNSURE = /[\u{1f3fb}-\u{1f3ff}\u20e3\u{1f1e6}-\u{1f1ff}]/u;
const UNSURE_ALL = new RegExp(UNSURE, "gu");
const FIRST_REGIONAL = 0x1f1e6;
const LETTERS = 26;
const FIRST_LETTER = 0x41;

/** Cells of a line. */
export const lineWidth = (line: Line): number => line.reduce((width, { text }) => width + displayWidth(text), 0);

/** The line in at most `columns` cells; one that is longer ends with `…`. */
export const cutLine = (line: Line, columns: number): Line => {
  if (lineWidth(line) <= columns) return line;
  const kept: Span[] = [];
  let left = Math.max(0, columns);
  for (const [index, piece] of line.entries()) {
    const width = displayWidth(piece.text);
    // The last cell is kept for the ellipsis, unless this is where the line ends anyway.
    if (width < left || (width === left && index === line.length - 1)) {
      kept.push(piece);
      left -= width;
      continue;
    }
    const cut = width === left ? cutToWidth(`${piece.text}…`, left) : cutToWidth(piece.text, left);
    return [...kept, span(cut, piece.tone)];
  }
  return kept;
};

/** The line in exactly `columns` cells. */
export const fitLine = (line: Line, columns: number): Line => {
  const cut = cutLine(line, columns);
  const missing = columns - lineWidth(cut);
  return missing > 0 ? [...cut, span(" ".repeat(missing))] : cut;
};

/** Two parts at the two ends of a line; the left one gives way. */
export const justified = (left: Line, right: Line, columns: number): Line => {
  const rightPart = cutLine(right, columns);
  const room = columns - lineWidth(rightPart);
  if (rightPart.length === 0) return cutLine(left, columns);
  return room < 3 ? rightPart : [...fitLine(left, room - 2), span("  "), ...rightPart];
};

/** A part of a line, and how soon it gives way when there is no room: the highest rank goes first, 0 never. */
export interface Part {
  readonly line: Line;
  readonly rank: number;
}

/** The parts that have room in `columns`, in order, with a gap between them. */
export const fitParts = (parts: readonly Part[], columns: number, gap = "  "): Line => {
  let kept = parts.filter((part) => part.line.length > 0);
  while (kept.length > 1 && widthOf(kept, gap) > columns) {
    const worst = Math.max(...kept.map((part) => part.rank));
    if (worst === 0) break;
    const dropped = kept.findLastIndex((part) => part.rank === worst);
    kept = kept.filter((_, index) => index !== dropped);
  }
  return cutLine(
    kept.flatMap((part, index) => (index === 0 ? part.line : [span(gap), ...part.line])),
    columns,
  );
};

const widthOf = (parts: readonly Part[], gap: string): number =>
  parts.reduce((width, part) => width + lineWidth(part.line), displayWidth(gap) * (parts.length - 1));

/** A text in lines of at most `columns` cells, broken between words where there are any; its own line ends hold. */
export const wrapText = (text: string, columns: number): string[] =>
  plainText(text)
    .split("\n")
    .flatMap((line) => wrapLine(line.trimEnd(), Math.max(1, columns)));

const wrapLine = (text: string, columns: number): string[] => {
  if (displayWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<= )/)) {
    if (displayWidth((line + word).trimEnd()) <= columns) {
      line += word;
      continue;
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "";
    for (const piece of pieces(word, columns)) {
      if (line !== "") lines.push(line);
      line = piece;
    }
  }
  return line.trim() === "" ? lines : [...lines, line.trimEnd()];
};

/** A word in pieces that fit, since paths and addresses can be longer than a line. */
const pieces = (word: string, columns: number): string[] => {
  if (displayWidth(word.trimEnd()) <= columns) return [word];
  const found: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && displayWidth(piece + character) > columns) {
      found.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...found, piece];
};

/** A name and its value, the value wrapped beside the name: how cards and the start page are set. */
export const entryLines = (
  name: string,
  value: string,
  { columns, indent, tone = "plain" }: { readonly columns: number; readonly indent: number; readonly tone?: Tone },
): Line[] => {
  // Where the screen is narrow, the value goes below its name.
  if (columns < indent + 20) {
    return [
      [span(name, "quiet")],
      ...wrapText(value, columns - 2).map((line): Line => cutLine([span(`  ${line}`, tone)], columns)),
    ];
  }
  return wrapText(value, columns - indent).map(
    (line, index): Line => [span((index === 0 ? name : "").padEnd(indent), "quiet"), span(line, tone)],
  );
};
