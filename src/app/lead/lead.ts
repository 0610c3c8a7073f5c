import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "../../core/control/protocol.ts";
import { type ControlServer, startControlServer } from "../../core/control/server.ts";
import { Engine } from "../../core/engine/engine.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import { openJournal } from "../../core/engine/journal.ts";
import { askGate } from "../../core/engine/performers/ask-gate.ts";
import { perform } from "../../core/engine/performers/perform.ts";
import { inBackground, type World } from "../../core/engine/performers/world.ts";
import { writeAtomically } from "../../core/files/write-atomically.ts";
import { counted } from "../../core/model/counted.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { keepTicking } from "../headless/keep-ticking.ts";
import type { Reporter } from "../headless/reporter.ts";
import type { OwnPackage } from "../own-package.ts";
import { dropForgedAnswers, takeAnswers } from "./answers.ts";
import { endAskedGates } from "./end-old-jobs.ts";
import { exitStatus } from "./exit-status.ts";
import { hearAgent } from "./hear-agent.ts";
import { InboxFolder } from "./inbox-folder.ts";
import { leaveWorld, openWorld } from "./open-world.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { foldRun, OWN_FOLDER, type StoredRun } from "./runs.ts";
import { type LeadSnapshot, takeSnapshot } from "./snapshot.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { summaryFacts, type WorkPlaces } from "./summary-facts.ts";

/** What leading a run needs. */
export interface LeadRequest {
  readonly stored: StoredRun;
  readonly repository: Repository;
  readonly own: OwnPackage;
  readonly environment: NodeJS.ProcessEnv;
  readonly isResumed: boolean;
  readonly reporter: Reporter;
  /** When the run is to stop by itself, epoch milliseconds. */
  readonly untilMs?: number | undefined;
  /** Hears exit words; returns what stops listening. */
  readonly listen: (onStop: (word: string) => void) => () => void;
}

/** Writes a new run's folder. From here on the run exists. */
export const writeRun = async (stored: StoredRun, repository: Repository): Promise<void> => {
  await makeOwnFolder(repository);
  mkdirSync(join(stored.directory, "jobs"), { recursive: true, mode: 0o700 });
  await writeAtomically(join(stored.directory, "run.json"), Buffer.from(`${JSON.stringify(stored.file)}\n`));
};

/**
 * Leads a run to its end in this process: engine, socket, reporter and signals put together. The caller holds the
 * repository's lock. Returns the exit status.
 */
export const leadRun = async (request: LeadRequest): Promise<number> => {
  const { stored, reporter } = request;
  const { journal, events } = openJournal(join(stored.directory, "journal.jsonl"));
  const state = foldRun(stored, events);
  let control: ControlServer<JournaledEvent, FeedLine> | undefined;
  let journaled = events.length;
  // A run's time is told by its events, so that whoever looks at it later is told the same.
  let lastAtMs = events.at(-1)?.at ?? stored.file.startedAtMs;
  const onFeed = (line: FeedLine): void => {
    reporter.feed([line]);
    control?.publishFeed(line);
  };
  const inbox = new InboxFolder({
    directory: stored.directory,
    state,
    command: (command) => engine.command(command),
    say: (item, text) => onFeed({ atMs: Date.now(), story: item, phase: undefined, text: `storyboard: ${text}` }),
  });
  const world = await openWorld({ ...request, state, feed: onFeed });
  const leaving = new AbortController();
  const engine = new Engine(state, events.length, {
    now: Date.now,
    luck: Math.random,
    journal,
    perform: (effect, signal) => perform(world, effect, signal),
    clean: (text) => world.mask(plainText(text)),
    onEvents: (entries, after) => {
      journaled += entries.length;
      lastAtMs = entries.at(-1)?.at ?? lastAtMs;
      reporter.events(entries, after);
      inbox.events(entries);
      for (const entry of entries) control?.publish(entry);
    },
  });
  // Before anybody can ask for another one.
  if (request.isResumed) void inBackground(world, endAskedGates(stored)).catch(() => {});
  control = await startControlServer<LeadSnapshot, JournaledEvent, FeedLine>({
    directory: join(stored.file.project, OWN_FOLDER),
    snapshot: () => takeSnapshot(stored, state, { events: journaled, leadAlive: true }),
    onCommand: async (command) => reply(engine, command),
    onAgent: async (words) => hearAgent({ world, engine, words }),
    onGate: (ask, signal, tell) => askGate(world, ask, AbortSignal.any([signal, leaving.signal]), tell),
  });
  reporter.begin(stored.file);
  if (request.isResumed) reporter.recall(events, state);
  const stopTicking = keepTicking(reporter);
  const signals = stopOnSignals(engine, world);
  const stopListening = request.listen((word) => engine.command({ type: "stop", reason: word }));
  const until = stopAt(engine, request.untilMs);
  const over = Promise.race([engine.ended, signals.forced]);
  // It may be over before anybody waits for it.
  over.catch(() => {});
  try {
    const hasEnded = events.length > 0 && !needsResuming(state);
    if (events.length === 0) engine.start();
    else if (!hasEnded) engine.resume();
    for (const command of takeAnswers(stored.directory)) engine.command(command);
    await inbox.open();
    // Kept commands that do not apply any more open nothing: the run is as ended as it was.
    if (!hasEnded || state.phase !== "ended") await over;
  } finally {
    engine.abandon();
    clearTimeout(until);
    stopListening();
    stopTicking();
    // Whoever waits for a gate hears now that it will not come.
    leaving.abort(new Error(state.phase === "ended" ? "the run has ended" : "the run stops"));
    await inbox.close();
    await leaveWorld(world);
    signals.release();
    tellDropped(dropForgedAnswers(stored.directory), state, onFeed);
    await control.close(state.result?.reason ?? "the lead has left");
    journal.close();
  }
  const places = world.run.config.isolation === "worktree" ? await placesOf(world) : undefined;
  reporter.end(summaryFacts(state, stored, lastAtMs - stored.file.startedAtMs, places));
  return exitStatus(state, stored);
};

/** Said of the run's first story: the feed has no line of the run itself. */
const tellDropped = (count: number, { stories }: RunState, onFeed: (line: FeedLine) => void): void => {
  const [story] = stories.keys();
  if (count === 0 || story === undefined) return;
  const what = `${counted(count, "command")} stored while the run was led ${count === 1 ? "is" : "are"} left out`;
  const text = `storyboard: ${what}: who answers then talks to the lead (storyboard ctl)`;
  onFeed({ atMs: Date.now(), story, phase: undefined, text });
};

const placesOf = async ({ worktrees, positions }: World): Promise<WorkPlaces> => ({
  worktrees: await worktrees.list(),
  integration: positions.integration,
  target: positions.target,
});

/** A run that ended for good is opened again only by an answer or a retry. */
const needsResuming = (state: RunState): boolean =>
  state.phase !== "ended" || state.result?.status === "paused" || state.result?.exit === 3;

const reply = (engine: Engine, command: Command): Reply => {
  const problem = engine.command(command);
  return problem === undefined ? { ok: true } : { ok: false, message: problem };
};

const stopAt = (engine: Engine, atMs: number | undefined): NodeJS.Timeout | undefined =>
  atMs === undefined
    ? undefined
    : setTimeout(() => engine.command({ type: "stop", reason: "--until" }), Math.max(0, atMs - Date.now()));
