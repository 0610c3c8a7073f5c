import { plainLine } from "../../core/model/plain-text.ts";
import type { BuildClaim } from "../../core/model/review.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { RunState, StoryState } from "../../core/scheduler/state.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import { bounded } from "./print-lines.ts";

/** What cards are drawn with. */
export interface CardContext {
  readonly state: RunState;
  readonly columns: number;
  readonly label: (key: StoryKey) => string;
}

/** From the story's first start to its end, or `–`. */
export const durationOf = (story: StoryState): string =>
  story.startedAtMs === undefined || story.endedAtMs === undefined
    ? "–"
    : durationClock(story.endedAtMs - story.startedAtMs);

/** `src/a.ts:22-89 — why`, on one line. */
export const fileLine = ({ path, lines, why }: BuildClaim["files"][number]): string =>
  plainLine(`${path}${lines === undefined ? "" : `:${lines}`}${why === undefined ? "" : ` — ${why}`}`);

/** A path as git writes it: agents write one in more than one way. */
export const barePath = (path: string): string => plainLine(path).replace(/^\.\//, "");

/** Notes that a card lists. */
const NOTES_MAX = 20;

/** What else is worth knowing of a story, one line each. */
export const noteLines = ({ notes }: StoryState, indent = "  "): string[] =>
  bounded(
    notes.map((note) => `${indent}Note: ${plainLine(note)}`),
    NOTES_MAX,
    indent,
  );
