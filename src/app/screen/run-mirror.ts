import type { RunFile } from "../../core/engine/run-file.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import { evolve } from "../../core/scheduler/evolve.ts";
import { initialState, type RunState } from "../../core/scheduler/state.ts";
import { createStoryRecords, type StoryRecords } from "../headless/story-record.ts";

/** A run as a client sees it: folded from the same events by the same `evolve`, so equal to the lead's by construction. */
export interface RunMirror {
  readonly state: RunState;
  readonly records: StoryRecords;
  /** How many events are folded, which is the number of the last one. */
  readonly count: number;
  /** When the last event happened, epoch milliseconds; the start of the run before the first. */
  readonly lastAtMs: number;
  /** Folds what is next and leaves out what is folded already; returns what was folded. */
  fold(entries: readonly JournaledEvent[], upTo?: number): JournaledEvent[];
}

/** Creates the mirror of a run before its first event. */
export const createRunMirror = (file: RunFile): RunMirror => {
  const state = initialState(file.policy, file.stories);
  const records = createStoryRecords();
  let count = 0;
  let lastAtMs = file.startedAtMs;
  return {
    state,
    records,
    get count() {
      return count;
    },
    get lastAtMs() {
      return lastAtMs;
    },
    fold: (entries, upTo = Number.POSITIVE_INFINITY) => {
      const folded: JournaledEvent[] = [];
      for (const entry of entries) {
        if (entry.seq !== count + 1 || entry.seq > upTo) continue;
        evolve(state, entry);
        count = entry.seq;
        lastAtMs = entry.at;
        folded.push(entry);
      }
      records.fold(folded);
      return folded;
    },
  };
};
