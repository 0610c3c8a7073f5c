import type { StoryCriteria } from "../model/criteria.ts";
import type { Failure } from "../model/failure.ts";
import { graphOf, ranksOf, type StoryGraph, storyWeight } from "../model/graph.ts";
import type { LandingConflict } from "../model/landing-conflict.ts";
import type { Lesson } from "../model/lesson.ts";
import type { PhaseName } from "../model/pipeline.ts";
import type { Finding } from "../model/review.ts";
import type { WritableStatus } from "../model/status.ts";
import type { Story } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";
import type { CutReason } from "../model/turn.ts";
import { NO_USAGE, type Usage } from "../model/usage.ts";
import type { AgentSession } from "./agent-session.ts";
import type { Effect, EffectId, Lease } from "./effects.ts";
import type { Outcome, Question, Resumption, RunStatus, StopPurpose } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import { type ReadyEntry, ReadyQueue } from "./ready-queue.ts";
import type { SlowedProvider } from "./slowed-provider.ts";

/** Where a story is in its life (product.md). */
export type StoryStage = "queued" | "running" | "landing" | "parked" | "ended";

/** The life of one story in a run. Mutated by `evolve` alone. */
export interface StoryState {
  readonly story: Story;
  readonly index: number;
  readonly rank: number;
  stage: StoryStage;
  outcome?: Outcome | undefined;
  /** Attempts begun; 0 before the first. */
  attempt: number;
  /** Turns begun, over all attempts. */
  turns: number;
  /** Those of them that something interrupted: no limit counts them. */
  interruptions: number;
  phase?: PhaseName | undefined;
  /** Number of its worker slot, while in flight. */
  slot?: number | undefined;
  leases: readonly Lease[];
  /** The agents' sessions by conversation (`threadOf`). */
  sessions: Record<PhaseName, AgentSession>;
  /** Turns of each phase since a person last spoke, without those that something interrupted. */
  turnsOf: Record<PhaseName, number>;
  /** How far each phase is that began. */
  phaseStates: Record<PhaseName, "in_progress" | "complete">;
  /** Profile of its last turn's agent. */
  agent?: string | undefined;
  /** What was learnt in it, for later stories. */
  lessons: readonly Lesson[];
  /** What a person said to its agent that no turn has heard yet. */
  messages: readonly string[];
  /** Those that the turn under way began with. */
  told: readonly string[];
  /** What its agent asked in the middle of its turn, until that has ended. */
  asked?: { readonly kind: "question" | "blocker"; readonly text: string } | undefined;
  workspaceReady: boolean;
  baseline?: string | undefined;
  /** What to do next, when no effect of the story is under way. */
  next?: Resumption | undefined;
  /** The effect that the story waits for, if any. */
  busyWith?: EffectId | undefined;
  /** A stop was asked for while its turn runs; decides what the turn's end means. */
  stopping?: StopPurpose | undefined;
  /** Why the last turn was cut off, until its salvage is decided. */
  cut?: CutReason | undefined;
  /** Whether its agent had neither said nor done anything by then. */
  neverBegan: boolean;
  checkedAlreadyDone: boolean;
  reviews: number;
  /** The git tree that the last verdict was about. */
  reviewedTree?: string | undefined;
  openFindings: readonly Finding[];
  deferredFindings: readonly Finding[];
  failures: Failure[];
  environmentFailures: number;
  /** The same for a provider that is overloaded or out of reach. */
  providerFailures: number;
  landingFailures: number;
  /** Landings refused for a conflict or a red gate since a person last spoke. */
  refusals: number;
  /** Why the last landing was refused, until the story comes to land again. */
  conflict?: LandingConflict | undefined;
  notBeforeMs: number;
  /** Order among retried stories; 0 for one that was not retried. */
  retryOrder: number;
  question?: Question | undefined;
  /** What only a person can do, as its agents said, part by part. */
  operator: readonly string[];
  /** Dependencies not yet satisfied. */
  unmet: number;
  blockedBy?: StoryKey | undefined;
  /** Whether its end lets dependents start. */
  satisfies: boolean;
  /** The status that storyboard set last in the project's files. */
  keptStatus?: WritableStatus | undefined;
  /** The status that it is to land with, where that is not the run's own. */
  finalStatus?: WritableStatus | undefined;
  /** The status that its landing brings with it. */
  landingStatus?: WritableStatus | undefined;
  startedAtMs?: number | undefined;
  phaseStartedAtMs?: number | undefined;
  endedAtMs?: number | undefined;
  commit?: string | undefined;
  /** The head of its branch whose evidence held last; unset once a person may have worked on it. */
  checked?: string | undefined;
  /** The head whose work was held to be done last, and from which a phase that keeps the story's file may not differ. */
  worked?: string | undefined;
  usage: Usage;
  notes: string[];
  flags: string[];
  gates: Readonly<Record<string, boolean>>;
  /** Checks that the builder named for acceptance criteria, and what they showed; unset before. */
  criteria?: StoryCriteria | undefined;
}

/** All that a decision may depend on. Owned by one engine, mutated by `evolve` alone. */
export interface RunState {
  readonly policy: RunPolicy;
  readonly graph: StoryGraph;
  readonly stories: ReadonlyMap<StoryKey, StoryState>;
  phase: "new" | "baseline" | "running" | "finishing" | "ended";
  /** Set by an orderly stop: nothing new starts and running turns are being stopped. */
  stopping?: { readonly reason: string; readonly critical: boolean } | undefined;
  paused: boolean;
  maxWorkers: number;
  /** The story in each worker slot. */
  readonly slots: (StoryKey | undefined)[];
  busy: number;
  breaker: { failures: number; open: boolean };
  /** Providers that rest, and until when. */
  readonly resting: Map<string, number>;
  /** Rests in a row of a provider, without a turn that ended well between them. */
  readonly rests: Map<string, number>;
  readonly slowed: Map<string, SlowedProvider>;
  /** Providers that only a person can bring back, and why. */
  readonly barred: Map<string, string>;
  readonly ready: ReadyQueue;
  /** Queued stories that must wait for a time, with that time. */
  readonly sleeping: Map<StoryKey, number>;
  /** Stories in flight whose next act can be decided now. */
  readonly due: Set<StoryKey>;
  /** Stories whose progress artifact is behind. */
  readonly progressDue: Map<StoryKey, PhaseName>;
  readonly landingQueue: StoryKey[];
  landing?: StoryKey | undefined;
  readonly inFlight: Set<StoryKey>;
  readonly parked: Set<StoryKey>;
  /** Units of resources in use: `name/unit`. */
  readonly leased: Set<string>;
  readonly effects: Map<EffectId, Effect>;
  effectCount: number;
  retryCount: number;
  endedCount: number;
  readonly endedBy: Record<Outcome, number>;
  usage: Usage;
  /** The last act is done and nothing was asked for since. */
  finished: boolean;
  redGates: readonly string[];
  baselineRed: readonly string[];
  /** Set while a person is to decide about gates that are red before the first story. */
  baselineQuestion?: Question | undefined;
  /** Gates that a person left out of this run. */
  leftOutGates: readonly string[];
  notes: string[];
  result?: { readonly status: RunStatus; readonly exit: number; readonly reason: string } | undefined;
}

const notesOf = ({ recovered }: Story): string[] =>
  recovered !== undefined && "phase" in recovered
    ? [`an earlier run had come to ${recovered.phase}, as its progress artifact says`]
    : [];

const storyState = (story: Story, index: number, rank: number, unmet: number): StoryState => ({
  story,
  index,
  rank,
  stage: "queued",
  attempt: 0,
  turns: 0,
  interruptions: 0,
  neverBegan: false,
  leases: [],
  sessions: {},
  turnsOf: {},
  phaseStates: {},
  lessons: [],
  messages: [],
  told: [],
  workspaceReady: false,
  checkedAlreadyDone: false,
  reviews: 0,
  openFindings: [],
  deferredFindings: [],
  failures: [],
  environmentFailures: 0,
  providerFailures: 0,
  landingFailures: 0,
  refusals: 0,
  notBeforeMs: 0,
  retryOrder: 0,
  operator: [],
  unmet,
  satisfies: false,
  usage: NO_USAGE,
  notes: notesOf(story),
  flags: [],
  gates: {},
});

/** The state before the first event. Stories are in backlog order; dependencies outside of them count as satisfied. */
export const initialState = (policy: RunPolicy, stories: readonly Story[]): RunState => {
  const graph = graphOf(stories);
  const weights = new Map(stories.map((story) => [story.key, storyWeight(story)]));
  const ranks = ranksOf(graph, (key) => weights.get(key) ?? 1);
  const states = new Map(
    stories.map((story, index) => [
      story.key,
      storyState(
        story,
        index,
        policy.inBacklogOrder ? 0 : (ranks.get(story.key) ?? 1),
        graph.dependencies.get(story.key)?.length ?? 0,
      ),
    ]),
  );
  const ready = new ReadyQueue();
  ready.addAll([...states.values()].filter((story) => story.unmet === 0).map(readyEntry));
  return {
    policy,
    graph,
    stories: states,
    phase: "new",
    paused: false,
    maxWorkers: policy.maxWorkers,
    slots: [],
    busy: 0,
    breaker: { failures: 0, open: false },
    resting: new Map(),
    rests: new Map(),
    slowed: new Map(),
    barred: new Map(),
    ready,
    sleeping: new Map(),
    due: new Set(),
    progressDue: new Map(),
    landingQueue: [],
    inFlight: new Set(),
    parked: new Set(),
    leased: new Set(),
    effects: new Map(),
    effectCount: 0,
    retryCount: 0,
    endedCount: 0,
    endedBy: {
      done: 0,
      "already-done": 0,
      failed: 0,
      blocked: 0,
      skipped: 0,
      parked: 0,
      "awaiting-operator": 0,
    },
    usage: NO_USAGE,
    finished: false,
    redGates: [],
    baselineRed: [],
    leftOutGates: [],
    notes: [],
  };
};

/** The story of that key; throws where there is none, since keys in events and effects are ours. */
export const storyOf = (state: RunState, key: StoryKey): StoryState => {
  const story = state.stories.get(key);
  if (story === undefined) throw new Error(`no story ${key} in this run`);
  return story;
};

/** A story's place in the ready queue. */
export const readyEntry = (story: StoryState): ReadyEntry => ({
  key: story.story.key,
  retry: story.retryOrder,
  rank: story.rank,
  index: story.index,
});

/** Whether a story counts as succeeded for its dependents. */
export const isSatisfied = (story: StoryState): boolean => story.stage === "ended" && story.satisfies;

/** How many workers may be busy right now. */
export const effectiveWorkers = (state: RunState): number =>
  state.stopping !== undefined || state.paused || state.breaker.open ? state.busy : state.maxWorkers;
