import { innerSize } from "../../components/layout.ts";
import type { Line, Rectangle, Span, StoriesProps, StoryRow, Tone, ViewState } from "../../components/props.ts";
import { MARKS } from "../../components/theme.ts";
import { displayWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { heroName } from "../../core/scheduler/heroes.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { askedWords } from "../headless/asked-words.ts";
import { durationOf } from "../headless/card-parts.ts";
import { resultWords } from "../headless/result-words.ts";
import { statusMark } from "../headless/status-mark.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import { waitingFor } from "../machine-contract/waiting-for.ts";
import type { ScreenFacts } from "./view-model.ts";
import { silentMs } from "./view-model-silence.ts";
import { fitLine, justified, lineWidth, span } from "./view-model-text.ts";

/** Longest name of a story in the table, in cells. */
const LABEL_COLUMNS_MAX = 24;
const WORKER_COLUMNS_MAX = 14;
/** A title with less room than this says nothing. */
const TITLE_COLUMNS_MIN = 10;
const TITLE_COLUMNS_MAX = 44;
/** Room for `25 tests  97.6% cov*  4→0 issues  8a1a0f0`. */
const RESULT_COLUMNS = 42;
const WORKER_COLUMNS_MIN = 108;
/** Below this the word of the phase goes: the mark says it. */
const WORD_COLUMNS_MIN = 60;
/** Characters of an agent's line that are looked at. */
const WORDS_MAX = 500;

/** The stories that are listed: those in whose name, title or state the text occurs, in backlog order. */
export const listedStories = ({ state, label }: Pick<ScreenFacts, "state" | "label">, filter: string): StoryKey[] => {
  if (filter === "") return [...state.stories.keys()];
  const wanted = filter.toLowerCase();
  return [...state.stories.values()]
    .filter((story) =>
      [story.story.key, label(story.story.key), story.story.title, statusMark(story).word, workerOf(story)].some(
        (text) => text.toLowerCase().includes(wanted),
      ),
    )
    .map((story) => story.story.key);
};

/** The stories pane: the rows in sight of the selection, with as many columns as have room. */
export const storiesProps = (
  facts: ScreenFacts,
  view: ViewState,
  { area, hasBorder, nowMs }: { readonly area: Rectangle; readonly hasBorder: boolean; readonly nowMs: number },
): StoriesProps => {
  const { state } = facts;
  const inner = innerSize(area, hasBorder);
  const keys = listedStories(facts, view.storyFilter);
  const first = firstRow(facts, keys, view.selected, inner.rows);
  const shown = keys.slice(first, first + inner.rows).flatMap((key) => state.stories.get(key) ?? []);
  const widths = columnWidths(facts, inner.columns);
  return {
    area,
    title: "Stories",
    remark: remarkOf({
      total: state.stories.size,
      listed: keys.length,
      first,
      shown: shown.length,
      filter: view.storyFilter,
    }),
    isFocused: view.pane === "stories" && view.view === "dashboard",
    hasBorder,
    columns: Object.keys(TABLE_COLUMNS),
    rows: shown.map((story) =>
      storyRow(facts, story, { widths, isSelected: story.story.key === view.selected, nowMs }),
    ),
    empty: view.storyFilter === "" ? "No stories." : `No story matches “${plainLine(view.storyFilter)}”.`,
  };
};

/** The selection stays in the middle; before there is one, what is under way stays in sight. */
const firstRow = (
  { state }: ScreenFacts,
  keys: readonly StoryKey[],
  selected: StoryKey | undefined,
  rows: number,
): number => {
  if (keys.length <= rows) return 0;
  const chosen = selected === undefined ? -1 : keys.indexOf(selected);
  const under =
    chosen === -1
      ? keys.findIndex((key) => state.stories.get(key)?.stage !== "ended") - 1
      : chosen - Math.floor(rows / 2);
  return Math.max(0, Math.min(under, keys.length - rows));
};

interface Shown {
  readonly total: number;
  readonly listed: number;
  readonly first: number;
  readonly shown: number;
  readonly filter: string;
}

const remarkOf = ({ total, listed, first, shown, filter }: Shown): string => {
  const range = shown < listed ? `${first + 1}-${first + shown} of ${listed}` : "";
  if (filter === "") return range;
  return `${range === "" ? `${listed} of ${total}` : range} with “${plainLine(filter)}”`;
};

type ColumnName = "mark" | "label" | "title" | "worker" | "status" | "detail" | "age";
type Widths = Partial<Record<ColumnName, number>>;

/** The columns of the table, and what stands in each: every cell costs time in a first frame, so there are few. */
const TABLE_COLUMNS: Readonly<Record<string, readonly ColumnName[]>> = {
  story: ["mark", "label", "title", "worker"],
  status: ["status"],
  now: ["detail", "age"],
};

/** The parts that have room, in their order, with the cells of each; they fill the pane together. */
const columnWidths = ({ state, label }: ScreenFacts, columns: number): Widths => {
  let labelColumns = 4;
  for (const key of state.stories.keys()) labelColumns = Math.max(labelColumns, displayWidth(label(key)));
  const titleColumns = widestTitle(state) + 2;
  const widths: Widths = {
    mark: 2,
    label: Math.min(labelColumns, LABEL_COLUMNS_MAX, Math.max(4, Math.floor(columns / 3))) + 2,
    title: 0,
    ...(columns >= WORKER_COLUMNS_MIN ? { worker: WORKER_COLUMNS_MAX } : {}),
    status: columns >= WORD_COLUMNS_MIN ? 13 : 3,
    detail: 0,
    ...(columns >= 24 ? { age: 8 } : {}),
  };
  const left = columns - Object.values(widths).reduce((sum, width) => sum + width, 0);
  const title = Math.min(titleColumns, TITLE_COLUMNS_MAX, left - RESULT_COLUMNS);
  if (title < TITLE_COLUMNS_MIN) delete widths.title;
  else widths.title = title;
  return { ...widths, detail: Math.max(0, left - (widths.title ?? 0)) };
};

/** Titles never change in a run, and there may be thousands: they are measured once, not in every frame. */
const widestTitle = ({ stories }: ScreenFacts["state"]): number => {
  let widest = WIDEST_TITLES.get(stories);
  if (widest === undefined) {
    widest = 0;
    for (const { story } of stories.values()) {
      widest = Math.max(widest, displayWidth(plainLine(story.title.slice(0, WORDS_MAX))));
    }
    WIDEST_TITLES.set(stories, widest);
  }
  return widest;
};

const WIDEST_TITLES = new WeakMap<ScreenFacts["state"]["stories"], number>();

const storyRow = (
  facts: ScreenFacts,
  story: StoryState,
  { widths, isSelected, nowMs }: { readonly widths: Widths; readonly isSelected: boolean; readonly nowMs: number },
): StoryRow => {
  const { key } = story.story;
  const { mark, word } = statusMark(story, facts.records.of(story.story.key).narrated);
  const tone = toneOf(story);
  const hasWord = (widths.status ?? 0) > 3;
  const status = `${mark}${" ".repeat(Math.max(1, 3 - displayWidth(mark)))}${hasWord ? word : ""}`;
  const all: Record<ColumnName, (columns: number) => Line> = {
    mark: (columns) => fitLine([span(isSelected ? MARKS.selected : "", "active")], columns),
    label: (columns) => gapped([span(facts.label(key), isSelected ? "strong" : "plain")], columns),
    title: (columns) => gapped([span(plainLine(story.story.title), isSelected ? "strong" : "plain")], columns),
    worker: (columns) => gapped([span(workerOf(story), "quiet")], columns),
    status: (columns) => fitLine([span(status, tone)], columns),
    detail: (columns) => fitLine(detailOf(facts, story, columns, nowMs, widths.title !== undefined), columns),
    age: (columns) => rightLine(ageOf(story, nowMs), columns),
  };
  return {
    id: key,
    isSelected,
    cells: Object.fromEntries(
      Object.entries(TABLE_COLUMNS).map(([name, parts]) => [
        name,
        parts.flatMap((part) => (widths[part] === undefined ? [] : all[part](widths[part]))),
      ]),
    ),
  };
};

/** Two empty cells behind it at least, so that a long name does not run into what follows. */
const gapped = (line: Line, columns: number): Line => fitLine(fitLine(line, Math.max(0, columns - 2)), columns);

const rightLine = (text: string, columns: number): Line => {
  const line: Line = [span(text, "quiet")];
  return fitLine([span(" ".repeat(Math.max(0, columns - lineWidth(line)))), ...line], columns);
};

const workerOf = (story: StoryState): string => (story.slot === undefined ? "" : heroName(story.slot));

const OUTCOME_TONES = {
  done: "good",
  "already-done": "good",
  failed: "bad",
  blocked: "warn",
  skipped: "quiet",
  parked: "warn",
  "awaiting-operator": "warn",
} as const;

/** The tone of a story by where it is in its life. */
export const toneOf = (story: StoryState): Tone => {
  switch (story.stage) {
    case "ended":
      return OUTCOME_TONES[story.outcome ?? "failed"];
    case "parked":
      return "warn";
    case "queued":
      return "quiet";
    case "running":
    case "landing":
      return "active";
  }
};

/** What it is doing now, what it waits for, or what came of it. */
const detailOf = (facts: ScreenFacts, story: StoryState, columns: number, nowMs: number, hasTitle: boolean): Line => {
  const { state, records, label } = facts;
  const { key } = story.story;
  const title = plainLine(story.story.title);
  // Numbers that are cut off say less than the story's name.
  const isShort = !hasTitle && columns < RESULT_COLUMNS;
  switch (story.stage) {
    case "ended":
      // The phase is in the failure's own words.
      return story.outcome === "failed"
        ? [span(plainLine(story.failures.at(-1)?.message.slice(0, WORDS_MAX) ?? "–"), "bad")]
        : [span(isShort && story.outcome === "done" ? title : resultWords(story, records.of(key), label))];
    case "parked":
      return [span(story.question === undefined ? "" : askedWords(story.question, WORDS_MAX), "warn")];
    case "queued":
      return queuedDetail(facts, story, nowMs, hasTitle);
    case "running":
    case "landing": {
      const again = story.attempt > 1 ? [span(`attempt ${story.attempt}  `, "warn")] : [];
      const waits = waitingFor(state, story, nowMs);
      const doing = waits === null ? doingNow(facts, story) : span(`waits for ${waits}`, "quiet");
      return justified([...again, doing], silenceOf(facts, story, nowMs), columns);
    }
  }
};

/** What the agent said last in this phase, or what storyboard does with the story meanwhile. */
const doingNow = ({ state, feed }: ScreenFacts, story: StoryState): Span => {
  const effect = story.busyWith === undefined ? undefined : state.effects.get(story.busyWith);
  if (effect?.kind !== "run-turn") return span(OWN_WORK[effect?.kind ?? "next"] ?? "…", "quiet");
  const last = feed.lastOf(story.story.key);
  if (last === undefined || last.phase !== story.phase || last.atMs < (story.phaseStartedAtMs ?? 0)) {
    return span("the agent starts", "quiet");
  }
  return span(plainLine(last.text.slice(0, WORDS_MAX)));
};

const OWN_WORK: Readonly<Record<string, string>> = {
  "prepare-workspace": "its worktree is made ready",
  "check-evidence": "storyboard checks the evidence",
  land: "storyboard lands it",
};

const queuedDetail = ({ state, label }: ScreenFacts, story: StoryState, nowMs: number, hasTitle: boolean): Line => {
  const reason = waitingFor(state, story, nowMs);
  const again = story.attempt > 0 && story.failures.length > 0 ? `attempt ${story.attempt} next  ` : "";
  if (reason === null || reason === "worker") {
    return [span(`${again}${hasTitle ? "" : plainLine(story.story.title)}`, "quiet")];
  }
  if (story.unmet === 0) return [span(`${again}${waitWords(reason)}`, "quiet")];
  // The reason has full keys; the table calls stories by their labels.
  const named = reason.replaceAll(/[^\s,]+/g, (word) => (state.stories.has(word) ? label(word) : word));
  return [span(`after ${named}`, "quiet")];
};

const waitWords = (reason: string): string =>
  reason.startsWith("backoff ") ? `tries again in ${reason.slice("backoff ".length)}` : `waits for ${reason}`;

const silenceOf = (facts: ScreenFacts, story: StoryState, nowMs: number): Line => {
  const silence = silentMs(facts, story, nowMs);
  return silence === undefined ? [] : [span(`silent ${durationClock(silence)}`, "warn")];
};

/** How long the phase runs, or how long the whole story took. */
const ageOf = (story: StoryState, nowMs: number): string => {
  if (story.stage === "ended") return story.startedAtMs === undefined ? "" : durationOf(story);
  if (story.slot === undefined || story.phaseStartedAtMs === undefined) return "";
  return durationClock(nowMs - story.phaseStartedAtMs);
};
