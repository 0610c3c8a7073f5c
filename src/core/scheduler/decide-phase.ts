import { landingPhase, type TurnPhase } from "../model/pipeline.ts";
import type { Finding } from "../model/review.ts";
import { type Decision, endWell, requestStatus, startingAt } from "./decision.ts";
import { wantedPhase } from "./entry-phase.ts";
import type { Resumption, ReviewState, RunEvent } from "./events.ts";
import { statusWhenDone, workDone } from "./operator-part.ts";
import type { StoryState } from "./state.ts";

/** Whether a phase judges work that was judged before: old findings, or approved work that had to be merged. */
export const judgesAgain = (
  { openFindings, conflict }: StoryState,
  { evidence, triage }: TurnPhase,
  open: readonly Finding[] = openFindings,
): boolean => evidence === "verdict" && !triage && (open.length > 0 || conflict !== undefined);

/**
 * A phase's "done" is believed: the next one that the story needs is due, or the story is ready to land. `open` are the
 * findings that the next phases have to do with.
 */
export const phaseHolds = (
  decision: Decision,
  story: StoryState,
  phase: TurnPhase,
  { open = story.openFindings, deferred = story.deferredFindings }: Partial<ReviewState> = {},
): RunEvent[] => {
  const { key } = story.story;
  const next = wantedPhase(decision.state.policy, story, phase.next, open);
  const events: RunEvent[] = phase.endStatus === undefined ? [] : requestStatus(decision, key, phase.endStatus);
  if (next.kind === "commit") return [...events, ...commit(decision, story, deferred)];
  return [...events, { type: "phase.due", story: key, next: first(story, next, open), review: { open, deferred } }];
};

const first = (story: StoryState, phase: TurnPhase, open: readonly Finding[]): Resumption =>
  judgesAgain(story, phase, open)
    ? { ...startingAt(phase.name), prompt: { kind: "reverify", findings: open } }
    : startingAt(phase.name);

/** The last phase is storyboard's own: the branch joins the landing queue; shared work is done where it is. */
export const commit = (decision: Decision, story: StoryState, deferred: readonly Finding[]): RunEvent[] => {
  const { key } = story.story;
  const { policy } = decision.state;
  if (policy.landing) {
    return [{ type: "landing.queued", story: key, phase: landingPhase(policy.pipeline).name, deferred }];
  }
  return [
    ...requestStatus(decision, key, statusWhenDone(story, policy.finalStatus), deferred),
    ...endWell(decision, story, workDone(story, "done", story.commit)),
  ];
};
