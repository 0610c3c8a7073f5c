import { hasTitle, innerSize } from "../../components/layout.ts";
import type { Line, LinesProps, Rectangle } from "../../components/props.ts";
import { cutLine, span } from "./view-model-text.ts";

/** What a page or dialog is made of. */
export interface PageContent {
  readonly title: string;
  /** All its lines; those in sight are cut out. */
  readonly lines: readonly Line[];
  /** Lines that must be in sight whatever is scrolled, the most important one last: the choices, the marked one. */
  readonly keepInSight?: readonly number[];
}

/** A page in its area, scrolled as far as it goes. Where there is no room for a title line, the title is its first line. */
export const pageProps = (
  content: PageContent,
  { area, hasBorder, scroll }: { readonly area: Rectangle; readonly hasBorder: boolean; readonly scroll: number },
): LinesProps => {
  const { columns, rows } = innerSize(area, hasBorder);
  const isTitled = hasBorder || hasTitle(area);
  const {
    title,
    lines,
    keepInSight = [],
  } = content.lines.length + (isTitled ? 0 : 1) <= rows ? content : dense(content);
  const all = isTitled ? lines : [[span(title, "strong")], ...lines];
  const max = Math.max(0, all.length - rows);
  const first = keepInSight.reduce(
    (at, line) => inSight(at, isTitled ? line : line + 1, rows, max),
    Math.max(0, Math.min(scroll, max)),
  );
  return {
    area,
    title,
    remark: max === 0 ? "" : `${first + 1}-${Math.min(all.length, first + rows)} of ${all.length}`,
    isFocused: true,
    hasBorder,
    lines: all.slice(first, first + rows).map((line) => cutLine(line, columns)),
    scroll: { first, max },
  };
};

const inSight = (first: number, line: number, rows: number, max: number): number =>
  line < first ? line : Math.max(0, Math.min(max, Math.max(first, line - rows + 1)));

/** A dialog without its empty lines: where room is short they are the first to go. Pages are scrolled and keep theirs. */
const dense = ({ title, lines, keepInSight }: PageContent): PageContent => {
  if (keepInSight === undefined) return { title, lines };
  const isFull = (line: Line): boolean => line.length > 0;
  const before = (index: number): number => lines.slice(0, index).filter(isFull).length;
  return { title, lines: lines.filter(isFull), keepInSight: keepInSight.map(before) };
};
