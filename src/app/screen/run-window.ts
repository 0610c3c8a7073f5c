import { join } from "node:path";
import type { ControlEnd } from "../../core/control/connection.ts";
import type { Reply } from "../../core/control/protocol.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import { readJournal } from "../../core/engine/journal.ts";
import type { RunFile } from "../../core/engine/run-file.ts";
import { UserError } from "../../core/model/user-error.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { StoryRecords } from "../headless/story-record.ts";
import type { LeadClient } from "../lead/connect-lead.ts";
import { readRunIn, type StoredRun } from "../lead/runs.ts";
import type { LeadSnapshot } from "../lead/snapshot.ts";
import { createFeedRing, type FeedRing } from "./feed-ring.ts";
import { milestoneOf } from "./milestones.ts";
import { createRunMirror, type RunMirror } from "./run-mirror.ts";
import type { FeedWindow } from "./view-model.ts";

/** Events of the past that a newly opened screen looks through for its feed. */
const PAST_EVENTS_MAX = 2_000;

/** How a run stands to its lead: one leads it, the one that did is gone too early, it has ended, nobody began. */
export type LeadWord = "alive" | "lost" | "ended" | "none";

/** Hears what changes, in order. Called at once: whoever draws batches. */
export interface WindowListener {
  /** Events that were just folded, with the state after them. */
  onEvents?(entries: readonly JournaledEvent[], state: RunState): void;
  onFeed?(line: FeedLine): void;
  /** The connection is over; `lead` says what that means. */
  onEnd?(): void;
}

/** A run, looked at from another process: the lead's client, or what the disk tells where there is no lead. */
export interface RunWindow {
  readonly file: RunFile;
  /** The run's folder. */
  readonly directory: string;
  /** Owned by the window: read it, never change it. */
  readonly state: RunState;
  readonly records: StoryRecords;
  readonly feed: FeedWindow;
  readonly lead: LeadWord;
  /** Whether it was opened on a living lead. */
  readonly isLive: boolean;
  /** How many events the state is folded from. */
  readonly eventCount: number;
  /** When the last event happened, epoch milliseconds. */
  readonly lastEventAtMs: number;
  /** Never rejects: what does not apply, and a lost lead, are replies that say so. */
  command(command: Command): Promise<Reply>;
  /** Returns what stops listening. */
  subscribe(listener: WindowListener): () => void;
  /** Breaks the connection off; the run does not notice. */
  close(): void;
}

/**
 * Opens a window on the run of a lead. The run's past comes from its folder, up to the number of events that the
 * snapshot contains, the rest as it is published; what was left out because we did not keep up is read from the folder
 * as well. Throws a UserError where the folder cannot be read; undefined when the lead left before its first word.
 * @param listen called once the past is folded and before anything later is: its listener misses nothing
 */
export const openRunWindow = async (
  client: LeadClient,
  listen?: (file: RunFile, state: RunState) => WindowListener,
): Promise<RunWindow | undefined> => {
  const listeners = new Set<WindowListener>();
  const feed = createFeedRing(Date.now());
  let opened: { readonly stored: StoredRun; readonly mirror: RunMirror } | undefined;
  let problem: unknown;
  let end: ControlEnd | undefined;

  const tell = (entries: readonly JournaledEvent[], { state }: RunMirror): void => {
    if (entries.length === 0) return;
    note(entries, feed);
    for (const each of listeners) each.onEvents?.(entries, state);
  };
  const catchUp = (upTo?: number): void => {
    if (opened === undefined) return;
    tell(opened.mirror.fold(journalOf(opened.stored), upTo), opened.mirror);
  };
  const open = ({ directory, events }: LeadSnapshot): void => {
    const stored = readRunIn(directory);
    if (stored === undefined) throw unreadable(directory);
    const mirror = createRunMirror(stored.file);
    note(mirror.fold(journalOf(stored), events).slice(-PAST_EVENTS_MAX), feed);
    opened = { stored, mirror };
    if (listen !== undefined) listeners.add(listen(stored.file, mirror.state));
  };

  await client.subscribe({
    onSnapshot: (snapshot) => {
      try {
        if (opened === undefined) open(snapshot);
        else catchUp(snapshot.events);
      } catch (error) {
        problem = error;
        client.close();
      }
    },
    onEvent: (entry) => {
      if (opened === undefined) return;
      if (entry.seq > opened.mirror.count + 1) catchUp(entry.seq - 1);
      tell(opened.mirror.fold([entry]), opened.mirror);
    },
    onFeed: (line) => {
      feed.push(line);
      opened?.mirror.records.hear(line);
      for (const each of listeners) each.onFeed?.(line);
    },
  });
  if (problem !== undefined) throw problem;
  if (opened === undefined) return undefined;
  const { stored, mirror } = opened;
  void client.ended.then((how) => {
    if (how.kind === "closed") return;
    // The last events may have been left out for a client that did not keep up; they are in the journal.
    catchUp();
    end = how;
    for (const each of listeners) each.onEnd?.();
  });

  return {
    ...stored,
    state: mirror.state,
    records: mirror.records,
    feed,
    isLive: true,
    get lead() {
      if (end === undefined) return "alive";
      return mirror.state.phase === "ended" ? "ended" : "lost";
    },
    get eventCount() {
      return mirror.count;
    },
    get lastEventAtMs() {
      return mirror.lastAtMs;
    },
    command: (command) => client.command(command),
    subscribe: (each) => {
      listeners.add(each);
      return () => listeners.delete(each);
    },
    close: () => client.close(),
  };
};

/**
 * A window on a run that nobody leads: one that has ended, was left unfinished, or is only planned. `onCommand` says
 * what becomes of commands.
 */
export const openStillWindow = (
  stored: StoredRun,
  events: readonly JournaledEvent[],
  onCommand: (command: Command) => Promise<Reply>,
): RunWindow => {
  const mirror = createRunMirror(stored.file);
  const feed = createFeedRing(Date.now());
  note(mirror.fold(events).slice(-PAST_EVENTS_MAX), feed);
  const { state, records } = mirror;
  return {
    ...stored,
    state,
    records,
    feed,
    isLive: false,
    lead: state.phase === "ended" ? "ended" : events.length === 0 ? "none" : "lost",
    eventCount: mirror.count,
    lastEventAtMs: mirror.lastAtMs,
    command: onCommand,
    subscribe: () => () => {},
    close: () => {},
  };
};

/** What storyboard has done stands in the feed too, and is what a screen knows of the time before it was opened. */
const note = (entries: readonly JournaledEvent[], feed: FeedRing): void => {
  for (const entry of entries) {
    const line = milestoneOf(entry);
    if (line !== undefined) feed.note(line);
  }
};

const journalOf = ({ directory }: StoredRun): JournaledEvent[] => {
  try {
    return readJournal(join(directory, "journal.jsonl"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};

const unreadable = (directory: string): UserError =>
  new UserError(`The folder of this run cannot be read: ${directory}.`, [
    "A run is looked at on the machine, and as the user, that it runs on.",
  ]);
