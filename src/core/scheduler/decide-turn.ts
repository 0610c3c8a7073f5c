import { assertNever } from "../model/assert.ts";
import { isChecked, isWriter, phaseNamed, type TurnPhase } from "../model/pipeline.ts";
import { plainLine } from "../model/plain-text.ts";
import { type CutReason, isIdle, neverBegan, type TurnEnd, type TurnResult, wasHeard } from "../model/turn.ts";
import { phaseHolds } from "./decide-phase.ts";
import { needPerson, slowProvider, waitForProvider } from "./decide-provider.ts";
import { reviewed, withReviewNotes } from "./decide-review.ts";
import { type Decision, endNow, endWell, requestEvidence, requestStatus, requeueForStop } from "./decision.ts";
import type { RunTurn } from "./effects.ts";
import { ATTACHED, type Resumption, type RunEvent } from "./events.ts";
import { failAttempt, isDispensable, stopCritically, waitForEnvironment, waitForOutside } from "./failing.ts";
import { failureOf, failureOfTurn } from "./failures.ts";
import { operatorParts, statusWhenDone, workDone } from "./operator-part.ts";
import { type StoryState, storyOf } from "./state.ts";

/** What a turn's end means for its story. */
export const onTurnEnded = (decision: Decision, effect: RunTurn, result: TurnResult): RunEvent[] => {
  const story = storyOf(decision.state, effect.story);
  const ended: RunEvent = {
    type: "turn.ended",
    story: effect.story,
    completes: effect.id,
    phase: effect.phase,
    role: effect.role,
    result: withReviewNotes(decision, story, result),
  };
  // An end that nobody waits for any more: the story was ended by a person meanwhile.
  if (story.busyWith !== effect.id) return [ended];
  // What is left for a person was said just now and is not in the state yet.
  const known = { ...story, operator: operatorParts(story, result) };
  return [ended, ...consequences(decision, known, effect, result)];
};

const consequences = (decision: Decision, story: StoryState, effect: RunTurn, result: TurnResult): RunEvent[] => {
  const phase = phaseNamed(decision.state.policy.pipeline, effect.phase) as TurnPhase;
  const end = meantEnd(story, result.end);
  if (story.stopping === "attach") return [attached(effect, result)];
  if (story.stopping !== undefined && story.stopping !== "stop" && story.stopping !== "message") {
    return endNow(decision, story, story.stopping);
  }
  if (story.asked !== undefined) return askedOr(decision, story, effect, story.asked);
  if (isInterrupted(story, end)) return [phaseAgain(effect, unheard(effect, result) ?? { kind: "message" })];
  switch (end.kind) {
    case "finished":
      return finished(decision, story, phase, effect, result);
    case "already-done":
      // Said of the work by a phase that comes after it, it means no more than an end.
      if (isDispensable(decision.state.policy.pipeline, phase.name)) {
        return finished(decision, story, phase, effect, result);
      }
      return decision.state.policy.evidence
        ? requestEvidence(decision, effect.story, effect.phase, "already-done")
        : [
            ...requestStatus(decision, effect.story, statusWhenDone(story, "done")),
            ...endWell(decision, story, workDone(story, "already-done")),
          ];
    case "halted":
      return failAttempt(decision, story, effect.phase, failureOfTurn(effect.phase, result));
    case "question":
      return askedOr(decision, story, effect, { kind: "question", text: end.question });
    case "failed":
      return failed(decision, story, effect, result, end);
    case "cut":
      return cutOff(decision, story, phase, effect, result);
    default:
      return assertNever(end);
  }
};

/**
 * The agent asked, in the middle of its turn or at its end, and however that ended, it waits for the answer: what it did
 * after the question may rest on a guess. A phase that the story goes on without when it fails holds nobody up.
 */
const askedOr = (
  decision: Decision,
  story: StoryState,
  effect: RunTurn,
  { kind, text }: NonNullable<StoryState["asked"]>,
): RunEvent[] =>
  isDispensable(decision.state.policy.pipeline, effect.phase)
    ? failAttempt(decision, story, effect.phase, failureOf("ImplementationError", notAsked(effect, text), effect.phase))
    : [{ type: "story.parked", story: effect.story, question: { kind, text }, next: resuming(effect) }];

const notAsked = ({ phase }: RunTurn, text: string): string =>
  `${phase}: asked "${plainLine(text)}", and nobody answers there`;

/**
 * A person's message waits and the agent can hear it now: its turn was ended for that, or ended well before it came. A
 * turn that ended badly is repeated anyway, and its next one begins with the message.
 */
const isInterrupted = (story: StoryState, end: TurnEnd): boolean =>
  story.messages.length > 0 &&
  (end.kind === "finished" || end.kind === "already-done" || (end.kind === "cut" && end.reason === "message"));

const phaseAgain = (effect: RunTurn, prompt: Resumption["prompt"]): RunEvent => ({
  type: "phase.due",
  story: effect.story,
  next: { phase: effect.phase, prompt, fresh: false, salvage: false },
});

/** The story waits while a person has its agent's session open; what it comes to is looked at afterwards. */
const attached = (effect: RunTurn, result: TurnResult): RunEvent => {
  const next = resuming(effect, "attach");
  const prompt = unheard(effect, result) ?? next.prompt;
  return { type: "story.parked", story: effect.story, question: ATTACHED, next: { ...next, prompt } };
};

/** What the turn was about, where it is more than the task itself and the agent never heard it. */
const unheard = (effect: RunTurn, result: TurnResult): RunTurn["prompt"] | undefined =>
  wasHeard(result) || effect.prompt.kind === "start" ? undefined : effect.prompt;

/** A lead that left in a hurry saw no end of what it stopped: a bad end of a stopped turn is our doing, not the work's. */
const meantEnd = (story: StoryState, end: TurnEnd): TurnEnd =>
  story.stopping === "stop" && end.kind === "failed" ? { kind: "cut", reason: "stop" } : end;

const resuming = (effect: RunTurn, reason: CutReason = "stop"): Resumption => ({
  phase: effect.phase,
  prompt: { kind: "resume", reason },
  fresh: false,
  salvage: false,
});

/**
 * The same turn later. One that did nothing never told the agent what it was about, so it is told again: an answer or
 * findings must not be lost with the session that should have heard them.
 */
const repeating = (effect: RunTurn, result: TurnResult): Resumption => {
  const next = resuming(effect);
  return { ...next, prompt: unheard(effect, result) ?? next.prompt };
};

const finished = (
  decision: Decision,
  story: StoryState,
  phase: TurnPhase,
  effect: RunTurn,
  result: TurnResult,
): RunEvent[] => {
  if (isIdle(result)) {
    const failure = failureOf("EnvironmentError", "the turn used no tokens and did no work", effect.phase);
    return waitForEnvironment(decision, story, resuming(effect), failure);
  }
  if (phase.evidence === "verdict") return reviewed(decision, story, phase, result);
  if (phase.evidence === "plan") return [planned(effect, result)];
  if (!decision.state.policy.evidence || !isChecked(phase)) return phaseHolds(decision, story, phase);
  if (decision.state.stopping !== undefined) return saved(decision, phase, story, effect);
  return requestEvidence(decision, effect.story, effect.phase, "phase", result.claim);
};

/** The run stops: the turn's work is looked at when it goes on. */
const saved = (decision: Decision, phase: TurnPhase, story: StoryState, effect: RunTurn): RunEvent[] => [
  requeueForStop(story, {
    ...resuming(effect),
    salvage: decision.state.policy.evidence && isChecked(phase) && isWriter(phase),
  }),
];

/** What the agent means to do waits for a person before anything is changed. */
const planned = (effect: RunTurn, result: TurnResult): RunEvent => ({
  type: "story.parked",
  story: effect.story,
  question: { kind: "plan", text: result.finalText ?? result.lastLines.join("\n") },
  next: resuming(effect),
});

const failed = (
  decision: Decision,
  story: StoryState,
  effect: RunTurn,
  result: TurnResult,
  end: Extract<TurnEnd, { kind: "failed" }>,
): RunEvent[] => {
  const next = repeating(effect, result);
  const failure = failureOfTurn(effect.phase, result);
  switch (end.cause) {
    case "rate-limit":
      return waitForProvider(decision, story, effect, end, next);
    case "overloaded":
      return [...slowProvider(decision, effect), ...waitForOutside(decision, story, next, failure)];
    case "network":
      return waitForOutside(decision, story, next, failure);
    case "temporary":
    case "cancelled":
      return waitForEnvironment(decision, story, next, failure);
    case "session-lost":
      return waitForEnvironment(decision, story, { ...next, fresh: true }, failure);
    case "auth":
    case "billing":
    case "missing-program":
    case "config":
      return needPerson(decision, story, effect, next, failure.message);
    case "disk-full":
      return stopCritically(decision, story, next, failure.message);
    case "context":
    case "loop":
      return failAttempt(decision, story, effect.phase, failure, true);
    case "turn-limit":
    case "budget":
    case "exit":
    case "other":
      return failAttempt(decision, story, effect.phase, failure);
    default:
      return assertNever(end.cause);
  }
};

const cutOff = (
  decision: Decision,
  story: StoryState,
  phase: TurnPhase,
  effect: RunTurn,
  result: TurnResult,
): RunEvent[] => {
  const reason = result.end.kind === "cut" ? result.end.reason : "stop";
  if (decision.state.stopping !== undefined || reason === "stop") return saved(decision, phase, story, effect);
  if (isChecked(phase) && decision.state.policy.evidence) {
    return requestEvidence(decision, effect.story, effect.phase, "salvage", result.claim);
  }
  return afterCut(decision, story, effect.phase, result, neverBegan(result));
};

/**
 * A cut-off turn left nothing that holds: a timeout costs the attempt, a crash does not, and neither does a time in which
 * the agent never got to work.
 */
export const afterCut = (
  decision: Decision,
  story: StoryState,
  phase: RunTurn["phase"],
  result: Pick<TurnResult, "end" | "durationMs" | "lastLines">,
  hadNotBegun: boolean,
): RunEvent[] => {
  const reason = result.end.kind === "cut" ? result.end.reason : "stop";
  const failure = failureOfTurn(phase, { ...result, usage: story.usage, reportsUsage: false });
  const next: Resumption = { phase, prompt: { kind: "resume", reason }, fresh: false, salvage: false };
  switch (reason) {
    case "timeout":
    case "silent":
    case "transcript-limit":
      return hadNotBegun
        ? waitForEnvironment(decision, story, next, failure)
        : failAttempt(decision, story, phase, failure);
    case "crash":
      return waitForEnvironment(decision, story, next, failure);
    case "stop":
    case "cancel":
    case "message":
    case "attach":
      return [{ type: "phase.due", story: story.story.key, next }];
    default:
      return assertNever(reason);
  }
};
