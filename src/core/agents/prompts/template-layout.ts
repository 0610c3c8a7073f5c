/**
 * The layout of a prompt made from a template: a line that holds only tags leaves no line behind, a value never becomes
 * part of the template, `#.` counts, and sections that are empty leave no gap.
 */

/** Surround the number of a value. Taken out of every template, so that only our own are found. */
const [OPEN, CLOSE] = ["\u{E000}", "\u{E001}"];

/** A template as it is parsed: line numbers stay, its lines of tags are marked to vanish. */
export const preparedTemplate = (text: string): string => {
  let isRaw = false;
  return text
    .replaceAll(/[\u{E000}\u{E001}]/gu, "")
    .split("\n")
    .map((line) => {
      const edges = line.match(RAW_EDGE) ?? [];
      // Liquid knows no marks for white space at these tags.
      const isText = isRaw || edges.length > 0;
      if (edges.length > 0) isRaw = !edges.at(-1)?.includes("endraw");
      return isText || !ONLY_TAGS.test(line) ? line : withoutItsLine(line);
    })
    .join("\n");
};

/** Where text begins, and ends, that is no template. */
const RAW_EDGE = /\{%-?\s*(?:end)?raw\s*-?%\}/g;

/** Within a tag a text may hold anything but the tag's end. */
const ONLY_TAGS = /^[ \t]*(?:\{%(?:[^%]|%(?!\}))*%\}[ \t]*)+$/;

/** Liquid's own marks for white space: what stands before the tag on its line, and the line feed behind it. */
const withoutItsLine = (line: string): string => line.trim().replaceAll(/\{%-?/g, "{%-").replaceAll(/-?%\}/g, "-%}");

/** Stands for the value of that number until the layout is done. */
export const placeholder = (number: number): string => `${OPEN}${number}${CLOSE}`;

/** The prompt: the rendered template in its layout, with the values in their places. Ends with one line feed. */
export const laidOut = (rendered: string, values: readonly string[]): string => {
  const text = counted(rendered)
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  return `${text.replaceAll(PLACEHOLDER, (_, number: string) => values[Number(number)] ?? "")}\n`;
};

const PLACEHOLDER = /\u{E000}(\d+)\u{E001}/gu;

/** `#.` at the start of a line becomes the next number of its list; any other line that is not indented ends the list. */
const counted = (text: string): string => {
  let number = 0;
  return text
    .split("\n")
    .map((line) => {
      if (line.startsWith("#. ")) return `${++number}.${line.slice(2)}`;
      if (!/^\s+\S/.test(line)) number = 0;
      return line;
    })
    .join("\n");
};
