import type { Decision } from "./decision.ts";
import type { RunEvent } from "./events.ts";
import { storyOf } from "./state.ts";

/** Asks for the progress artifact of a story that came a phase further, where the run keeps them. */
export const keepProgress = (decision: Decision): RunEvent[] => {
  for (const [key, phase] of decision.state.progressDue) {
    const story = storyOf(decision.state, key);
    const effect = {
      kind: "keep-progress",
      id: decision.newEffect(),
      story: key,
      phases: { ...story.phaseStates },
      phase,
      ...(story.stage === "ended" && story.outcome !== undefined ? { outcome: story.outcome } : {}),
      ...(story.commit === undefined ? {} : { commit: story.commit }),
      ...(story.baseline === undefined ? {} : { baseline: story.baseline }),
    } as const;
    return [{ type: "progress.requested", story: key, effect }];
  }
  return [];
};
