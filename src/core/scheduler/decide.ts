import { assertNever } from "../model/assert.ts";
import { landingPhase, workPhase } from "../model/pipeline.ts";
import { onAgentAsked } from "./decide-asked.ts";
import { onBaseline } from "./decide-baseline.ts";
import { onCommand } from "./decide-command.ts";
import { actOnDue } from "./decide-due.ts";
import { endEarly, endRun } from "./decide-end.ts";
import { onEvidenceChecked } from "./decide-evidence.ts";
import { onLandingEnded, startLanding } from "./decide-landing.ts";
import { keepProgress } from "./decide-progress.ts";
import { easeProviders, endBarred } from "./decide-provider.ts";
import { startStory } from "./decide-start.ts";
import { onTurnEnded } from "./decide-turn.ts";
import { type Decision, decisionOn, requeueForStop, startingAt } from "./decision.ts";
import type { DeliverMessage, Effect, EffectFailed, EffectResult } from "./effects.ts";
import type { Resumption, RunEvent } from "./events.ts";
import { stopRun } from "./failing.ts";
import type { Input } from "./inputs.ts";
import { backoffMs, ENVIRONMENT_BACKOFF_MS } from "./policy.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

/** Times in a row that an effect of a story could not be tried at all before the story waits for a person. */
const EFFECT_FAILURES_MAX = 3;

/**
 * The whole policy: given what just happened and what is true now, what is decided? Pure and synchronous; reads the
 * state and changes nothing. What follows from the decided events alone is the business of `settle`.
 */
export const decide = (state: RunState, { fact, atMs, luck }: Input): RunEvent[] => {
  const decision = decisionOn(state, atMs, luck);
  switch (fact.type) {
    case "started":
      return started(decision);
    case "resumed":
      return [{ type: "run.resumed" }];
    case "time-passed":
      return easeProviders(state, atMs);
    case "effect-ended": {
      const effect = state.effects.get(fact.effect);
      // Answers come late or twice; only an outstanding effect may change anything.
      return effect === undefined ? [] : onEffectEnded(decision, effect, fact.result);
    }
    case "agent-asked":
      return onAgentAsked(state, fact);
    case "command":
      return onCommand(decision, fact.command);
    default:
      return assertNever(fact);
  }
};

/**
 * What follows by itself from the state: a breaker that opens, a story's next act, a landing, a start, the end. One
 * small step at a time; the caller folds the events and asks again until there are none.
 */
export const settle = (state: RunState, atMs: number): RunEvent[] => {
  if (state.phase === "baseline" || state.phase === "finishing") return endEarly(state);
  if (state.phase !== "running") return [];
  const decision = decisionOn(state, atMs, 0);
  if (state.breaker.failures >= state.policy.breakerMax && !state.breaker.open) {
    return [{ type: "breaker.opened", failures: state.breaker.failures }];
  }
  for (const next of [keepProgress, actOnDue, startLanding, startStory, endBarred, endRun]) {
    const events = next(decision);
    if (events.length > 0) return events;
  }
  return [];
};

const started = (decision: Decision): RunEvent[] => {
  const { policy } = decision.state;
  const events: RunEvent[] = [{ type: "run.started" }];
  if (policy.baseline !== "skip") {
    events.push({ type: "baseline.requested", effect: { kind: "check-baseline", id: decision.newEffect() } });
  }
  return events;
};

const onEffectEnded = (decision: Decision, effect: Effect, result: EffectResult): RunEvent[] => {
  if (result.kind === "effect-failed") return onEffectFailed(decision, effect, result);
  switch (effect.kind) {
    case "check-baseline":
      return result.kind === "baseline" ? onBaseline(decision, effect.id, result) : mismatch(effect, result);
    case "finish-run":
      return result.kind === "finished"
        ? [{ type: "finish.ended", completes: effect.id, result }]
        : mismatch(effect, result);
    default:
      return onStoryEffectEnded(decision, effect, result);
  }
};

const onStoryEffectEnded = (
  decision: Decision,
  effect: Exclude<Effect, { kind: "check-baseline" | "finish-run" }>,
  result: EffectResult,
): RunEvent[] => {
  switch (effect.kind) {
    case "run-turn":
      return result.kind === "turn" ? onTurnEnded(decision, effect, result.result) : mismatch(effect, result);
    case "prepare-workspace":
      return result.kind === "workspace-ready"
        ? [{ type: "workspace.ready", story: effect.story, completes: effect.id, result }]
        : mismatch(effect, result);
    case "check-evidence":
      return result.kind === "evidence" ? onEvidenceChecked(decision, effect, result) : mismatch(effect, result);
    case "land":
      return result.kind === "landed" || result.kind === "conflict" || result.kind === "gate-red"
        ? onLandingEnded(decision, effect, result)
        : mismatch(effect, result);
    case "deliver-message":
      return result.kind === "message" ? [messageEnded(effect, result.delivered)] : mismatch(effect, result);
    case "stop-turn":
    case "write-status":
    case "keep-progress":
    case "release-workspace":
      return [{ type: "effect.completed", completes: effect.id }];
    default:
      return assertNever(effect);
  }
};

const messageEnded = ({ id, story, text }: DeliverMessage, delivered: boolean): RunEvent => ({
  type: "message.ended",
  story,
  completes: id,
  text,
  delivered,
});

const mismatch = (effect: Effect, result: EffectResult): never => {
  throw new Error(`a ${effect.kind} ended with ${result.kind}`);
};

/** A performer could not work at all. The story keeps its attempt; what is critical stops the run. */
const onEffectFailed = (decision: Decision, effect: Effect, error: EffectFailed): RunEvent[] => {
  const key = "story" in effect ? effect.story : undefined;
  const failed: RunEvent = {
    type: "effect.failed",
    completes: effect.id,
    error,
    ...(key === undefined ? {} : { story: key }),
  };
  const story = key === undefined ? undefined : storyOf(decision.state, key);
  const waiting = story?.busyWith === effect.id ? story : undefined;
  const stopping = decision.state.stopping !== undefined;
  if (error.severity === "critical" || (waiting === undefined && !stopping && story === undefined)) {
    const back = waiting === undefined ? [] : [requeueForStop(waiting, nextAfter(decision.state, waiting, effect))];
    return [failed, ...back, ...stopRun(decision, error.message, true, key)];
  }
  if (waiting === undefined) return [failed];
  if (stopping) return [failed, requeueForStop(waiting, nextAfter(decision.state, waiting, effect))];
  const tries = (effect.kind === "land" ? waiting.landingFailures : waiting.environmentFailures) + 1;
  if (tries < EFFECT_FAILURES_MAX) return [failed, tryLater(decision, waiting, effect)];
  const kind = effect.kind === "land" ? "conflict" : "environment";
  const next = nextAfter(decision.state, waiting, effect) ?? startingAt(workPhase(decision.state.policy.pipeline).name);
  return [failed, { type: "story.parked", story: waiting.story.key, question: { kind, text: error.message }, next }];
};

const tryLater = (decision: Decision, story: StoryState, effect: Effect): RunEvent => {
  const next = nextAfter(decision.state, story, effect);
  return {
    type: "story.requeued",
    story: story.story.key,
    reason: "environment",
    attempt: story.attempt,
    notBeforeMs: decision.atMs + backoffMs(ENVIRONMENT_BACKOFF_MS, story.environmentFailures + 1, decision.luck),
    ...(next === undefined ? {} : { next }),
  };
};

/** What the story does when it comes back: the same again. */
const nextAfter = ({ policy }: RunState, story: StoryState, effect: Effect): Resumption | undefined => {
  if (effect.kind === "land") return startingAt(landingPhase(policy.pipeline).name);
  if (effect.kind === "check-evidence" && effect.purpose !== "already-done") {
    return { phase: effect.phase, prompt: { kind: "resume", reason: "stop" }, fresh: false, salvage: true };
  }
  return story.next;
};
