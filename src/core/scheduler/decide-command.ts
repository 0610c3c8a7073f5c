import { assertNever } from "../model/assert.ts";
import { landingPhase, type PhaseName, type Pipeline, workPhase } from "../model/pipeline.ts";
import { answered, answerProblem, approvalProblem, approved, confirmed, confirmProblem } from "./decide-answer.ts";
import { baselineProblem, decideBaseline } from "./decide-baseline.ts";
import { type Decision, endNow, startingAt } from "./decision.ts";
import type { Effect, RunTurn, StopTurn } from "./effects.ts";
import { ATTACHED, type QuestionKind, type Resumption, type RunEvent, type StopPurpose } from "./events.ts";
import { stopRun } from "./failing.ts";
import { failureOf } from "./failures.ts";
import { questionOf, waitsForAnswer } from "./inbox.ts";
import type { Command } from "./inputs.ts";
import { choiceNamed } from "./providers.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

/** Why a command does not apply now, in words for a person; undefined when it does. */
export const commandProblem = (state: RunState, command: Command): string | undefined => {
  if ("story" in command) {
    const story = state.stories.get(command.story);
    return story === undefined
      ? `${command.story} is not a story of this run`
      : storyCommandProblem(state, command, story);
  }
  switch (command.type) {
    case "pause":
      return state.paused ? "the run is paused already" : endedProblem(state);
    case "resume":
      return state.paused || state.breaker.open || state.barred.size > 0 ? undefined : "the run is not paused";
    case "workers":
      return Number.isInteger(command.max) && command.max >= 1 && command.max <= 1000
        ? endedProblem(state)
        : "workers must be a whole number from 1 to 1000";
    case "stop":
      return state.stopping === undefined ? endedProblem(state) : "the run is stopping already";
    case "decide-baseline":
      return baselineProblem(state, command.choice);
    default:
      return assertNever(command);
  }
};

const storyCommandProblem = (
  state: RunState,
  command: Extract<Command, { story: string }>,
  story: StoryState,
): string | undefined => {
  switch (command.type) {
    case "retry":
      return retryProblem(story);
    case "message":
      return messageProblem(state, story, command.text);
    case "attach":
      return attachProblem(state, story);
    case "detach":
      return isAttached(story) ? undefined : `nobody has ${command.story} open`;
    case "answer":
      return answerProblem(story, command.text);
    case "approve":
      return approvalProblem(story, command.comments);
    case "confirm":
      return confirmProblem(story);
    case "skip":
    case "cancel":
      return endingProblem(story);
    default:
      return assertNever(command);
  }
};

const endedProblem = (state: RunState): string | undefined =>
  state.phase === "ended" ? "the run has ended" : undefined;

/** What an agent or its work asks: another try would not know the answer. */
const ASKED: ReadonlySet<QuestionKind> = new Set(["question", "blocker", "plan", "review"]);

const retryProblem = (story: StoryState): string | undefined => {
  const question = questionOf(story);
  const kind = question?.kind;
  if (kind === "operator") return `${story.story.key} waits for a person's part: storyboard confirm ${story.story.key}`;
  if (question !== undefined && ASKED.has(question.kind)) return waitsForAnswer(story, question);
  if (story.stage === "ended" && story.satisfies) return `${story.story.key} is ${story.outcome}: nothing to retry`;
  if (story.stage === "running" || story.stage === "landing") return `${story.story.key} is running`;
  if (story.stage === "queued" && story.notBeforeMs === 0) return `${story.story.key} is queued already`;
  return undefined;
};

const endingProblem = (story: StoryState): string | undefined => {
  if (story.stage === "ended") return `${story.story.key} has ended: ${story.outcome}`;
  if (story.stage === "landing") return `${story.story.key} is landing`;
  return undefined;
};

/** What a command changes. A command that does not apply changes nothing. */
export const onCommand = (decision: Decision, command: Command): RunEvent[] => {
  const { state } = decision;
  if (commandProblem(state, command) !== undefined) return [];
  switch (command.type) {
    case "pause":
      return [{ type: "run.paused" }];
    case "resume":
      return [
        ...(state.paused || state.barred.size > 0 ? ([{ type: "run.unpaused" }] as const) : []),
        ...(state.breaker.open ? ([{ type: "breaker.closed" }] as const) : []),
      ];
    case "workers":
      return [{ type: "workers.changed", max: command.max }];
    case "stop":
      return stopRun(decision, command.reason, false);
    case "retry":
      return [...reopened(state), retried(state, storyOf(state, command.story), command.note)];
    case "message":
      return said(decision, storyOf(state, command.story), command.text);
    case "attach":
      return takenOver(decision, storyOf(state, command.story));
    case "detach":
      return givenBack(decision, storyOf(state, command.story));
    case "answer":
      return [...reopened(state), ...answered(decision, storyOf(state, command.story), command.text)];
    case "approve":
      return [...reopened(state), ...approved(decision, storyOf(state, command.story), command.comments)];
    case "confirm":
      return [...reopened(state), ...confirmed(decision, storyOf(state, command.story))];
    case "decide-baseline":
      return decideBaseline(decision, command.choice);
    case "skip":
      return endByPerson(decision, storyOf(state, command.story), command.satisfies === true ? "skip-as-done" : "skip");
    case "cancel":
      return endByPerson(decision, storyOf(state, command.story), "cancel");
    default:
      return assertNever(command);
  }
};

const reopened = (state: RunState): RunEvent[] => (state.phase === "ended" ? [{ type: "run.reopened" }] : []);

/** What a note is given with, where nothing has failed. */
const ANOTHER_TRY = failureOf("CancelledError", "a person asked for another try", "");

const retried = (state: RunState, story: StoryState, note: string | undefined): RunEvent => {
  const last = story.failures.at(-1) ?? (note === undefined ? undefined : ANOTHER_TRY);
  const begun = last !== undefined && (story.turns > 0 || note !== undefined);
  return {
    type: "story.requeued",
    story: story.story.key,
    reason: "reopened",
    // A person's retry is an attempt of its own, also after the last one.
    attempt: begun && story.turns > 0 ? story.attempt + 1 : Math.max(1, story.attempt),
    notBeforeMs: 0,
    ...(begun ? { next: retryOf(state, story, last, note) } : {}),
  };
};

const retryOf = (
  { policy }: RunState,
  story: StoryState,
  failure: StoryState["failures"][number],
  note?: string,
): Resumption => ({
  phase: story.next?.phase ?? turnPhaseOf(policy.pipeline, story),
  prompt: { kind: "retry", failure, ...(note === undefined ? {} : { note }) },
  fresh: false,
  salvage: false,
});

/** The phase that the story was in, or that of its work where no agent had a part in it. */
const turnPhaseOf = (pipeline: Pipeline, { phase }: StoryState): PhaseName =>
  phase === undefined || phase === landingPhase(pipeline).name ? workPhase(pipeline).name : phase;

/** A session that is closed before the turn has ended for it: the turn's end means nothing special then. */
const givenBack = (decision: Decision, story: StoryState): RunEvent[] =>
  story.question?.kind === "attached"
    ? [...reopened(decision.state), ...answered(decision, story, "go on")]
    : [{ type: "attach.withdrawn", story: story.story.key }];

const messageProblem = (state: RunState, story: StoryState, text: string): string | undefined => {
  if (text.trim() === "") return "the message is empty";
  if (runningTurn(state, story) !== undefined) return undefined;
  if (story.question !== undefined) return waitsForAnswer(story, story.question);
  return `no agent of ${story.story.key} is at work`;
};

/** Its agent's session is open, or will be as soon as its turn has ended. */
const isAttached = (story: StoryState): boolean =>
  story.stopping === "attach" || questionOf(story)?.kind === "attached";

const attachProblem = (state: RunState, story: StoryState): string | undefined => {
  const { key } = story.story;
  if (story.stage === "landing") return `${key} is landing`;
  if (state.stopping !== undefined) return "the run is stopping";
  if (story.stopping !== undefined && story.stopping !== "message") return `the turn of ${key} is being ended already`;
  if (story.stage === "running" && runningTurn(state, story) === undefined) {
    return `${key} is between two turns of its agent: try again in a moment`;
  }
  return Object.keys(story.sessions).length === 0 && story.busyWith === undefined
    ? `${story.story.key} has no agent's session yet`
    : undefined;
};

const runningTurn = (state: RunState, story: StoryState): RunTurn | undefined => {
  const effect = story.busyWith === undefined ? undefined : state.effects.get(story.busyWith);
  return effect?.kind === "run-turn" ? effect : undefined;
};

const stopTurn = (decision: Decision, turn: RunTurn, reason: StopTurn["reason"], purpose: StopPurpose): RunEvent => ({
  type: "turn.stop-requested",
  story: turn.story,
  effect: { kind: "stop-turn", id: decision.newEffect(), story: turn.story, turn: turn.id, reason },
  purpose,
});

/** An agent that listens hears it at once; the turn of another one is ended, and goes on with the message. */
const said = (decision: Decision, story: StoryState, text: string): RunEvent[] => {
  const turn = runningTurn(decision.state, story);
  if (turn === undefined) return [];
  const { key } = story.story;
  if (choiceNamed(decision.state, turn.role, turn.agent).takesMessages === true) {
    const effect = { kind: "deliver-message", id: decision.newEffect(), story: key, turn: turn.id, text } as const;
    return [{ type: "message.requested", story: key, effect }];
  }
  const kept: RunEvent = { type: "message.kept", story: key, text };
  return story.stopping === undefined ? [kept, stopTurn(decision, turn, "message", "message")] : [kept];
};

/** The turn ends first; a story without one waits at once, unless it waits or has ended already. */
const takenOver = (decision: Decision, story: StoryState): RunEvent[] => {
  const turn = runningTurn(decision.state, story);
  if (turn !== undefined) return [stopTurn(decision, turn, "attach", "attach")];
  if (story.stage !== "queued") return [];
  const next = story.next ?? startingAt(workPhase(decision.state.policy.pipeline).name);
  return [{ type: "story.parked", story: story.story.key, question: ATTACHED, next }];
};

const endByPerson = (decision: Decision, story: StoryState, purpose: StopPurpose): RunEvent[] => {
  const turn = runningTurn(decision.state, story);
  if (turn !== undefined) return [stopTurn(decision, turn, "cancel", purpose)];
  const running = story.busyWith === undefined ? undefined : decision.state.effects.get(story.busyWith);
  return [...abandoned(running), ...endNow(decision, story, purpose)];
};

/** Whatever is under way for a story that a person ends has no meaning any more. */
const abandoned = (effect: Effect | undefined): RunEvent[] =>
  effect === undefined ? [] : [{ type: "effect.completed", completes: effect.id }];
