import type { FeedLine } from "../../core/engine/feed.ts";
import type { PhaseName } from "../../core/model/pipeline.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import { CONTRACT_VERSION, type ContractBody, type ContractLine } from "./contract-line.ts";
import { isoTime } from "./contract-words.ts";
import { projectEvent } from "./project-event.ts";

/** Turns what a run journals and narrates into the lines of one `--json` stream. */
export interface Projector {
  /** The lines of one event, often none. `state` is the state after the event, or after the step it belongs to. */
  event(entry: JournaledEvent, state: RunState): ContractLine[];
  feed(line: FeedLine): ContractLine;
}

/**
 * Creates the projector of one stream. It numbers its lines itself, from 1: the journal's own numbers would have gaps
 * (most events are nobody's business) and doubles (one event may say two things), and feed lines have none.
 */
export const createProjector = (run: string): Projector => {
  let seq = 0;
  const phases = new Map<StoryKey, string>();
  const line = (atMs: number, body: ContractBody): ContractLine => ({
    v: CONTRACT_VERSION,
    seq: ++seq,
    at: isoTime(atMs),
    run,
    ...body,
  });
  /** A phase starts with its first turn of an attempt; later turns of it only go on. */
  const isNewPhase = (story: StoryKey, attempt: number, phase: PhaseName): boolean => {
    const now = `${attempt}/${phase}`;
    if (phases.get(story) === now) return false;
    phases.set(story, now);
    return true;
  };
  return {
    event: (entry, state) => projectEvent(entry, state, isNewPhase).map((body) => line(entry.at, body)),
    feed: ({ atMs, story, text }) => line(atMs, { type: "feed", story, text }),
  };
};
