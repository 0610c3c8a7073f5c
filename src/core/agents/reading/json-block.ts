import { plainText } from "../../model/plain-text.ts";

/**
 * The object in the last fenced `json` block of a text, or undefined where that block holds none or was cut in the
 * middle; an earlier block never stands in for it. Only where no block is marked as json does the last unmarked one
 * that starts with `{` count. Trailing commas are forgiven, and so is a closing fence that is missing.
 */
export const lastJsonBlock = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const lines = plainText(text).split("\n");
  const marked = lines.findLastIndex((line) => JSON_FENCE.test(line));
  const opening = marked >= 0 ? marked : lastBareOpening(lines);
  if (opening < 0) return undefined;
  const body = lines.slice(opening + 1);
  const end = body.findIndex((line) => CLOSING_FENCE.test(line));
  return parseTolerantly(body.slice(0, end < 0 ? body.length : end).join("\n"));
};

const JSON_FENCE = /^\s*(?:`{3,}|~{3,})\s*json[c5]?\s*$/i;
const BARE_FENCE = /^\s*(?:`{3,}|~{3,})\s*$/;
const CLOSING_FENCE = BARE_FENCE;

const lastBareOpening = (lines: readonly string[]): number =>
  lines.findLastIndex((line, i) => BARE_FENCE.test(line) && /^\s*\{/.test(lines[i + 1] ?? ""));

const parseTolerantly = (json: string): Readonly<Record<string, unknown>> | undefined => {
  const parsed = parse(json) ?? parse(withoutTrailingCommas(json));
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Readonly<Record<string, unknown>>)
    : undefined;
};

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** Strings are matched whole first, so that a comma inside one stays. */
const withoutTrailingCommas = (json: string): string =>
  json.replaceAll(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === "," ? "" : match));
