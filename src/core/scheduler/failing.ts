import type { Failure } from "../model/failure.ts";
import { landingPhase, type PhaseName, type Pipeline, phaseNamed } from "../model/pipeline.ts";
import { type Decision, endBadly, requeueForStop, startingAt } from "./decision.ts";
import type { Effect } from "./effects.ts";
import type { Question, Resumption, RunEvent } from "./events.ts";
import {
  backoffMs,
  ENVIRONMENT_BACKOFF_MS,
  ENVIRONMENT_FAILURES_MAX,
  PROVIDER_FAILURES_MAX,
  WORK_BACKOFF_MS,
} from "./policy.ts";
import { type StoryState, storyOf } from "./state.ts";

/**
 * The attempt failed by its own work: the next one continues the session with the reason, from the phase that failed;
 * a fresh session when the same failure came twice. After the last attempt the story ends.
 */
export const failAttempt = (
  decision: Decision,
  story: StoryState,
  phase: PhaseName,
  failure: Failure,
  fresh = false,
): RunEvent[] => {
  const { key } = story.story;
  const target = afterFailure(decision.state.policy.pipeline, phase);
  if (target.isAhead) return [goOnWithout(story, target.name, failure.message)];
  if (story.attempt >= decision.state.policy.attemptsMax) return failStory(decision, story, failure);
  const last = story.failures.at(-1);
  const twice = last?.type === failure.type && last.message === failure.message;
  return [
    {
      type: "story.requeued",
      story: key,
      reason: "retry",
      attempt: story.attempt + 1,
      notBeforeMs: decision.atMs + backoffMs(WORK_BACKOFF_MS, story.attempt, decision.luck),
      next: { phase: target.name, prompt: { kind: "retry", failure }, fresh: fresh || twice, salvage: false },
      failure,
    },
  ];
};

const goOnWithout = (story: StoryState, phase: PhaseName, why: string): RunEvent => ({
  type: "phase.due",
  story: story.story.key,
  next: startingAt(phase),
  note: `${why}; it went on without`,
});

/** The story gets no further turn of that phase: it goes on without, where its pipeline lets it, or fails. */
export const failAtLimit = (decision: Decision, story: StoryState, phase: PhaseName, failure: Failure): RunEvent[] => {
  const target = afterFailure(decision.state.policy.pipeline, phase);
  return target.isAhead
    ? [goOnWithout(story, target.name, `no turn of ${phase} any more: ${failure.message}`)]
    : failStory(decision, story, failure);
};

/** Whether the story goes on without that phase where it fails: then nobody is asked what it asks, either. */
export const isDispensable = (pipeline: Pipeline, phase: PhaseName): boolean => afterFailure(pipeline, phase).isAhead;

/** Where a story goes on when a phase failed: with the same one, or where its pipeline says. */
const afterFailure = (pipeline: Pipeline, name: PhaseName): { readonly name: PhaseName; readonly isAhead: boolean } => {
  const phase = phaseNamed(pipeline, name);
  const target = phase.kind === "turn" ? (phase.onFailure ?? name) : name;
  const placeOf = (wanted: PhaseName): number => pipeline.phases.findIndex((other) => other.name === wanted);
  return { name: target, isAhead: placeOf(target) > placeOf(name) };
};

/**
 * The story fails for good, and with it what waits for it. Work that was held to be done and could only not be landed does
 * not: it waits for a person.
 */
export const failStory = (decision: Decision, story: StoryState, failure: Failure): RunEvent[] => {
  const { key } = story.story;
  const { conflict } = story;
  if (conflict === undefined)
    return endBadly(decision, { type: "story.ended", story: key, outcome: "failed", failure });
  const text = [`Its builder could not merge it: ${failure.message}`, conflict.message, ...conflict.steps].join("\n");
  const question: Question = { kind: "conflict", text, files: conflict.files };
  return [
    { type: "story.parked", story: key, question, next: startingAt(landingPhase(decision.state.policy.pipeline).name) },
  ];
};

/**
 * The environment failed, not the work: the same attempt goes on later. After a bounded number of such failures in a
 * row the story waits for a person instead of knocking for ever.
 */
export const waitForEnvironment = (
  decision: Decision,
  story: StoryState,
  next: Resumption,
  failure: Failure,
): RunEvent[] =>
  waitAndRetry(decision, story, next, failure, { before: story.environmentFailures, max: ENVIRONMENT_FAILURES_MAX });

/** The provider is overloaded or out of reach: that may last a night, and says nothing about this machine. */
export const waitForOutside = (decision: Decision, story: StoryState, next: Resumption, failure: Failure): RunEvent[] =>
  waitAndRetry(decision, story, next, failure, {
    before: story.providerFailures,
    max: PROVIDER_FAILURES_MAX,
    ofProvider: true,
  });

const waitAndRetry = (
  decision: Decision,
  story: StoryState,
  next: Resumption,
  failure: Failure,
  { before, max, ofProvider }: { readonly before: number; readonly max: number; readonly ofProvider?: true },
): RunEvent[] => {
  const { key } = story.story;
  if (before + 1 >= max) {
    const text = `${failure.message} (${max} times in a row). Put it right, then answer "go on".`;
    return [{ type: "story.parked", story: key, question: { kind: "environment", text }, next }];
  }
  return [
    {
      type: "story.requeued",
      story: key,
      reason: "environment",
      attempt: story.attempt,
      notBeforeMs: decision.atMs + backoffMs(ENVIRONMENT_BACKOFF_MS, before + 1, decision.luck),
      next,
      why: failure.message,
      ...(ofProvider ? { ofProvider } : {}),
    },
  ];
};

/** Nothing can go on until a person acts: everything is saved and the run stops with status 3. */
export const stopCritically = (decision: Decision, story: StoryState, next: Resumption, reason: string): RunEvent[] => [
  requeueForStop(story, next),
  ...stopRun(decision, reason, true, story.story.key),
];

/** An orderly stop: nothing new starts, and every running turn is told to stop. */
export const stopRun = (decision: Decision, reason: string, critical: boolean, except?: string): RunEvent[] => {
  const { state } = decision;
  if (state.stopping !== undefined) return [];
  const events: RunEvent[] = [{ type: "run.stopping", reason, critical }];
  for (const effect of state.effects.values()) {
    if (!("story" in effect) || effect.story === except) continue;
    const story = storyOf(state, effect.story);
    if (story.busyWith !== effect.id) continue;
    if (effect.kind !== "run-turn") {
      events.push(...abandonForStop(story, effect));
      continue;
    }
    events.push({
      type: "turn.stop-requested",
      story: effect.story,
      effect: { kind: "stop-turn", id: decision.newEffect(), story: effect.story, turn: effect.id, reason: "stop" },
      purpose: "stop",
    });
  }
  return events;
};

/**
 * A look at evidence or a workspace being made ready is given up when the run stops: doing it again costs little, and a
 * gate can take longer than a person waits for a stop.
 */
const abandonForStop = (story: StoryState, effect: Effect): RunEvent[] => {
  if (effect.kind !== "check-evidence" && effect.kind !== "prepare-workspace") return [];
  const looks = effect.kind === "check-evidence" && effect.purpose !== "already-done";
  return [
    { type: "effect.completed", completes: effect.id },
    requeueForStop(
      story,
      looks
        ? { phase: effect.phase, prompt: { kind: "resume", reason: "stop" }, fresh: false, salvage: true }
        : undefined,
    ),
  ];
};
