/**
 * Cells that a text takes on a terminal: 2 for wide East Asian characters and emoji, 0 for combining marks, else 1.
 * The text must be plain (`plainText`): control characters and variation selectors are not expected.
 */
export const displayWidth = (text: string): number => {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
};

/** The text in at most `columns` cells; one that is longer ends with `…`. */
export const cutToWidth = (text: string, columns: number): string => {
  // No character takes more than two cells, so most texts need no measuring.
  if (text.length * 2 <= columns || displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns < 1 ? "" : `${kept}…`;
};

/** The text with spaces behind it up to `columns` cells; longer ones stay as they are. */
export const padToWidth = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - displayWidth(text)));

const ASCII = /^[\x20-\x7e]*$/;
const ZERO = /^[\p{Mn}\p{Me}]$/u;
/** Emoji that terminals draw wide without a variation selector, and the wide blocks of East Asian scripts. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])$/u;

const characterWidth = (character: string): number => (ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1);
