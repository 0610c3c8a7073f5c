/** Text of bytes as a person would see it: without a byte order mark, broken UTF-8 shown as U+FFFD. Never throws. */
export const decodeLeniently = (bytes: Uint8Array): string => new TextDecoder("utf-8").decode(bytes);

/** Text of valid UTF-8, a byte order mark kept, so that encoding gives the same bytes. Undefined for anything else. */
export const decodeExactly = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** 1-based line of a character offset. */
export const lineOfOffset = (text: string, offset: number): number => {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
};

/** Collapses white space, drops control characters and cuts to `lengthMax` characters, for notes and sources of edges. */
export const oneLine = (text: string, lengthMax: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
  const flat = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim();
  return flat.length > lengthMax ? `${flat.slice(0, lengthMax - 1)}…` : flat;
};

/** A list for a sentence, with the rest counted: `a, b, c and 4 more`. */
export const listed = (items: readonly string[], countMax = 5): string =>
  items.length <= countMax
    ? items.join(", ")
    : `${items.slice(0, countMax).join(", ")} and ${items.length - countMax} more`;
