import { nearestName } from "../../core/model/nearest-name.ts";
import type { OptionDescription, OptionName } from "./commands.ts";
import { quoted } from "./quoted.ts";
import type { GivenOption } from "./read-arguments.ts";
import { isTime } from "./until.ts";

/** The values of options by name: true for flags, text, list and number for the others. */
export type OptionValues = Partial<Record<OptionName, boolean | string | number | readonly string[]>>;

/** Checks the value of one option. Returns it, or what is wrong with it. */
export const readOptionValue = (
  option: GivenOption,
  { value: expected }: OptionDescription,
): { readonly value: boolean | string | number | readonly string[] } | { readonly problem: string } => {
  const { written, value } = option;
  if (expected.kind === "flag") {
    return value === undefined ? { value: true } : { problem: `${written} takes no value` };
  }
  const isMissing = value === undefined || value.trim() === "" || (!option.isInline && value.startsWith("-"));
  if (isMissing) return { problem: `${written} needs a value: ${shownValue(expected)}` };
  switch (expected.kind) {
    case "text":
      return { value };
    case "list": {
      const items = value.split(",").map((item) => item.trim());
      return items.includes("") ? { problem: `${written} has an empty entry: ${quoted(value)}` } : { value: items };
    }
    case "number":
      return readWholeNumber(value, expected.max, written);
    case "choice":
      return expected.choices.includes(value)
        ? { value }
        : {
            problem: `${written} must be ${orList(expected.choices)}, not ${quoted(value)}${meant(value, expected.choices)}`,
          };
    case "time":
      return isTime(value)
        ? { value }
        : { problem: `${written} must be a time like 07:00 or 2026-01-31T07:00, not ${quoted(value)}` };
    default:
      return expected satisfies never;
  }
};

/** A whole number from 1 to `max`, or what is wrong with it. */
export const readWholeNumber = (
  text: string,
  max: number,
  what: string,
): { readonly value: number } | { readonly problem: string } => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= max) return { value: number };
  return { problem: `${what} must be a whole number from 1 to ${max}, not ${quoted(text)}` };
};

/** `; did you mean "…"?` where a name is near, else nothing. */
export const meant = (given: string, known: readonly string[], prefix = ""): string => {
  const nearest = nearestName(given, known);
  return nearest === undefined ? "" : `; did you mean ${prefix}${nearest}?`;
};

/** How the help shows what an option takes; empty for a flag. */
export const shownValue = (expected: OptionDescription["value"]): string => {
  if (expected.kind === "flag") return "";
  return expected.kind === "choice" ? expected.choices.join("|") : expected.shown;
};

const orList = (words: readonly string[]): string => `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
