import { cutToWidth, displayWidth, padToWidth } from "../../core/model/display-width.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { effectiveWorkers, type RunState, type StoryState } from "../../core/scheduler/state.ts";
import { clockSeconds, durationClock, elapsedClock } from "../machine-contract/time-words.ts";
import { waitingFor } from "../machine-contract/waiting-for.ts";
import { askedWords } from "./asked-words.ts";
import { rule } from "./print-lines.ts";
import { resultWords } from "./result-words.ts";
import { statusMark } from "./status-mark.ts";
import type { StoryRecords } from "./story-record.ts";

/** Stories that one dashboard lists; a bigger sprint is counted. */
const ROWS_MAX = 40;
/** Room for what a story does, however narrow the output is. */
const DETAIL_COLUMNS_MIN = 4;

/** What a dashboard is drawn from. */
export interface DashboardFacts {
  readonly state: RunState;
  readonly records: StoryRecords;
  readonly label: (key: StoryKey) => string;
  /** The last feed line of each story. */
  readonly lastWords: ReadonlyMap<StoryKey, string>;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly columns: number;
}

/** The heartbeat of lead-driven-batch.md, step 3: the time, how far it is, every story with what it does or waits for. */
export const dashboardLines = (facts: DashboardFacts): string[] => {
  const { state, nowMs, columns } = facts;
  const stories = shownStories(state);
  const labels = stories.map((story) => facts.label(story.story.key));
  const labelColumns = Math.min(30, Math.max(0, ...labels.map((label) => label.length)));
  const title = `${clockSeconds(nowMs)} ━━━ BATCH PROGRESS (${succeeded(state)}/${state.stories.size})`;
  const left = state.stories.size - stories.length;
  return [
    `${rule(0, `${title} ━━━ ${elapsedClock(nowMs - facts.startedAtMs)} elapsed`)}`,
    ...stories.map((story, index) => {
      const { mark, word } = statusMark(story, facts.records.of(story.story.key).narrated);
      const status = padToWidth(`${padToWidth(mark, 2)} ${word}`, 12);
      const head = `  ${padToWidth(labels[index] ?? "", labelColumns)}  ${status} `;
      const age = ageOf(story, nowMs);
      if (age === undefined) return head + detailOf(story, facts);
      // How long it takes is seen however much there is to say.
      const room = Math.max(DETAIL_COLUMNS_MIN, columns - displayWidth(head) - displayWidth(age) - 4);
      return `${head}${cutToWidth(detailOf(story, facts), room)}    ${age}`;
    }),
    ...(left > 0 ? [`  … ${left} more`] : []),
    `  ${totalsOf(state)}`,
    rule(columns),
  ];
};

/** Stories that count as succeeded: done, already done, or waiting for their operator's part only. */
export const succeeded = ({ endedBy }: RunState): number =>
  endedBy.done + endedBy["already-done"] + endedBy["awaiting-operator"];

/** All stories where they fit; else those that are under way or need a person, then the next ones, then ended ones. */
const shownStories = (state: RunState): StoryState[] => {
  const all = [...state.stories.values()];
  if (all.length <= ROWS_MAX) return all;
  const shown = all
    .map((story) => ({ story, interest: interestOf(story) }))
    .sort((a, b) => b.interest - a.interest || a.story.index - b.story.index)
    .slice(0, ROWS_MAX);
  return shown.map(({ story }) => story).sort((a, b) => a.index - b.index);
};

const interestOf = (story: StoryState): number => {
  if (story.slot !== undefined) return 4;
  if (story.stage === "parked" || story.outcome === "failed") return 3;
  return story.stage === "queued" ? 2 : 1;
};

/** For how long a story is in its phase; undefined where it is in none. */
const ageOf = (story: StoryState, nowMs: number): string | undefined =>
  story.stage === "running" || story.stage === "landing"
    ? `[${durationClock(nowMs - (story.phaseStartedAtMs ?? nowMs))}]`
    : undefined;

const detailOf = (story: StoryState, { state, records, nowMs, lastWords, label }: DashboardFacts): string => {
  const { key } = story.story;
  switch (story.stage) {
    case "ended":
      return resultWords(story, records.of(key), label);
    case "parked":
      return story.question === undefined ? "" : askedWords(story.question);
    case "queued": {
      const reason = waitingFor(state, story, nowMs);
      if (reason === null || reason === "worker") return "";
      return story.unmet > 0 ? `blocked by ${reason.split(", ").map(label).join(", ")}` : `waits for ${reason}`;
    }
    case "running":
    case "landing": {
      const again = story.attempt > 1 ? `attempt ${story.attempt}  ` : "";
      return `${again}${lastWords.get(key) ?? waitingFor(state, story, nowMs) ?? "working"}`;
    }
  }
};

const totalsOf = (state: RunState): string => {
  const queued = state.stories.size - state.busy - state.parked.size - state.endedCount;
  const parts = [
    `Workers: ${state.busy}/${effectiveWorkers(state)}`,
    `Queue: ${queued}`,
    `Done: ${succeeded(state)}`,
    ...(state.endedBy.failed > 0 ? [`Failed: ${state.endedBy.failed}`] : []),
    ...(state.endedBy.blocked > 0 ? [`Blocked: ${state.endedBy.blocked}`] : []),
    ...(state.parked.size > 0 ? [`Waits for you: ${state.parked.size}`] : []),
    ...(state.paused ? ["PAUSED"] : []),
    ...(state.breaker.open ? ["CIRCUIT BREAKER OPEN"] : []),
  ];
  return parts.join(" | ");
};
