import type { FeedLine } from "../../core/engine/feed.ts";
import type { RunFile } from "../../core/engine/run-file.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { SummaryFacts } from "./summary.ts";

/** How much a text matters when nobody reads: feed is given up first, a summary never. */
export type OutputWeight = "feed" | "event" | "summary";

/** Where a reporter's text goes; whole lines with their line feeds. */
export type WriteOutput = (text: string, weight: OutputWeight) => void;

/** Says what a run does, on an output without a screen. Has no timer of its own: call `tick` about once a second. */
export interface Reporter {
  /** What the run will do, before its first event. */
  begin(run: RunFile): void;
  /** Events of before this process (a resumed run): remembered for cards and summary, not printed. */
  recall(entries: readonly JournaledEvent[], state: RunState): void;
  /** The events of one step with the state after it. */
  events(entries: readonly JournaledEvent[], state: RunState): void;
  feed(lines: readonly FeedLine[]): void;
  /** Prints what has become due: feed blocks, the dashboard, the heartbeat. */
  tick(): void;
  /** Whatever was held back, and the summary. */
  end(summary: SummaryFacts): void;
}
