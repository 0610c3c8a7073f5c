import { displayWidth } from "../../src/core/model/display-width.ts";

const CLUSTERS = new Intl.Segmenter();

/** Cells of a row as terminals draw it: an emoji with its skin tone is one, each half of a flag has a cell. */
export const cellsOf = (row: string): number => {
  let cells = 0;
  for (const { segment } of CLUSTERS.segment(row)) {
    if (/^\p{Regional_Indicator}/u.test(segment)) cells += [...segment].length;
    else cells += /\p{Emoji_Presentation}/u.test(segment) ? 2 : displayWidth(segment);
  }
  return cells;
};
