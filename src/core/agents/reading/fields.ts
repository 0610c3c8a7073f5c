import { plainLine, plainText } from "../../model/plain-text.ts";

/** A JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Characters kept of a text: a review with hundreds of findings is one. */
const TEXT_LENGTH_MAX = 1_048_576;
/** Characters kept of a name or of a tool's detail. */
const WORD_LENGTH_MAX = 500;

/** The object that a line holds, or undefined where it holds none: cut off, or no JSON at all. */
export const readObject = (line: string): Fields | undefined => {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return undefined;
  }
};

/** The value as an object, or undefined. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** The objects of a list; none where it is no list. */
export const objectsOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.map(fieldsOf).filter((item) => item !== undefined) : [];

/** A text without terminal control, its end kept; undefined where the value is none. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? plainText(value.slice(-TEXT_LENGTH_MAX)) : undefined;

/** A short text on one line; empty where the value is none. */
export const wordOf = (value: unknown): string =>
  typeof value === "string" ? plainLine(value.slice(0, WORD_LENGTH_MAX)) : "";

/** A number that counts something, or null. */
export const amountOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

/** Two such numbers together, the second of which may be missing; null without the first. */
export const sumOf = (first: unknown, second: unknown): number | null => {
  const amount = amountOf(first);
  return amount === null ? null : amount + (amountOf(second) ?? 0);
};
