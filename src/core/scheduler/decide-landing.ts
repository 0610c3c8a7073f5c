import { baselineOf, type Decision, endWell, requeueForStop, startingAt } from "./decision.ts";
import type { Land, LandingResult } from "./effects.ts";
import type { RunEvent } from "./events.ts";
import { storyOf } from "./state.ts";

/** What a landing came to. A conflict keeps the branch and waits for a person. */
export const onLandingEnded = (decision: Decision, effect: Land, result: LandingResult): RunEvent[] => {
  const { story: key } = effect;
  const ended: RunEvent = { type: "landing.ended", story: key, completes: effect.id, result };
  const story = storyOf(decision.state, key);
  switch (result.kind) {
    case "landed":
      return [
        ended,
        ...endWell(decision, story, { type: "story.ended", story: key, outcome: "done", ...commitOf(result) }),
      ];
    case "conflict":
      return [
        ended,
        {
          type: "story.parked",
          story: key,
          question: { kind: "conflict", text: result.message, files: result.files },
          next: startingAt("COMMIT"),
        },
      ];
    case "gate-red":
      return [
        ended,
        {
          type: "story.parked",
          story: key,
          question: {
            kind: "conflict",
            text: `The gate ${result.gate} is red on the merged tree:\n${result.tail.join("\n")}`,
          },
          next: startingAt("COMMIT"),
        },
      ];
  }
};

const commitOf = ({ commit }: { readonly commit?: string }): { readonly commit?: string } =>
  commit === undefined ? {} : { commit };

/** The next story of the queue lands, one at a time. While the run stops, what waits to land goes back to the queue. */
export const startLanding = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  const key = state.landingQueue[0];
  if (key === undefined) return [];
  if (state.stopping !== undefined) return [requeueForStop(storyOf(state, key), startingAt("COMMIT"))];
  if (state.landing !== undefined) return [];
  const effect: Land = {
    kind: "land",
    id: decision.newEffect(),
    story: key,
    finalStatus: state.policy.finalStatus,
    deferred: storyOf(state, key).deferredFindings,
    ...baselineOf(storyOf(state, key)),
  };
  return [{ type: "landing.requested", story: key, effect }];
};
