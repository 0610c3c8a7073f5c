import type { HelpSection, Line } from "../../components/props.ts";
import type { PageContent } from "./view-model-page.ts";
import { cutLine, entryLines, fitLine, span } from "./view-model-text.ts";

/** A column of help narrower than this wraps too much. */
const COLUMN_MIN = 46;
const COLUMNS_MAX = 3;
const KEYS_COLUMNS = 12;
const GAP = 3;

/** The keys by section, in as many columns as have room. */
export const helpContent = (sections: readonly HelpSection[], columns: number): PageContent => {
  const many = Math.max(1, Math.min(COLUMNS_MAX, Math.floor((columns + GAP) / (COLUMN_MIN + GAP))));
  const width = Math.floor((columns - GAP * (many - 1)) / many);
  const blocks = sections.map((section) => sectionLines(section, width));
  return { title: "Help", lines: beside(spread(blocks, many), width) };
};

const sectionLines = ({ title, keys }: HelpSection, columns: number): Line[] => [
  [span(title, "strong")],
  ...keys.flatMap(({ keys: names, does }) => {
    const [first = [], ...rest] = entryLines(names, does, { columns, indent: KEYS_COLUMNS });
    return [first.map((piece, index) => (index === 0 ? span(piece.text, "active") : piece)), ...rest];
  }),
  [],
];

/** Blocks in order, each column as high as the others as far as whole blocks allow. */
const spread = (blocks: readonly Line[][], many: number): Line[][] => {
  const height = Math.ceil(blocks.reduce((sum, block) => sum + block.length, 0) / many);
  const columns: Line[][] = [[]];
  for (const block of blocks) {
    const last = columns.at(-1) ?? [];
    const isFull = last.length > 0 && last.length + block.length / 2 > height;
    if (isFull && columns.length < many) columns.push([...block]);
    else last.push(...block);
  }
  return columns;
};

const beside = (columns: readonly Line[][], width: number): Line[] => {
  const rows = Math.max(...columns.map((column) => column.length));
  const lines = Array.from({ length: rows }, (_, row) =>
    columns.flatMap((column, index): Line => {
      const line = column[row] ?? [];
      return index === columns.length - 1 ? cutLine(line, width) : [...fitLine(line, width), span(" ".repeat(GAP))];
    }),
  );
  // The gap below the last section is no line of the page.
  return lines.at(-1)?.every(({ text }) => text.trim() === "") ? lines.slice(0, -1) : lines;
};
