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

/**
 * A deliberately dumb second counter of acceptance criteria, by line: the lines of the first section of that name, and of the
 * ways to begin a criterion the first one that occurs. It reads no Markdown.
 */
export const countCriteria = (text: string): number => {
  const lines = text.split(/\r?\n/);
  const isHead = (line: string): boolean =>
    /^(?:##+ |\*\*)(?:acceptance criteria|crit.res d'acceptation|验收标准)/i.test(line);
  const head = lines.findIndex(isHead);
  const depth = /^#+/.exec(lines[head] ?? "")?.[0].length ?? 6;
  const rest = lines.slice(head + 1);
  const end = rest.findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 9) <= depth);
  const section = rest.slice(0, end === -1 ? rest.length : end);
  const ways = [/^#+ AC/, /^\d+\. /, /^(- )?[*`]+AC/, /^ *Scenario:/, /^[*]*Given/, /^- /, /^\|(?! AC ID|-)/];
  const way = ways.find((one) => section.some((line) => one.test(line)));
  return way === undefined ? 0 : section.filter((line) => way.test(line)).length;
};
