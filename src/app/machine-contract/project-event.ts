import type { PhaseName } from "../../core/model/pipeline.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { CutReason, TurnEnd, TurnFailureCause } from "../../core/model/turn.ts";
import { countsOf } from "../../core/scheduler/counts.ts";
import type { JournaledEvent, RunEvent } from "../../core/scheduler/events.ts";
import { failureOf, failureOfTurn } from "../../core/scheduler/failures.ts";
import { choicesOf } from "../../core/scheduler/inbox.ts";
import { redWords } from "../../core/scheduler/landing-result.ts";
import { governedWorkers } from "../../core/scheduler/providers.ts";
import { effectiveWorkers, type RunState, storyOf } from "../../core/scheduler/state.ts";
import type { ContractBody } from "./contract-line.ts";
import { contractCriteria, contractError, contractUsage, isoTime } from "./contract-words.ts";

type Event<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/** Whether this turn is the first of its phase in this attempt; remembers it. */
export type IsNewPhase = (story: StoryKey, attempt: number, phase: PhaseName) => boolean;

/**
 * What one journaled event says in the words of the machine contract, in order; nothing where it is the scheduler's own
 * business. A resumed or reopened run starts its stream like a new one, so that every `run.ended` has its `run.started`.
 */
export const projectEvent = (
  { event }: JournaledEvent,
  state: RunState,
  isNewPhase: IsNewPhase,
): readonly ContractBody[] => {
  switch (event.type) {
    case "run.started":
    case "run.resumed":
    case "run.reopened":
      return [{ type: "run.started", stories: [...state.stories.keys()], max_workers: state.maxWorkers }];
    case "story.started":
      return [{ type: "story.started", story: event.story, attempt: event.attempt, worker: event.worker }];
    case "turn.started":
      return turnStarted(event, isNewPhase);
    case "turn.ended":
      return [turnEnded(event)];
    case "landing.queued":
      return phaseStarted(event.story, storyOf(state, event.story).attempt, event.phase, "storyboard", isNewPhase);
    case "story.requeued":
      return retrying(event, state);
    case "story.parked":
      return [{ type: "story.parked", story: event.story, question: plainText(event.question.text) }];
    case "story.ended":
      return storyEnded(event, state);
    case "story.confirmed":
      return storyEnded({ type: "story.ended", story: event.story, outcome: "done" }, state);
    case "evidence.checked":
      return [
        ...(event.result.gates ?? []).map((gate) => gateEnded(gate.name, gate.ok, gate.cached)),
        {
          type: "evidence.checked",
          story: event.story,
          missing: event.result.missing.map(plainText),
          ...(event.result.criteria === undefined ? {} : { criteria: contractCriteria(event.result.criteria) }),
        },
      ];
    default:
      return runBody(event, state);
  }
};

const runBody = (event: RunEvent, state: RunState): readonly ContractBody[] => {
  switch (event.type) {
    case "landing.ended":
      return [...landingGates(event.result), ...refused(event)];
    case "baseline.checked":
      return event.result.gates === undefined
        ? event.result.red.map((gate) => gateEnded(gate.name, false))
        : event.result.gates.map((gate) => gateEnded(gate.name, gate.ok, gate.cached));
    case "baseline.asked":
      return [{ type: "run.asked", question: plainText(event.question.text), choices: choicesOf(event.question) }];
    case "finish.ended":
      return event.result.redGates.map((name) => gateEnded(name, false));
    case "breaker.opened":
      return [{ type: "breaker.opened" }];
    case "workers.changed":
    case "run.paused":
    case "run.unpaused":
    case "breaker.closed":
    case "provider.slowed":
    case "provider.eased":
      return [
        {
          type: "workers.changed",
          max: state.maxWorkers,
          effective: governedWorkers(state, effectiveWorkers(state)),
        },
      ];
    case "limit.waiting":
      return [{ type: "limit.waiting", provider: event.provider, until: isoTime(event.untilMs) }];
    case "run.ended":
      return [{ type: "run.ended", status: event.status, counts: countsOf(state) }];
    default:
      return [];
  }
};

const landingGates = (result: Event<"landing.ended">["result"]): ContractBody[] => {
  if (result.kind === "gate-red") return result.criterion === undefined ? [gateEnded(result.gate, false)] : [];
  return result.kind === "landed" ? (result.gates ?? []).map((gate) => gateEnded(gate.name, gate.ok, gate.cached)) : [];
};

const refused = ({ story, result }: Event<"landing.ended">): ContractBody[] => {
  if (result.kind === "landed") return [];
  const isConflict = result.kind === "conflict";
  const message = isConflict ? result.message : redWords(result);
  const failure = failureOf("ConflictError", message, isConflict ? result.files.join(", ") : result.tail.join("\n"));
  return [
    {
      type: "landing.refused",
      story,
      error: contractError(failure),
      files: isConflict ? result.files.map(plainText) : [],
    },
  ];
};

const gateEnded = (name: string, ok: boolean, cached = false): ContractBody => ({
  type: "gate.ended",
  name,
  ok,
  cached,
});

const phaseStarted = (
  story: StoryKey,
  attempt: number,
  phase: PhaseName,
  agent: string,
  isNewPhase: IsNewPhase,
): ContractBody[] => (isNewPhase(story, attempt, phase) ? [{ type: "phase.started", story, phase, agent }] : []);

const turnStarted = ({ story, effect }: Event<"turn.started">, isNewPhase: IsNewPhase): ContractBody[] => [
  ...phaseStarted(story, effect.attempt, effect.phase, effect.agent, isNewPhase),
  { type: "turn.started", story, phase: effect.phase, session: effect.session ?? null },
];

const turnEnded = ({ story, phase, result }: Event<"turn.ended">): ContractBody => {
  const ok = endsWell(result.end);
  return {
    type: "turn.ended",
    story,
    phase,
    ok,
    session: result.session ?? null,
    usage: contractUsage(result.usage),
    ...(ok ? {} : { error: contractError(failureOfTurn(phase, result)), cause: causeOf(result.end) }),
  };
};

const causeOf = (end: TurnEnd): TurnFailureCause | CutReason | "halt" => {
  if (end.kind === "failed") return end.cause;
  return end.kind === "cut" ? end.reason : "halt";
};

/** Whether a turn ended as an agent may end it; a question is no failure. */
const endsWell = (end: TurnEnd): boolean =>
  end.kind === "finished" || end.kind === "already-done" || end.kind === "question";

const retrying = ({ story, attempt, reason, failure }: Event<"story.requeued">, state: RunState): ContractBody[] => {
  if (reason !== "retry" && reason !== "reopened") return [];
  const error = failure ?? storyOf(state, story).failures.at(-1);
  return error === undefined ? [] : [{ type: "story.retrying", story, attempt, error: contractError(error) }];
};

const storyEnded = (event: Event<"story.ended">, state: RunState): ContractBody[] => {
  const story = storyOf(state, event.story);
  const commit = event.commit ?? (event.outcome === "done" ? story.commit : undefined);
  const ended: ContractBody = {
    type: "story.ended",
    story: event.story,
    outcome: event.outcome,
    attempts: story.attempt,
    duration_ms:
      story.startedAtMs === undefined ? 0 : Math.max(0, (story.endedAtMs ?? story.startedAtMs) - story.startedAtMs),
    ...(commit === undefined ? {} : { commit }),
    ...(event.failure === undefined ? {} : { error: contractError(event.failure) }),
  };
  return event.outcome === "blocked" && event.by !== undefined
    ? [{ type: "story.blocked", story: event.story, by: event.by }, ended]
    : [ended];
};
