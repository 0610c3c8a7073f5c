import { plainLine } from "../../core/model/plain-text.ts";

/** Longest quotation of what somebody gave, in characters. */
const QUOTE_LENGTH_MAX = 80;

/** What somebody gave, in quotes: harmless for a terminal, on one line, not too long. */
export const quoted = (text: string): string => {
  const plain = plainLine(text.slice(0, 4 * QUOTE_LENGTH_MAX));
  const characters = [...plain];
  return `"${characters.length > QUOTE_LENGTH_MAX ? `${characters.slice(0, QUOTE_LENGTH_MAX).join("")}…` : plain}"`;
};
