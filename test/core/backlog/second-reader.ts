/**
 * A deliberately dumb second reader of sprint files, by line, as an independent check of the real one. It knows no YAML:
 * `key: value` lines below `development_status:`, objects by the deeper `status:` line.
 */
export const readByLine = (text: string): Map<string, string> => {
  const found = new Map<string, string>();
  let isInside = false;
  let entryIndent = -1;
  let last = "";
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const indent = line.length - line.trimStart().length;
    if (indent === 0) {
      isInside = line.startsWith("development_status:");
      entryIndent = -1;
      continue;
    }
    if (!isInside) continue;
    if (entryIndent === -1) entryIndent = indent;
    const [, key = "", value = ""] = /^\s*(.+?)\s*:(?:\s+(.*))?$/.exec(line) ?? [];
    const word = value
      .split("#")[0]!
      .trim()
      .replace(/^(["'])(.*)\1$/, "$2");
    if (indent === entryIndent) {
      last = key.replace(/^(["'])(.*)\1$/, "$2");
      if (word !== "") found.set(last, word);
    } else if (key === "status") found.set(last, word);
  }
  return found;
};
