import { createLineTail } from "./line-tail.ts";

const LAST_LINES = { linesMax: 20, lineLengthMax: 2_000, lengthMax: 40_000 };
const FINAL_TEXT = { linesMax: 200, lineLengthMax: 65_536, lengthMax: 262_144 };
const CLOSING_TEXT = { linesMax: 5_000, lineLengthMax: 524_288, lengthMax: 1_048_576 };

/** What an agent said, as far as the end of its turn is judged by it. Bounded, however much it says. */
export interface SpokenText {
  say(text: string): void;
  /** What is said from here on is the final text, unless this is called again. */
  startAnew(): void;
  /** The agent's own word for its final text; it may repeat what was said last. */
  conclude(text: string): void;
  /** A blank line, which counts in the closing text only. */
  pause(): void;
  /** The last lines that are not blank, at most 20. */
  lastLines(): readonly string[];
  finalText(): string;
  closingText(): string;
}

/** Creates a text in which nothing was said yet. */
export const createSpokenText = (): SpokenText => {
  const lastLines = createLineTail(LAST_LINES);
  const finalLines = createLineTail(FINAL_TEXT);
  const closingLines = createLineTail(CLOSING_TEXT);
  let startsAnew = false;
  let lastSaid = "";

  const spoken: SpokenText = {
    say(text) {
      if (startsAnew) finalLines.clear();
      startsAnew = false;
      lastSaid = text;
      for (const line of text.split("\n")) {
        finalLines.add(line);
        closingLines.add(line);
        if (line.trim() !== "") lastLines.add(line);
      }
    },
    startAnew() {
      startsAnew = true;
    },
    conclude(text) {
      finalLines.clear();
      startsAnew = false;
      if (text !== lastSaid) spoken.say(text);
      else for (const line of text.split("\n")) finalLines.add(line);
    },
    pause: () => closingLines.add(""),
    lastLines: () => lastLines.lines(),
    finalText: () => finalLines.lines().join("\n"),
    closingText: () => closingLines.lines().join("\n"),
  };
  return spoken;
};
