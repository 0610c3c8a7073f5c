import type { FeedLine } from "../../core/engine/feed.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { FeedWindow } from "./view-model.ts";

/** Feed lines that a screen remembers (terminal.md, section 9). */
export const FEED_LINES_MAX = 5_000;
/** Characters kept of one line: no terminal is wider. */
export const FEED_LINE_CHARACTERS_MAX = 2_048;

/** The last lines of the feed, outside of React: memory stays flat however much the agents talk. */
export interface FeedRing extends FeedWindow {
  push(line: FeedLine): void;
  /** Adds a line that is no agent's: nobody has spoken by it. */
  note(line: FeedLine): void;
}

/** Creates an empty ring. */
export const createFeedRing = (sinceMs: number, linesMax: number = FEED_LINES_MAX): FeedRing => {
  const lines: (FeedLine | undefined)[] = new Array(linesMax);
  const last = new Map<StoryKey, FeedLine>();
  let end = 0;
  const add = (line: FeedLine): FeedLine => {
    const kept =
      line.text.length > FEED_LINE_CHARACTERS_MAX
        ? { ...line, text: line.text.slice(0, FEED_LINE_CHARACTERS_MAX) }
        : line;
    lines[end++ % linesMax] = kept;
    return kept;
  };
  return {
    sinceMs,
    get start() {
      return Math.max(0, end - linesMax);
    },
    get end() {
      return end;
    },
    at: (number) => (number < end && number >= end - linesMax && number >= 0 ? lines[number % linesMax] : undefined),
    lastOf: (story) => last.get(story),
    push: (line) => void last.set(line.story, add(line)),
    note: (line) => void add(line),
  };
};
