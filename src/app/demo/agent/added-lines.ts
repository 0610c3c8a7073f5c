/** A line that a diff adds. */
export interface AddedLine {
  readonly file: string;
  /** 1-based, in the new file. */
  readonly line: number;
  readonly text: string;
  readonly isNewFile: boolean;
}

/** The lines that a unified diff adds, with their places. */
export const addedLines = (diff: string): readonly AddedLine[] => {
  const added: AddedLine[] = [];
  let file = "";
  let line = 0;
  let isNewFile = false;
  let isHead = true;
  for (const text of diff.split("\n")) {
    if (text.startsWith("diff --git ")) isHead = true;
    const hunk = /^@@ -\S+ \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk !== null) {
      isHead = false;
      line = Number(hunk[1]);
    } else if (isHead) {
      if (text.startsWith("--- ")) isNewFile = text === "--- /dev/null";
      if (text.startsWith("+++ b/")) file = text.slice("+++ b/".length);
    } else if (text.startsWith("+")) {
      added.push({ file, line: line++, text: text.slice(1), isNewFile });
    }
  }
  return added;
};
