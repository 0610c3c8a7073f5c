import type { OutputWeight } from "./reporter.ts";

/** A text that waits for its reader. */
interface Waiting {
  readonly text: string;
  readonly weight: OutputWeight;
}

/** Texts that wait for a reader, bounded: when there is too much, feed is given up first, then events, oldest first. */
export interface LineBuffer {
  readonly isEmpty: boolean;
  add(text: string, weight: OutputWeight): void;
  /** Takes whole texts from the front, at least one and otherwise up to that many characters. */
  take(charactersMax: number): string;
  clear(): void;
}

/** Creates an empty buffer. `skippedLine` words the mark that stands where lines were given up; empty for none. */
export const createLineBuffer = (charactersMax: number, skippedLine: (count: number) => string): LineBuffer => {
  let waiting: Waiting[] = [];
  let characters = 0;
  let skipped = 0;

  const shrink = (weight: OutputWeight, target: number): void => {
    const kept: Waiting[] = [];
    for (const one of waiting) {
      if (one.weight !== weight || characters <= target) kept.push(one);
      else {
        characters -= one.text.length;
        skipped += countLines(one.text);
      }
    }
    waiting = kept;
  };

  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    add: (text, weight) => {
      waiting.push({ text, weight });
      characters += text.length;
      if (characters <= charactersMax) return;
      // A quarter at once: making room for every single line would cost its square.
      const target = charactersMax * 0.75;
      shrink("feed", target);
      if (characters > charactersMax) shrink("event", target);
    },
    take: (limit) => {
      let text = skipped > 0 ? skippedLine(skipped) : "";
      skipped = 0;
      let count = 0;
      for (const one of waiting) {
        if (count > 0 && text.length + one.text.length > limit) break;
        text += one.text;
        count++;
        characters -= one.text.length;
      }
      waiting = waiting.slice(count);
      return text;
    },
    clear: () => {
      waiting = [];
      characters = 0;
    },
  };
};

const countLines = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
};
