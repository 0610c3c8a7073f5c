/** The lines that a diff adds to and takes from one file, without their sign. */
export interface ChangedLines {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Reads a unified diff as git prints it. A renamed file is found under its new name, a deleted one under its old one.
 * The counts of each hunk decide what belongs to it, so a line that looks like a heading stays a line.
 */
export const readChangedLines = (diff: string): ReadonlyMap<string, ChangedLines> => {
  const files = new Map<string, { added: string[]; removed: string[] }>();
  let oldPath = "";
  let current = { added: [] as string[], removed: [] as string[] };
  let [oldLeft, newLeft] = [0, 0];

  const readHeading = (line: string): void => {
    if (line.startsWith("--- ")) oldPath = pathOf(line.slice(4));
    else if (line.startsWith("+++ ")) {
      const newPath = pathOf(line.slice(4));
      const path = newPath === NO_FILE ? oldPath : newPath;
      current = files.get(path) ?? { added: [], removed: [] };
      files.set(path, current);
    } else {
      const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
      if (hunk !== null) [oldLeft, newLeft] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
    }
  };

  for (const line of diff.split("\n")) {
    if (oldLeft <= 0 && newLeft <= 0) readHeading(line);
    else if (line.startsWith("+")) {
      current.added.push(line.slice(1));
      newLeft -= 1;
    } else if (line.startsWith("-")) {
      current.removed.push(line.slice(1));
      oldLeft -= 1;
    } else if (!line.startsWith("\\")) {
      oldLeft -= 1;
      newLeft -= 1;
    }
  }
  return files;
};

const NO_FILE = "/dev/null";

const pathOf = (name: string): string => {
  // git ends a name that holds a space with a tab.
  const trimmed = name.replace(/\t$/, "");
  const unquoted = trimmed.startsWith('"') ? unquote(trimmed) : trimmed;
  return unquoted === NO_FILE ? NO_FILE : unquoted.replace(/^[a-z]\//, "");
};

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Names with special characters are quoted as in C, their bytes in octal. */
const unquote = (quoted: string): string => {
  const bytes: number[] = [];
  for (const [part, octal, letter] of quoted.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(part));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
};
