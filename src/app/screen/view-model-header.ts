import type { LayoutKind } from "../../components/layout.ts";
import type { HeaderProps, Line, Notice, Rectangle, Span } from "../../components/props.ts";
import { MARKS } from "../../components/theme.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { countsOf } from "../../core/scheduler/counts.ts";
import { effectiveWorkers, type RunState } from "../../core/scheduler/state.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { elapsedClock } from "../machine-contract/time-words.ts";
import type { ScreenFacts } from "./view-model.ts";
import { etaWords, remainingMs } from "./view-model-eta.ts";
import { stateWord } from "./view-model-state.ts";
import { cutLine, fitLine, fitParts, justified, lineWidth, type Part, span } from "./view-model-text.ts";

/** A bar below this says nothing. */
const BAR_COLUMNS_MIN = 8;

/** The header. `message` is for a screen that has no footer. */
export const headerProps = (facts: ScreenFacts, { kind, area, message, nowMs }: HeaderPlace): HeaderProps => {
  const { columns, rows } = area;
  if (kind === "full") return { area, lines: [titleLine(facts, columns, nowMs), totalsLine(facts, columns, nowMs)] };
  if (kind === "narrow") {
    return { area, lines: [shortTitleLine(facts, columns, nowMs), shortTotalsLine(facts.state, columns)] };
  }
  return { area, lines: tinyLines({ facts, columns, rows, nowMs }, message) };
};

interface HeaderPlace {
  readonly kind: LayoutKind;
  readonly area: Rectangle;
  readonly message: Notice | undefined;
  readonly nowMs: number;
}

const titleLine = (facts: ScreenFacts, columns: number, nowMs: number): Line => {
  const right = fitParts(
    [{ line: [stateSpan(facts)], rank: 0 }, ...countParts(facts.state), { line: clock(facts, nowMs), rank: 0 }],
    columns - 2,
    "   ",
  );
  const left = fitParts(
    [
      { line: [span("storyboard", "quiet")], rank: 3 },
      { line: [span(plainLine(facts.file.projectName), "strong")], rank: 1 },
      { line: epicsOf(facts), rank: 2 },
    ],
    Math.max(0, columns - 4 - lineWidth(right)),
    "  ",
  );
  return inset(justified(left, right, columns - 2), columns);
};

const totalsLine = (facts: ScreenFacts, columns: number, nowMs: number): Line => {
  const { state, lead } = facts;
  const usage = contractUsage(state.usage);
  const percent: Part = { line: [span(`${percentOf(state)}%`, "strong")], rank: 0 };
  const cost: Part = {
    line: usage.usd === null ? [span("cost ", "quiet"), span("–")] : [span(costWords(usage))],
    rank: 2,
  };
  const isUnderWay = state.phase !== "ended" && lead !== "none";
  const words = fitParts(
    isUnderWay ? [percent, ...paceParts(state, cost, nowMs)] : [percent, cost],
    columns - 2 - BAR_COLUMNS_MIN - 3,
    "   ",
  );
  const bar = barSpans(state, columns - 2 - lineWidth(words) - 3);
  return inset([...bar, span("   "), ...words], columns);
};

/** Who is at work, what waits for them, and how long it will take: of a run under way alone. */
const paceParts = (state: RunState, cost: Part, nowMs: number): Part[] => [
  {
    line: [
      span("workers ", "quiet"),
      span(`${state.busy}/${effectiveWorkers(state)}`),
      ...(effectiveWorkers(state) === state.maxWorkers ? [] : [span(` (max ${state.maxWorkers})`, "quiet")]),
    ],
    rank: 0,
  },
  { line: [span("queue ", "quiet"), span(String(countsOf(state).queued))], rank: 0 },
  cost,
  { line: [span("ETA ", "quiet"), span(etaWords(remainingMs(state, nowMs)))], rank: 1 },
];

const shortTitleLine = (facts: ScreenFacts, columns: number, nowMs: number): Line =>
  justified(
    [span(plainLine(facts.file.projectName), "strong")],
    [stateSpan(facts), span("  "), ...clock(facts, nowMs)],
    columns,
  );

const shortTotalsLine = (state: RunState, columns: number): Line => {
  const counts = fitParts(countParts(state), columns - BAR_COLUMNS_MIN - 2);
  const withPercent: Line = [span(`${percentOf(state)}%`, "strong"), span("  "), ...counts];
  const words = lineWidth(withPercent) + BAR_COLUMNS_MIN + 2 > columns ? counts : withPercent;
  return [...barSpans(state, columns - lineWidth(words) - 2), span("  "), ...words];
};

/** Header and counts alone: in the order of reading, with the rank by which a line goes where there are fewer rows. */
const tinyLines = (
  { facts, columns, rows, nowMs }: { facts: ScreenFacts; columns: number; rows: number; nowMs: number },
  message: Notice | undefined,
): Line[] => {
  const { state } = facts;
  const counts = countsOf(state);
  const percent = ` ${percentOf(state)}%`;
  const waits = counts.waiting === 1 ? "1 waits for you" : `${counts.waiting} wait for you`;
  const lines: readonly { readonly line: Line; readonly rank: number }[] = [
    { line: tinyTitle(facts, columns, nowMs), rank: 0 },
    { line: [...barSpans(state, columns - percent.length), span(percent, "strong")], rank: 4 },
    { line: fitParts(countParts(state), columns), rank: 1 },
    { line: message === undefined ? [] : [span(plainLine(message.text), message.tone)], rank: 2 },
    { line: counts.waiting === 0 ? [] : [span(waits, "warn")], rank: 3 },
    {
      line: fitParts(
        [
          { line: [span(`${counts.running} running`)], rank: 0 },
          { line: [span(`${counts.queued} queued`, "quiet")], rank: 1 },
        ],
        columns,
      ),
      rank: 5,
    },
  ];
  const kept = lines
    .filter(({ line }) => line.length > 0)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, rows);
  return lines.filter((line) => kept.includes(line)).map(({ line }) => cutLine(line, columns));
};

const tinyTitle = (facts: ScreenFacts, columns: number, nowMs: number): Line => {
  const state: Line = [stateSpan(facts)];
  const time = clock(facts, nowMs);
  // The clock goes before the word that says what the run does.
  return lineWidth(state) + 1 + lineWidth(time) > columns
    ? cutLine(state, columns)
    : [...fitLine(state, columns - lineWidth(time)), ...time];
};

/** How the stories ended and what waits: the counts of the machine contract, in words. */
const countParts = (state: RunState): Part[] => {
  const counts = countsOf(state);
  const succeeded = counts.done + counts.already_done + counts.awaiting_operator;
  const some = (count: number, word: string, tone: Span["tone"], rank: number): Part[] =>
    count === 0 ? [] : [{ line: [span(`${count} ${word}`, tone)], rank }];
  return [
    { line: [span(`${succeeded}/${counts.total}`, succeeded > 0 ? "good" : "plain"), span(" done")], rank: 0 },
    ...some(counts.failed, "failed", "bad", 1),
    ...some(counts.blocked, "blocked", "warn", 3),
    ...some(counts.skipped, "skipped", "quiet", 4),
    ...some(counts.waiting, counts.waiting === 1 ? "waits for you" : "wait for you", "warn", 1),
    ...some(counts.awaiting_operator, "left for you", "warn", 2),
    ...some(counts.parked, "parked", "warn", 2),
  ];
};

/** Ends well count; what failed, was blocked or skipped is drawn, but is not done. */
const percentOf = (state: RunState): number =>
  state.stories.size === 0 ? 0 : Math.floor((100 * succeededOf(state)) / state.stories.size);

const succeededOf = (state: RunState): number => {
  const { done, already_done, awaiting_operator } = countsOf(state);
  return done + already_done + awaiting_operator;
};

const barSpans = (state: RunState, columns: number): Line => {
  if (columns < 1) return [];
  const total = Math.max(1, state.stories.size);
  const done = Math.floor((columns * succeededOf(state)) / total);
  const ended = Math.floor((columns * state.endedCount) / total);
  return [
    span(MARKS.barDone.repeat(done), "good"),
    span(MARKS.barDone.repeat(ended - done), "bad"),
    span(MARKS.barOpen.repeat(columns - ended), "quiet"),
  ].filter(({ text }) => text !== "");
};

const stateSpan = (facts: ScreenFacts): Span => {
  const { word, tone } = stateWord(facts);
  return span(word, tone);
};

/** The clock of the run; the dot beside it beats once a second as long as somebody runs it. */
const clock = (facts: ScreenFacts, nowMs: number): Line => {
  const { state, file, lead, summary } = facts;
  if (lead === "none") return [];
  const isOver = state.phase === "ended";
  const elapsedMs = isOver
    ? (summary?.elapsedMs ?? lastEnd(state, nowMs) - file.startedAtMs)
    : nowMs - file.startedAtMs;
  const time = span(elapsedClock(elapsedMs));
  if (isOver || lead === "lost") return [time];
  return [span(`${MARKS.beat[Math.floor(nowMs / 1000) % 2] ?? ""} `, "active"), time];
};

const lastEnd = (state: RunState, nowMs: number): number => {
  let latest = 0;
  for (const story of state.stories.values()) latest = Math.max(latest, story.endedAtMs ?? 0);
  return latest === 0 ? nowMs : latest;
};

const epicsOf = ({ file }: ScreenFacts): Line => {
  const epics = new Set(file.stories.flatMap((story) => (story.epic === undefined ? [] : [story.epic])));
  const [first] = epics;
  if (first === undefined) return [];
  return [span(epics.size === 1 ? `epic ${plainLine(first)}` : `${epics.size} epics`)];
};

/** A line with one empty cell at both sides, which sets the header level with what is inside the panes. */
const inset = (line: Line, columns: number): Line => cutLine([span(" "), ...line], columns);
