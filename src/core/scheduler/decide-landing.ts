import { landingPhase, repairPhase } from "../model/pipeline.ts";
import { baselineOf, type Decision, endWell, requeueForStop, startingAt } from "./decision.ts";
import type { Land } from "./effects.ts";
import type { Resumption, RunEvent } from "./events.ts";
import { type LandingRefusal, type LandingResult, redWords } from "./landing-result.ts";
import { limitReached } from "./limits.ts";
import { statusWhenDone, workDone } from "./operator-part.ts";
import { LANDING_REPAIRS_MAX } from "./policy.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

/**
 * What a landing came to. Work that conflicts with what landed meanwhile goes back to its builder, and to review after that;
 * where that has not helped, the branch is kept and waits for a person.
 */
export const onLandingEnded = (decision: Decision, effect: Land, result: LandingResult): RunEvent[] => {
  const { story: key } = effect;
  const ended: RunEvent = { type: "landing.ended", story: key, completes: effect.id, result };
  const story = storyOf(decision.state, key);
  if (result.kind === "landed") {
    return [ended, ...endWell(decision, story, workDone(story, "done", result.commit))];
  }
  return [ended, repair(decision, story, result) ?? park(decision, story, result)];
};

const repair = (
  { state }: Decision,
  story: StoryState,
  { onto }: LandingRefusal,
): Extract<RunEvent, { type: "phase.due" }> | undefined => {
  const phase = repairPhase(state.policy.pipeline);
  if (onto === undefined || story.refusals >= LANDING_REPAIRS_MAX) return undefined;
  // Finished work that nobody may repair any more has not failed: a person can land it.
  if (limitReached(state, story, phase) !== undefined) return undefined;
  const next: Resumption = { ...startingAt(phase.name), prompt: { kind: "merge" } };
  return { type: "phase.due", story: story.story.key, next, review: { open: [], deferred: story.deferredFindings } };
};

const park = ({ state }: Decision, story: StoryState, result: LandingRefusal): RunEvent => ({
  type: "story.parked",
  story: story.story.key,
  question: {
    kind: "conflict",
    text: [describeRefusal(result), ...(result.steps ?? [])].join("\n"),
    ...(result.kind === "conflict" ? { files: result.files } : {}),
  },
  next: startingAt(landingPhase(state.policy.pipeline).name),
});

const describeRefusal = (result: LandingRefusal): string =>
  result.kind === "conflict" ? result.message : `It did not land: ${redWords(result)}\n${result.tail.join("\n")}`;

const progressOf = ({ policy }: RunState, { phaseStates, commit }: StoryState): Pick<Land, "phases" | "commit"> => {
  if (!policy.keepsProgress) return {};
  return { phases: { ...phaseStates }, ...(commit === undefined ? {} : { commit }) };
};

const ledgerOf = ({ criteria }: StoryState): Pick<Land, "criteria"> =>
  criteria?.ledger === undefined ? {} : { criteria: criteria.ledger };

const checkedOf = ({ policy, stories }: Decision["state"], key: string): Pick<Land, "checked"> => {
  const checked = policy.evidence ? stories.get(key)?.checked : undefined;
  return checked === undefined ? {} : { checked };
};

/** The next story of the queue lands, one at a time. While the run stops, what waits to land goes back to the queue. */
export const startLanding = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  const key = state.landingQueue[0];
  if (key === undefined) return [];
  if (state.stopping !== undefined) {
    return [requeueForStop(storyOf(state, key), startingAt(landingPhase(state.policy.pipeline).name))];
  }
  if (state.landing !== undefined) return [];
  const story = storyOf(state, key);
  const effect: Land = {
    kind: "land",
    id: decision.newEffect(),
    story: key,
    finalStatus: statusWhenDone(story, story.finalStatus ?? state.policy.finalStatus),
    deferred: story.deferredFindings,
    ...baselineOf(story),
    ...progressOf(state, story),
    ...ledgerOf(story),
    ...(story.lessons.length === 0 ? {} : { lessons: story.lessons }),
    ...checkedOf(state, key),
  };
  return [{ type: "landing.requested", story: key, effect }];
};
