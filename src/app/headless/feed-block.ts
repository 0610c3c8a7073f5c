import type { FeedLine } from "../../core/engine/feed.ts";
import { padToWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";

/** Feed lines that one block prints; a flood is counted. */
const BLOCK_LINES_MAX = 40;

const HEAD = "─── LIVE FEED ───────────────────────────────";
const FOOT = "─────────────────────────────────────────────";

/** Gathers feed lines until they are printed together. Memory stays flat however much the agents talk. */
export interface FeedBlock {
  add(line: FeedLine): void;
  /** The lines of the block, and a new one begins; nothing when none came. */
  take(label: (key: StoryKey) => string): string[];
  /** The last line of each story. */
  readonly lastWords: ReadonlyMap<StoryKey, string>;
}

/** Creates an empty feed block. */
export const createFeedBlock = (): FeedBlock => {
  let kept: FeedLine[] = [];
  let count = 0;
  const lastWords = new Map<StoryKey, string>();
  return {
    lastWords,
    add: (line) => {
      count++;
      if (kept.length < BLOCK_LINES_MAX) kept.push(line);
      lastWords.set(line.story, plainLine(line.text.slice(0, 300)));
    },
    take: (label) => {
      if (count === 0) return [];
      const width = Math.max(...kept.map((line) => label(line.story).length));
      const lines = kept.map((line) => `  ${padToWidth(label(line.story), width)} | ${entryOf(line)}`);
      const left = count - kept.length;
      kept = [];
      count = 0;
      return [HEAD, ...lines, ...(left > 0 ? [`  … ${left} more lines`] : []), FOOT];
    },
  };
};

const entryOf = ({ phase, text }: FeedLine): string => {
  const words = plainLine(text);
  return phase === undefined || words.startsWith(phase) ? words : `${phase}  ${words}`;
};
