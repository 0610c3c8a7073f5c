import { decidesFindings, type TurnPhase } from "../model/pipeline.ts";
import type { Usage } from "../model/usage.ts";
import type { RunState, StoryState } from "./state.ts";

/** Whether a budget is used up; unknown usage uses none. */
export const over = (usage: Usage, tokensMax: number | null, usdMax: number | null): boolean =>
  (tokensMax !== null && (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) >= tokensMax) ||
  (usdMax !== null && (usage.usd ?? 0) >= usdMax);

/** A limit of one story that is reached, in words for a person. */
export interface ReachedLimit {
  readonly type: "LimitError" | "BudgetError";
  readonly message: string;
}

/** The limit or budget for which the story gets no further turn of that phase; undefined when there is none. */
export const limitReached = (state: RunState, story: StoryState, phase: TurnPhase): ReachedLimit | undefined => {
  const { policy } = state;
  if (story.turns - story.interruptions >= policy.storyTurnsMax) {
    return {
      type: "LimitError",
      message: `the story used all of its ${policy.storyTurnsMax} turns (limits.story_turns)`,
    };
  }
  if (over(story.usage, policy.storyTokensMax, policy.storyUsdMax)) {
    return { type: "BudgetError", message: "the story's budget is used up (limits.story_tokens, limits.story_usd)" };
  }
  // How often a review may find something is the review's own limit, and ends otherwise.
  const { times = Number.POSITIVE_INFINITY } = decidesFindings(policy.pipeline, phase) ? {} : phase;
  if ((story.turnsOf[phase.name] ?? 0) >= times) {
    return {
      type: "LimitError",
      message: `${phase.name} ran ${times} times without holding (its "times" in the pipeline)`,
    };
  }
  return undefined;
};
