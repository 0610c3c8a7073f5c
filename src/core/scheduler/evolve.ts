import { assertNever } from "../model/assert.ts";
import { addUsage } from "../model/usage.ts";
import type { JournaledEvent, RunEvent } from "./events.ts";
import {
  confirmStory,
  endLanding,
  endStory,
  parkStory,
  phaseDue,
  queueLanding,
  requeueStory,
  startLanding,
  startStory,
} from "./evolve-story.ts";
import { evidenceChecked, turnEnded, turnStarted } from "./evolve-turn.ts";
import { leftOutBy } from "./inbox.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

/**
 * Folds one event into the state, in place: the state has a single owner. Total and free of policy: whatever is in a
 * journal can be folded, and folding a journal from the start gives the same state every time.
 */
export const evolve = (state: RunState, { event, at }: JournaledEvent): void => {
  if ("effect" in event) {
    state.effects.set(event.effect.id, event.effect);
    state.effectCount++;
  }
  if ("completes" in event) state.effects.delete(event.completes);
  if ("story" in event && event.story !== undefined) evolveStory(state, event, at);
  else evolveRun(state, event, at);
};

const evolveRun = (state: RunState, event: RunEvent, at: number): void => {
  switch (event.type) {
    case "run.started":
      state.phase = "running";
      return;
    case "run.resumed":
    case "run.reopened":
      state.phase = resumedPhase(state);
      state.stopping = undefined;
      state.result = undefined;
      state.breaker = { failures: 0, open: false };
      state.barred.clear();
      return;
    case "run.stopping":
      state.stopping = { reason: event.reason, critical: event.critical };
      return;
    case "run.paused":
      state.paused = true;
      return;
    case "run.unpaused":
      state.paused = false;
      state.barred.clear();
      return;
    case "run.ended":
      state.phase = "ended";
      state.result = { status: event.status, exit: event.exit, reason: event.reason };
      return;
    case "baseline.requested":
    case "baseline.checked":
    case "baseline.asked":
    case "baseline.decided":
      evolveBaseline(state, event);
      return;
    case "finish.requested":
      state.phase = "finishing";
      return;
    case "finish.ended":
      state.phase = "running";
      state.finished = true;
      state.redGates = event.result.redGates;
      state.notes.push(...event.result.notes);
      return;
    case "workers.changed":
      state.maxWorkers = event.max;
      return;
    case "breaker.opened":
      state.breaker.open = true;
      return;
    case "breaker.closed":
      state.breaker = { failures: 0, open: false };
      return;
    case "limit.waiting":
      state.resting.set(event.provider, event.untilMs);
      state.rests.set(event.provider, (state.rests.get(event.provider) ?? 0) + 1);
      return;
    case "limit.lifted":
      state.resting.delete(event.provider);
      return;
    case "provider.slowed":
      state.slowed.set(event.provider, { workers: event.workers, sinceMs: at, easeAtMs: event.easeAtMs });
      return;
    case "provider.eased":
      state.slowed.delete(event.provider);
      return;
    case "provider.barred":
      state.barred.set(event.provider, event.reason);
      return;
    default:
      // Events of stories, and acknowledgements that only end an effect.
      return;
  }
};

type BaselineEvent = Extract<RunEvent, { type: `baseline.${string}` }>;

/** The run's first act: it lasts until the gates are known, and where a person is asked, until they have decided. */
const evolveBaseline = (state: RunState, event: BaselineEvent): void => {
  switch (event.type) {
    case "baseline.requested":
      state.phase = "baseline";
      return;
    case "baseline.checked":
      state.phase = "running";
      state.baselineRed = event.result.red.map((gate) => gate.name);
      state.notes.push(...event.result.notes);
      return;
    case "baseline.asked":
      state.phase = "baseline";
      state.baselineQuestion = event.question;
      return;
    case "baseline.decided":
      state.phase = "running";
      if (event.choice === "without") state.leftOutGates = leftOutBy(state.baselineQuestion?.red ?? []);
      state.baselineQuestion = undefined;
      if (state.leftOutGates.length === 0) return;
      state.notes.push(`left out of this run: ${state.leftOutGates.join(", ")}`);
      return;
    default:
      assertNever(event);
  }
};

/** A run goes on in the act that was under way: its first, its last, or the stories. */
const resumedPhase = (state: RunState): RunState["phase"] => {
  if (state.baselineQuestion !== undefined) return "baseline";
  for (const effect of state.effects.values()) {
    if (effect.kind === "check-baseline") return "baseline";
    if (effect.kind === "finish-run") return "finishing";
  }
  return "running";
};

type StoryEvent = Extract<RunEvent, { readonly story?: string }>;

const evolveStory = (state: RunState, event: StoryEvent, at: number): void => {
  if (event.story === undefined) return;
  const story = storyOf(state, event.story);
  switch (event.type) {
    case "story.started":
      startStory(state, story, event, at);
      return;
    case "workspace.requested":
      waitFor(state, event.story, event.effect.id);
      return;
    case "workspace.ready":
      story.workspaceReady = true;
      story.baseline = event.result.baseline;
      story.worked ??= event.result.baseline;
      story.notes.push(...event.result.notes);
      becomesDue(state, event.story, event.completes);
      return;
    case "turn.started":
      turnStarted(state, story, event, at);
      return;
    case "turn.stop-requested":
      story.stopping = event.purpose;
      return;
    case "turn.ended":
      turnEnded(state, story, event);
      state.usage = addUsage(state.usage, event.result.usage);
      becomesDue(state, event.story, event.completes);
      return;
    case "evidence.requested":
      story.checkedAlreadyDone ||= event.effect.purpose === "already-done";
      waitFor(state, event.story, event.effect.id);
      return;
    case "evidence.checked":
      evidenceChecked(state, story, event);
      becomesDue(state, event.story, event.completes);
      return;
    case "phase.due":
      phaseDue(state, story, event);
      return;
    case "landing.queued":
      queueLanding(state, story, event, at);
      return;
    case "landing.requested":
      startLanding(state, story, event);
      return;
    case "landing.ended":
      endLanding(state, story, event);
      return;
    case "story.requeued":
      requeueStory(state, story, event);
      return;
    case "story.parked":
      parkStory(state, story, event);
      return;
    case "story.ended":
      endStory(state, story, event, at);
      return;
    case "story.confirmed":
      confirmStory(state, story);
      return;
    case "effect.failed":
      effectFailed(state, event);
      return;
    case "release.requested":
      story.workspaceReady = false;
      return;
    default:
      evolveAside(state, story, event);
  }
};

type Aside = Extract<
  RunEvent,
  {
    type:
      | "message.requested"
      | "message.ended"
      | "message.kept"
      | "status.requested"
      | "progress.requested"
      | "attach.withdrawn"
      | "story.asked";
  }
>;

/** What happens beside the story's way through its pipeline. */
const evolveAside = (state: RunState, story: StoryState, event: Aside): void => {
  switch (event.type) {
    case "progress.requested":
      state.progressDue.delete(event.story);
      return;
    case "status.requested":
      story.keptStatus = event.effect.status;
      return;
    case "attach.withdrawn":
      story.stopping = undefined;
      return;
    case "story.asked":
      story.asked = { kind: event.kind, text: event.text };
      return;
    case "message.requested":
      story.messages = [...story.messages, event.effect.text];
      return;
    case "message.kept":
      story.messages = [...story.messages, event.text];
      return;
    case "message.ended":
      if (event.delivered) story.messages = withoutOne(story.messages, event.text);
      return;
    default:
      assertNever(event);
  }
};

const withoutOne = (texts: readonly string[], text: string): readonly string[] => {
  const place = texts.indexOf(text);
  return place === -1 ? texts : texts.toSpliced(place, 1);
};

const waitFor = (state: RunState, key: string, effect: string): void => {
  storyOf(state, key).busyWith = effect;
  state.due.delete(key);
};

const becomesDue = (state: RunState, key: string, completed: string): void => {
  const story = storyOf(state, key);
  if (story.busyWith !== completed) return;
  story.busyWith = undefined;
  state.due.add(key);
};

const effectFailed = (state: RunState, event: Extract<RunEvent, { type: "effect.failed" }>): void => {
  if (event.story === undefined) return;
  const story = storyOf(state, event.story);
  if (story.busyWith !== event.completes) return;
  story.busyWith = undefined;
  if (state.landing === event.story) {
    state.landing = undefined;
    story.landingFailures++;
  } else {
    state.due.add(event.story);
  }
};
