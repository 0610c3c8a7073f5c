import { phaseNamed, type Role, threadOf, workPhase } from "../../core/model/pipeline.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { countsOf } from "../../core/scheduler/counts.ts";
import type { Outcome, QuestionKind } from "../../core/scheduler/events.ts";
import { heroName } from "../../core/scheduler/heroes.ts";
import { choicesOf, inboxOf } from "../../core/scheduler/inbox.ts";
import { governedWorkers, playerOf } from "../../core/scheduler/providers.ts";
import { effectiveWorkers, type RunState, type StoryState } from "../../core/scheduler/state.ts";
import {
  CONTRACT_VERSION,
  type ContractCounts,
  type ContractCriteria,
  type ContractError,
  type ContractUsage,
} from "./contract-line.ts";
import { contractCriteria, contractError, contractUsage, isoTime } from "./contract-words.ts";
import { waitingFor } from "./waiting-for.ts";

/** A story's status: `waiting` waits for a person while the run goes on, and is `parked` once the run has ended. */
export type StatusWord = "queued" | "running" | "waiting" | Outcome;

/** What a run as a whole does. `waiting`: nothing is in flight, and a person or a time must come first. */
export type RunStateWord = "running" | "paused" | "breaker" | "waiting" | "ended" | "lead-lost";

/** One story of `status --json`. */
export interface StatusStory {
  readonly key: StoryKey;
  readonly title: string;
  readonly epic: string | null;
  readonly status: StatusWord;
  /** The phase it is in, or was in last; `null` before its first turn. */
  readonly phase: string | null;
  /** `null` while it has no worker, as `agent` is. */
  readonly worker: string | null;
  readonly agent: string | null;
  readonly session: string | null;
  /** Turns begun, over all attempts. */
  readonly turn: number;
  readonly attempt: number;
  readonly started_at: string | null;
  /** Until now, or until its end; `null` before its start. */
  readonly duration_ms: number | null;
  readonly waiting_for: string | null;
  readonly commit: string | null;
  /** Of the last look at its acceptance criteria, and of the merged tree once it has landed; `null` before and without. */
  readonly criteria: ContractCriteria | null;
  readonly error: ContractError | null;
}

/** `status --json`. */
export interface StatusDocument {
  readonly v: typeof CONTRACT_VERSION;
  readonly run: string;
  readonly state: RunStateWord;
  readonly started_at: string;
  readonly stories: readonly StatusStory[];
  readonly counts: ContractCounts;
  readonly workers: { readonly max: number; readonly effective: number; readonly busy: number };
  readonly usage: ContractUsage;
  /** What waits for a person. */
  readonly inbox: readonly StatusItem[];
}

/** One item of the inbox. */
export interface StatusItem {
  /** `null` where the run itself asks. */
  readonly story: StoryKey | null;
  readonly kind: QuestionKind;
  readonly text: string;
  /** Answers with a meaning of their own; where there are none any text is an answer. */
  readonly choices: readonly string[];
}

/** What the state does not know of itself. */
export interface StatusMeta {
  readonly run: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Whether the process that runs the engine lives. */
  readonly leadAlive: boolean;
}

/** A snapshot of a run in the words of the machine contract. */
export const statusOf = (state: RunState, meta: StatusMeta): StatusDocument => ({
  v: CONTRACT_VERSION,
  run: meta.run,
  state: runStateWord(state, meta.leadAlive),
  started_at: isoTime(meta.startedAtMs),
  stories: [...state.stories.values()].map((story) => statusStory(state, story, meta.nowMs)),
  counts: countsOf(state),
  workers: { max: state.maxWorkers, effective: governedWorkers(state, effectiveWorkers(state)), busy: state.busy },
  usage: contractUsage(state.usage),
  inbox: inboxOf(state).map(({ story, question }) => ({
    story,
    kind: question.kind,
    text: plainText(question.text),
    choices: choicesOf(question),
  })),
});

/** What the run does, in one word of the contract. */
const runStateWord = (state: RunState, leadAlive: boolean): RunStateWord => {
  if (state.phase === "ended") return "ended";
  if (!leadAlive) return "lead-lost";
  if (state.paused) return "paused";
  if (state.breaker.open) return "breaker";
  const isIdle = state.phase === "running" && state.busy === 0 && state.effects.size === 0;
  return isIdle || state.baselineQuestion !== undefined ? "waiting" : "running";
};

/** The story's status in one word; counting the words gives the contract's counts. */
const statusWord = (story: StoryState): StatusWord => {
  switch (story.stage) {
    case "queued":
      return "queued";
    case "running":
    case "landing":
      return "running";
    case "parked":
      return "waiting";
    case "ended":
      return story.outcome ?? "failed";
  }
};

const statusStory = (state: RunState, story: StoryState, nowMs: number): StatusStory => {
  const role = roleOf(state, story);
  const hasFailed = story.outcome === "failed" || story.outcome === "blocked";
  const failure = hasFailed ? story.failures.at(-1) : undefined;
  const isInFlight = story.slot !== undefined;
  return {
    key: story.story.key,
    title: story.story.title,
    epic: story.story.epic ?? null,
    status: statusWord(story),
    phase: story.phase ?? null,
    worker: story.slot === undefined ? null : heroName(story.slot),
    agent: isInFlight && role !== undefined ? (story.agent ?? playerOf(state.policy, role).profile) : null,
    session: sessionOf(state, story),
    turn: story.turns,
    attempt: story.attempt,
    started_at: story.startedAtMs === undefined ? null : isoTime(story.startedAtMs),
    duration_ms: story.startedAtMs === undefined ? null : Math.max(0, (story.endedAtMs ?? nowMs) - story.startedAtMs),
    waiting_for: waitingFor(state, story, nowMs),
    commit: story.commit ?? null,
    criteria: criteriaOf(story),
    error: failure === undefined ? null : contractError(failure),
  };
};

/** Of the phase that the story is in; of its work where that is no agent's. */
const sessionOf = ({ policy: { pipeline } }: RunState, { phase, sessions }: StoryState): string | null => {
  const isTurn = phase !== undefined && phaseNamed(pipeline, phase).kind === "turn";
  return sessions[threadOf(pipeline, isTurn ? phase : workPhase(pipeline).name)]?.id ?? null;
};

const criteriaOf = ({ criteria }: StoryState): ContractCriteria | null =>
  criteria?.ledger === undefined ? null : contractCriteria(criteria.ledger);

const roleOf = (state: RunState, story: StoryState): Role | undefined => {
  if (story.phase === undefined) return undefined;
  const phase = phaseNamed(state.policy.pipeline, story.phase);
  return phase.kind === "turn" ? phase.role : undefined;
};
