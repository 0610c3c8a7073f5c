import { phaseNamed, type TurnPhase } from "../model/pipeline.ts";
import type { Finding } from "../model/review.ts";
import { type Decision, endWell, requestStatus, startingAt } from "./decision.ts";
import type { RunEvent } from "./events.ts";
import type { StoryState } from "./state.ts";

/** A phase's "done" is believed: the next one is due, or the story is ready to land. */
export const phaseHolds = (
  decision: Decision,
  story: StoryState,
  phase: TurnPhase,
  deferred: readonly Finding[],
): RunEvent[] => {
  const { key } = story.story;
  const { policy } = decision.state;
  const next = phaseNamed(policy.pipeline, phase.next);
  const events: RunEvent[] = phase.name === "BUILD" ? requestStatus(decision, key, "review") : [];
  if (next.kind === "commit") return [...events, ...commit(decision, story, deferred)];
  const judgesAgain = next.role === "reviewer" && (story.openFindings.length > 0 || story.conflict !== undefined);
  return [
    ...events,
    {
      type: "phase.due",
      story: key,
      next: judgesAgain
        ? { ...startingAt(next.name), prompt: { kind: "reverify", findings: story.openFindings } }
        : startingAt(next.name),
      review: { open: story.openFindings, deferred },
    },
  ];
};

/** The last phase is storyboard's own: the branch joins the landing queue; shared work is done where it is. */
export const commit = (decision: Decision, story: StoryState, deferred: readonly Finding[]): RunEvent[] => {
  const { key } = story.story;
  const { policy } = decision.state;
  if (policy.landing) return [{ type: "landing.queued", story: key, deferred }];
  return [
    ...requestStatus(decision, key, policy.finalStatus, deferred),
    ...endWell(decision, story, {
      type: "story.ended",
      story: key,
      outcome: "done",
      ...(story.commit === undefined ? {} : { commit: story.commit }),
    }),
  ];
};
