/** Longest text of an artifact that is read, in characters. */
export const ARTIFACT_LENGTH_MAX = 2_097_152;

/** How deep an artifact may be nested: what is read is written again by functions that call themselves. */
const DEPTH_MAX = 50;

/** The value of an artifact's text, or what is wrong with it: `36-2-review.json: not JSON, line 3`. */
export type ParsedArtifact = { readonly value: unknown } | { readonly problem: string };

/** Parses an artifact's text. `file` is the name that a problem says. Never throws. */
export const parseArtifact = (file: string, text: string): ParsedArtifact => {
  if (text.length > ARTIFACT_LENGTH_MAX) return { problem: `${file}: longer than ${ARTIFACT_LENGTH_MAX} characters` };
  const json = text.replace(/^\ufeff/, "");
  if (json.trim() === "") return { problem: `${file}: empty` };
  try {
    const value: unknown = JSON.parse(json);
    return isShallow(value, DEPTH_MAX) ? { value } : { problem: `${file}: nested deeper than ${DEPTH_MAX} levels` };
  } catch {
    return { problem: `${file}: not JSON, line ${brokenLine(json)}` };
  }
};

const isShallow = (value: unknown, depthLeft: number): boolean => {
  if (typeof value !== "object" || value === null) return true;
  return depthLeft > 0 && Object.values(value).every((each) => isShallow(each, depthLeft - 1));
};

/** The next token and what stands before it. JSON knows four kinds of white space only. */
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters in a string
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** What may come next: a value, a value or the end of the list, a name, a name or the end, a colon, or what follows a value. */
type Expected = "value" | "first-item" | "name" | "first-name" | "colon" | "after";

/**
 * The line, from 1, at which a text stops to be JSON: that of the first token that must not stand there, or the last
 * one where the text ends too early. (The parser of the engine tells a place for some mistakes only.)
 */
export const brokenLine = (json: string): number => {
  const open: string[] = [];
  let expected: Expected = "value";
  TOKEN.lastIndex = 0;
  for (let at = 0; ; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(json);
    const next: Expected | undefined = match === null ? undefined : follow(expected, match, open);
    if (next === undefined || (next === "after" && open.length === 0)) {
      return lineAt(json, next === undefined ? at : TOKEN.lastIndex);
    }
    expected = next;
  }
};

/** What is expected after a token, or undefined where it must not stand here. `open` holds the brackets around it. */
const follow = (expected: Expected, match: RegExpExecArray, open: string[]): Expected | undefined => {
  switch (match[1]) {
    case undefined:
      return followScalar(expected, match[2] !== undefined);
    case "{":
    case "[":
      return followOpening(expected, match[1], open);
    case ":":
      return expected === "colon" ? "value" : undefined;
    case ",":
      return expected === "after" ? afterComma(open.at(-1)) : undefined;
    default:
      return followClosing(expected, match[1] === "}" ? "{" : "[", open);
  }
};

const afterComma = (around: string | undefined): Expected => (around === "{" ? "name" : "value");

const followScalar = (expected: Expected, isString: boolean): Expected | undefined => {
  if (expected === "value" || expected === "first-item") return "after";
  return isString && (expected === "name" || expected === "first-name") ? "colon" : undefined;
};

const followOpening = (expected: Expected, mark: string, open: string[]): Expected | undefined => {
  if (expected !== "value" && expected !== "first-item") return undefined;
  open.push(mark);
  return mark === "{" ? "first-name" : "first-item";
};

const followClosing = (expected: Expected, opening: string, open: string[]): Expected | undefined => {
  const isEmpty = expected === (opening === "{" ? "first-name" : "first-item");
  if (open.at(-1) !== opening || (expected !== "after" && !isEmpty)) return undefined;
  open.pop();
  return "after";
};

/** The line of the first thing at or behind a place; the last line that holds something where there is nothing more. */
const lineAt = (json: string, from: number): number => {
  const end = json.trimEnd().length;
  let at = Math.min(from, end);
  while (at < end && " \t\n\r".includes(json.charAt(at))) at++;
  let line = 1;
  for (let feed = json.indexOf("\n"); feed >= 0 && feed < at; feed = json.indexOf("\n", feed + 1)) line++;
  return line;
};
