import { plainLine } from "../../core/model/plain-text.ts";

/** Longest quotation of a given value, in characters. */
const SHOWN_LENGTH_MAX = 60;

/** A given value for a message: on one line, harmless for a terminal, not too long. */
export const shownValue = (value: unknown): string => {
  const text = plainLine(JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
};
