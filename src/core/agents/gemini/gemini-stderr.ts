/** What Gemini CLI says on stderr where something went wrong: without stack traces and what it says every time. */
export const wordsOfStderr = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !NOISE.test(line))
    .join("\n")
    .trim();

const NOISE =
  /^\s*(?:YOLO mode is enabled|Approval mode overridden|Warning: (?:Basic terminal|256-color|True color)|Ripgrep is not available|\[STARTUP\]|Error executing tool |at .*:\d+:\d+\)?$|Loaded cached credentials|Attempt \d+ failed|Suggested retry after|Experiments loaded)/;
