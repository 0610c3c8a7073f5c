import { plainLine, plainText } from "../../model/plain-text.ts";

/** A JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Items kept of one list. */
const LIST_MAX = 1_000;
/** Characters kept of a word, a path or a title. */
const WORD_LENGTH_MAX = 300;
/** Characters kept of a longer text. */
const TEXT_LENGTH_MAX = 4_000;

/** The value as an object, or undefined. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** The items of a list; none where it is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, LIST_MAX) : []);

/** The objects of a list. */
export const objectsOf = (value: unknown): readonly Fields[] =>
  listOf(value).flatMap((item) => {
    const fields = fieldsOf(item);
    return fields === undefined ? [] : [fields];
  });

/** A short text on one line, or undefined where there is none or the template was left unfilled. A number is a text, too. */
export const wordOf = (value: unknown): string | undefined => shortened(value, WORD_LENGTH_MAX, plainLine);

/** A text of several lines, likewise. */
export const textOf = (value: unknown): string | undefined =>
  shortened(value, TEXT_LENGTH_MAX, (text) => plainText(text).trim());

/** The words of a list; a single word is a list of one. */
export const wordsOf = (value: unknown): readonly string[] =>
  (typeof value === "string" ? [value] : listOf(value)).flatMap((item) => wordOf(item) ?? []);

/** The first of some names whose value is a word. */
export const firstWord = (fields: Fields, ...names: readonly string[]): string | undefined =>
  firstOf(names, (name) => wordOf(fields[name]));

/** The first of some names whose value is a text. */
export const firstText = (fields: Fields, ...names: readonly string[]): string | undefined =>
  firstOf(names, (name) => textOf(fields[name]));

/** The first of some names whose value is a count. */
export const firstCount = (fields: Fields, ...names: readonly string[]): number | undefined =>
  firstOf(names, (name) => countOf(fields[name]));

/**
 * A number that is not negative, also from a text that begins with one: `"12"`, `"87.3%"`, `"1,234 lines"`,
 * `"~80 %"`. Undefined for everything else: unknown is never 0.
 */
export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === "string" ? numberInText(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** A whole number of things. */
export const countOf = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
};

/** A share of 0 to 100. */
export const percentOf = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number !== undefined && number <= 100 ? number : undefined;
};

/** Yes or no, also as a text; undefined where it says neither. */
export const booleanOf = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value;
  const word = enumOf(value);
  if (word === "TRUE" || word === "YES") return true;
  return word === "FALSE" || word === "NO" ? false : undefined;
};

/** A moment as it was written, or undefined where it is none that can be read. */
export const momentOf = (value: unknown): string | undefined => {
  const word = typeof value === "string" ? wordOf(value) : undefined;
  return word === undefined || Number.isNaN(Date.parse(word)) ? undefined : word;
};

/** A word of a vocabulary, in whatever case and with whatever between its parts: `needs-fixes` is `NEEDS_FIXES`. */
export const enumOf = (value: unknown): string | undefined => {
  const word = wordOf(value)
    ?.toUpperCase()
    .replaceAll(/[\s_-]+/g, "_");
  return word === undefined || /[{}]/.test(word) ? undefined : word;
};

/** What an object has besides the known names: kept, so that nothing an agent wrote is lost. */
export const othersOf = (fields: Fields, known: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !known.includes(name)));

/** An object without the names that have no value: what is unknown is absent. */
export const present = <T extends object>(object: T): Present<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;

/** `T` with every name optional that may be undefined. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const firstOf = <T>(names: readonly string[], read: (name: string) => T | undefined): T | undefined => {
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) return value;
  }
  return undefined;
};

/** A placeholder of a prompt that nobody filled in: `{{ISO timestamp}}`. */
const UNFILLED = /^\s*\{\{[^{}]*\}\}%?\s*$/;

const shortened = (value: unknown, lengthMax: number, plain: (text: string) => string): string | undefined => {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string" || UNFILLED.test(value)) return undefined;
  // Cut again afterwards: to make a text plain can lengthen it (a tab becomes two spaces), and to cut it can bare a space.
  const text = plain(plain(value.slice(0, lengthMax * 2)).slice(0, lengthMax));
  return text === "" ? undefined : text;
};

const numberInText = (text: string): number | undefined => {
  const match = /^\s*[~≈]?\s*(\d{1,3}(?:,\d{3})+|\d{1,15})((?:[.,]\d{1,15})?)(?![\d.,]*\d)/.exec(text);
  if (match === null) return undefined;
  return Number((match[1] ?? "").replaceAll(",", "") + (match[2] ?? "").replace(",", "."));
};
