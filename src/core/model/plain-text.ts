/**
 * Takes everything out of a text that a terminal could act upon or that hides other text: escape sequences, C0 and C1
 * controls, bidirectional marks, zero-width characters, tags, lone surrogates and variation selectors (terminals
 * disagree on the width of what they follow). Line feeds stay, other line ends become line feeds, tabs become two
 * spaces. The rules are terminal.md section 5's, with one difference: an unterminated OSC or DCS string ends with its
 * line, so that one stray byte cannot swallow a whole review.
 */
export const plainText = (text: string): string => {
  if (HARMLESS.test(text)) return text;
  return text
    .replaceAll(LINE_ENDS, "\n")
    .replaceAll(ESCAPES, "")
    .replaceAll("\t", "  ")
    .replaceAll(CONTROLS, "")
    .replaceAll(INVISIBLE, "");
};

/** The same for a text that must stay on one line: every run of line feeds becomes one space. */
export const plainLine = (text: string): string => plainText(text).replaceAll(/\n+/g, " ").trim();

/** Plain ASCII, which is nearly everything that is ever shown. */
const HARMLESS = /^[\n\x20-\x7e]*$/;

const LINE_ENDS = /\r\n?|\u2028|\u2029/g;

/**
 * In this order: OSC up to BEL or ST; DCS, SOS, PM and APC up to ST, since their text may hold a BEL (both up to what
 * aborts them, too: CAN, SUB, ESC or the end of the line); CSI; any other escape. All in one pass, so that what
 * stands around a sequence cannot join into a new one.
 */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is what this is for
  /(?:\x1b\]|\x9d)[^\x07\n\x18\x1a\x1b\x9c]*(?:\x07|\x9c|\x1b\\|\x18|\x1a)?|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\n\x18\x1a\x1b\x9c]*(?:\x9c|\x1b\\|\x18|\x1a)?|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|\x1b[\x20-\x2f]*[\x30-\x7e]?/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is what this is for
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g;

/**
 * Soft hyphen, joiners and fillers, bidirectional marks and isolates, invisible operators, variation selectors,
 * annotation marks, tag characters, and surrogates without a partner.
 */
const INVISIBLE =
  /\u00ad|\u034f|\u061c|[\u115f\u1160]|\u180e|[\u200b-\u200f]|[\u202a-\u202e]|[\u2060-\u206f]|\u3164|[\ufe00-\ufe0f]|\ufeff|\uffa0|[\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

/** The first line of a text as one plain line, without the colon that announces the others. */
export const firstLine = (text: string): string => {
  const [first = "", ...others] = plainText(text).trim().split("\n");
  return plainLine(others.length === 0 ? first : first.replace(/(?:; its last lines)?:$/, ""));
};
