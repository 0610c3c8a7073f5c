import type { RunFile } from "../../core/engine/run-file.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { JournaledEvent, RunEvent } from "../../core/scheduler/events.ts";
import { type RunState, storyOf } from "../../core/scheduler/state.ts";
import { dashboardLines } from "./dashboard.ts";
import { createFeedBlock } from "./feed-block.ts";
import { noticeLines } from "./notices.ts";
import { labelsOf, toOutput } from "./print-lines.ts";
import type { OutputWeight, Reporter, WriteOutput } from "./reporter.ts";
import { startLines } from "./start-block.ts";
import { storyCard } from "./story-card.ts";
import { createStoryRecords } from "./story-record.ts";
import { summaryLines } from "./summary.ts";

/** A feed block is printed that long after the last one, at the earliest. */
export const FEED_INTERVAL_MS = 2_000;
/** A change is shown on the dashboard that long after the last one, at the earliest. */
export const DASHBOARD_INTERVAL_MS = 10_000;
/** The dashboard comes that often even when nothing happens (lead-driven-batch.md, step 3). */
export const HEARTBEAT_INTERVAL_MS = 45_000;
/** Tables and feed are cut to that width, however wide the output says it is. */
const COLUMNS_MAX = 200;
/** Cards, notices and the summary are whole, so that a reason can be read to its end; this bounds what is no reason. */
const WHOLE_LINE_COLUMNS_MAX = 2_000;
/** Cards that one step prints: a failure can block hundreds of stories at once. */
const STEP_CARDS_MAX = 20;

/** What a plain reporter needs. */
export interface PlainReporterOptions {
  readonly write: WriteOutput;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Width of the output, in cells. */
  readonly columns: number;
  readonly startedAtMs: number;
}

/** Creates the reporter of plain headless output: the source form of lead-driven-batch.md, with no escapes at all. */
export const createPlainReporter = (options: PlainReporterOptions): Reporter => {
  const columns = Math.max(20, Math.min(COLUMNS_MAX, options.columns));
  const records = createStoryRecords();
  const feed = createFeedBlock();
  let label: (key: StoryKey) => string = (key) => key;
  let state: RunState | undefined;
  let feedAtMs = 0;
  let dashboardAtMs = options.now();
  let isChanged = false;

  const print = (lines: readonly string[], weight: OutputWeight = "event", width = WHOLE_LINE_COLUMNS_MAX): void => {
    if (lines.length > 0) options.write(toOutput(lines, width), weight);
  };
  const printFeed = (): void => {
    feedAtMs = options.now();
    print(feed.take(label), "feed", columns);
  };
  const know = (next: RunState): void => {
    if (state === undefined) label = labelsOf(next.stories.keys());
    state = next;
  };
  const printDashboard = (): void => {
    if (state === undefined) return;
    dashboardAtMs = options.now();
    isChanged = false;
    const { lastWords } = feed;
    const { startedAtMs } = options;
    const lines = dashboardLines({ state, records, label, lastWords, startedAtMs, nowMs: dashboardAtMs, columns });
    print(lines, "event", columns);
  };

  return {
    begin: (run: RunFile) => print(startLines(run)),
    recall: (entries, next) => {
      know(next);
      records.fold(entries);
    },
    events: (entries, next) => {
      know(next);
      records.fold(entries);
      isChanged ||= entries.some(({ event }) => CHANGES.has(event.type));
      const lines = stepLines(entries, next, (event) => cardOf(event, next));
      // What an agent said before its story ended belongs above the card.
      if (lines.length > 0) printFeed();
      print(lines);
    },
    feed: (lines) => {
      for (const line of lines) {
        records.hear(line);
        feed.add(line);
      }
    },
    tick: () => {
      const nowMs = options.now();
      if (nowMs - feedAtMs >= FEED_INTERVAL_MS) printFeed();
      const silentMs = nowMs - dashboardAtMs;
      if (silentMs >= (isChanged ? DASHBOARD_INTERVAL_MS : HEARTBEAT_INTERVAL_MS)) printDashboard();
    },
    end: (summary) => {
      printFeed();
      know(summary.state);
      print(summaryLines(summary, { records, label, columns }), "summary");
    },
  };

  function cardOf(event: RunEvent, next: RunState): string[] | undefined {
    if (event.type !== "story.ended") return undefined;
    const story = storyOf(next, event.story);
    return storyCard(story, records.of(event.story), { state: next, columns, label });
  }

  function stepLines(
    entries: readonly JournaledEvent[],
    next: RunState,
    toCard: (event: RunEvent) => string[] | undefined,
  ): string[] {
    const lines: string[] = [];
    let cards = 0;
    for (const { event } of entries) {
      const card = toCard(event);
      if (card === undefined) lines.push(...noticeLines(event, next, label));
      else if (++cards <= STEP_CARDS_MAX) lines.push(...card);
    }
    if (cards > STEP_CARDS_MAX) lines.push(`… ${cards - STEP_CARDS_MAX} more stories ended (see the summary)`);
    return lines;
  }
};

/** Events after which the dashboard says something new. */
const CHANGES: ReadonlySet<RunEvent["type"]> = new Set([
  "story.started",
  "turn.started",
  "landing.queued",
  "story.requeued",
  "story.parked",
  "story.ended",
  "workers.changed",
  "run.paused",
  "run.unpaused",
  "breaker.opened",
  "limit.waiting",
]);
