/** Reads a JSON object that may have comments and trailing commas. Undefined where there is no text or it is no object. */
export const parseJsonWithComments = (text: string | undefined): Record<string, unknown> | undefined => {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(plainJson(text.replace(/^\ufeff/, "")));
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STRING_OR_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/** Strings are matched whole, so that what looks like a comment inside one stays. */
const plainJson = (text: string): string =>
  text
    .replaceAll(STRING_OR_COMMENT, (match) => (match.startsWith('"') ? match : " "))
    .replaceAll(STRING_OR_COMMA, (match) => (match === "," ? "" : match));
