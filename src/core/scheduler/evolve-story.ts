import type { LandingConflict } from "../model/landing-conflict.ts";
import { phaseNamed, turnPhases } from "../model/pipeline.ts";
import type { Outcome, Resumption, ReviewState, RunEvent } from "./events.ts";
import { rememberLedger } from "./evolve-turn.ts";
import type { LandingRefusal } from "./landing-result.ts";
import { type RunState, readyEntry, type StoryState, storyOf } from "./state.ts";

type Event<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

/** A story gets a worker: the lowest free slot, by the name that was decided. */
export const startStory = (state: RunState, story: StoryState, event: Event<"story.started">, at: number): void => {
  leaveQueue(state, story);
  const free = state.slots.indexOf(undefined);
  const slot = free === -1 ? state.slots.length : free;
  state.slots[slot] = event.story;
  state.busy++;
  state.inFlight.add(event.story);
  state.due.add(event.story);
  story.slot = slot;
  story.stage = "running";
  story.attempt = event.attempt;
  story.leases = event.leases;
  for (const lease of event.leases) state.leased.add(`${lease.resource}/${lease.unit}`);
  story.startedAtMs ??= at;
  story.phaseStartedAtMs = at;
};

/** The next phase is decided; it starts when nothing holds it. */
export const phaseDue = (state: RunState, story: StoryState, event: Event<"phase.due">): void => {
  story.stage = "running";
  if (isFurther(state, story, event.next)) progressed(state, story);
  story.next = event.next;
  rememberReview(story, event.review);
  if (event.note !== undefined && !story.notes.includes(event.note)) story.notes.push(event.note);
  state.due.add(event.story);
};

/** The work holds; the branch waits for its place in the merge queue. */
export const queueLanding = (state: RunState, story: StoryState, event: Event<"landing.queued">, at: number): void => {
  story.stage = "landing";
  progressed(state, story);
  story.phase = event.phase;
  story.phaseStartedAtMs = at;
  story.next = undefined;
  story.conflict = undefined;
  story.openFindings = [];
  story.deferredFindings = event.deferred;
  state.due.delete(event.story);
  state.landingQueue.push(event.story);
};

/** Its turn in the merge queue has come. */
export const startLanding = (state: RunState, story: StoryState, event: Event<"landing.requested">): void => {
  story.busyWith = event.effect.id;
  story.landingStatus = event.effect.finalStatus;
  state.landing = event.story;
  state.landingQueue.splice(state.landingQueue.indexOf(event.story), 1);
};

/** What a landing came to; a refusal is remembered until the story comes to land again. */
export const endLanding = (state: RunState, story: StoryState, { result }: Event<"landing.ended">): void => {
  state.landing = undefined;
  story.busyWith = undefined;
  if (result.kind === "landed") {
    story.keptStatus = story.landingStatus;
    story.notes.push(...result.notes);
    rememberLedger(story, result.criteria);
    return;
  }
  story.refusals++;
  // What is merged is reviewed anew.
  story.reviews = 0;
  story.turnsOf = {};
  story.conflict = conflictOf(result);
  const why = result.kind === "conflict" ? `conflict in ${result.files.join(", ") || "git"}` : `${result.gate} was red`;
  const note = `did not land at first: ${why}, with what others landed meanwhile`;
  if (!story.notes.includes(note)) story.notes.push(note);
};

const conflictOf = (result: LandingRefusal): LandingConflict | undefined => {
  const { onto, steps = [] } = result;
  if (onto === undefined) return undefined;
  return result.kind === "conflict"
    ? { onto, files: result.files, message: result.message, steps }
    : {
        onto,
        files: [],
        message: result.tail.join("\n"),
        gate: result.gate,
        ...(result.criterion === undefined ? {} : { criterion: result.criterion }),
        steps,
      };
};

/** Back to the queue: the slot and the leases are free for others. */
export const requeueStory = (state: RunState, story: StoryState, event: Event<"story.requeued">): void => {
  releaseSlot(state, story);
  state.finished = false;
  state.parked.delete(event.story);
  if (story.stage === "ended") uncountEnd(state, story);
  story.stage = "queued";
  story.attempt = event.attempt;
  story.next = event.next ?? story.next;
  story.notBeforeMs = event.notBeforeMs;
  // Who answers what an agent asked has not worked in its place.
  if (event.reason === "reopened" || (event.reason === "answered" && story.question?.kind !== "question")) {
    story.worked = undefined;
  }
  story.question = undefined;
  story.blockedBy = undefined;
  story.outcome = undefined;
  story.stopping = undefined;
  if (event.failure !== undefined) story.failures.push(event.failure);
  if (event.ofProvider) story.providerFailures++;
  else if (event.reason === "environment") story.environmentFailures++;
  if (event.reason === "reopened") state.barred.clear();
  if (event.reason === "answered" || event.reason === "reopened") {
    story.checked = undefined;
    story.reviews = 0;
    story.turnsOf = {};
    story.environmentFailures = 0;
    story.providerFailures = 0;
    story.landingFailures = 0;
    story.refusals = 0;
  }
  if (event.reason === "retry" || event.reason === "environment") story.retryOrder = ++state.retryCount;
  enterQueue(state, story);
};

/** The story waits for a person; its worktree and session stay, its slot goes. */
export const parkStory = (state: RunState, story: StoryState, event: Event<"story.parked">): void => {
  leaveQueue(state, story);
  releaseSlot(state, story);
  story.stage = "parked";
  story.stopping = undefined;
  story.asked = undefined;
  story.question = event.question;
  story.next = event.next;
  rememberReview(story, event.review);
  state.parked.add(event.story);
};

const rememberReview = (story: StoryState, review: ReviewState | undefined): void => {
  if (review === undefined) return;
  story.openFindings = review.open;
  story.deferredFindings = review.deferred;
};

/** What storyboard does itself, or did not let hold, is no progress of the agents. */
const progressed = ({ policy, progressDue }: RunState, { story, phase }: StoryState): void => {
  const [first] = turnPhases(policy.pipeline);
  const last = turnPhases(policy.pipeline).find(({ name }) => name === phase) ?? first;
  if (policy.keepsProgress && last !== undefined) progressDue.set(story.key, last.name);
};

/** Whether one of the agents' phases is over: the landing is told of by itself, and so is a phase that runs again. */
const isFurther = ({ policy }: RunState, { phase }: StoryState, next: Resumption): boolean =>
  phase !== next.phase &&
  turnPhases(policy.pipeline).some(({ name }) => name === phase) &&
  phaseNamed(policy.pipeline, next.phase).kind === "turn";

/** Whether an end says something about the story's own work that its landing has not told already. */
const isTold = ({ policy }: RunState, outcome: Outcome): boolean =>
  outcome === "already-done" || outcome === "failed" || (!policy.landing && satisfies(outcome, false));

/** The story's end in this run, and what it means for those that wait for it. */
export const endStory = (state: RunState, story: StoryState, event: Event<"story.ended">, at: number): void => {
  leaveQueue(state, story);
  releaseSlot(state, story);
  state.parked.delete(event.story);
  story.asked = undefined;
  story.stage = "ended";
  story.stopping = undefined;
  story.outcome = event.outcome;
  if (isTold(state, event.outcome)) progressed(state, story);
  story.endedAtMs = at;
  story.blockedBy = event.by;
  story.satisfies = satisfies(event.outcome, event.satisfies);
  if (event.commit !== undefined) story.commit = event.commit;
  if (event.failure !== undefined) story.failures.push(event.failure);
  if (event.question !== undefined) story.question = event.question;
  state.endedCount++;
  state.endedBy[event.outcome]++;
  countForBreaker(state, event);
  if (!story.satisfies) return;
  for (const key of state.graph.dependents.get(event.story) ?? []) {
    const dependent = storyOf(state, key);
    dependent.unmet--;
    if (dependent.stage === "queued" && dependent.unmet === 0) enterQueue(state, dependent);
  }
};

const satisfies = (outcome: Outcome, skippedAsDone: boolean | undefined): boolean =>
  outcome === "done" || outcome === "already-done" || outcome === "awaiting-operator" || skippedAsDone === true;

const countForBreaker = (state: RunState, { outcome, failure }: Event<"story.ended">): void => {
  if (state.breaker.open) return;
  // A person's cancel says nothing about the health of the run.
  if (outcome === "failed" && failure?.type !== "CancelledError") state.breaker.failures++;
  if (outcome === "done" || outcome === "already-done" || outcome === "awaiting-operator") state.breaker.failures = 0;
};

/** A person's part is done, and with it the story; what waited for it has long been free. */
export const confirmStory = (state: RunState, story: StoryState): void => {
  if (story.outcome !== "awaiting-operator") return;
  state.endedBy["awaiting-operator"]--;
  state.endedBy.done++;
  state.finished = false;
  story.outcome = "done";
  story.question = undefined;
};

const uncountEnd = (state: RunState, story: StoryState): void => {
  state.endedCount--;
  if (story.outcome !== undefined) state.endedBy[story.outcome]--;
  story.endedAtMs = undefined;
  if (!story.satisfies) return;
  story.satisfies = false;
  for (const key of state.graph.dependents.get(story.story.key) ?? []) {
    const dependent = storyOf(state, key);
    if (dependent.stage === "queued" && dependent.unmet === 0) leaveQueue(state, dependent);
    dependent.unmet++;
  }
};

const enterQueue = (state: RunState, story: StoryState): void => {
  if (story.unmet > 0) return;
  if (story.notBeforeMs > 0) state.sleeping.set(story.story.key, story.notBeforeMs);
  else state.ready.add(readyEntry(story));
};

const leaveQueue = (state: RunState, story: StoryState): void => {
  if (story.stage !== "queued") return;
  state.sleeping.delete(story.story.key);
  state.ready.remove(readyEntry(story));
};

const releaseSlot = (state: RunState, story: StoryState): void => {
  const { key } = story.story;
  story.busyWith = undefined;
  state.due.delete(key);
  const queued = state.landingQueue.indexOf(key);
  if (queued !== -1) state.landingQueue.splice(queued, 1);
  if (story.slot === undefined) return;
  state.slots[story.slot] = undefined;
  while (state.slots.length > 0 && state.slots.at(-1) === undefined) state.slots.pop();
  state.busy--;
  state.inFlight.delete(key);
  story.slot = undefined;
  for (const lease of story.leases) state.leased.delete(`${lease.resource}/${lease.unit}`);
  story.leases = [];
};
