import type { EffectId } from "./effects.ts";
import type { RunEvent } from "./events.ts";
import type { AgentAsked } from "./inputs.ts";
import type { RunState } from "./state.ts";

/** Why an agent cannot ask now, in words for it; undefined when it can. */
export const askProblem = (
  state: RunState,
  { story: key, turn }: Pick<AgentAsked, "story" | "turn">,
): string | undefined => {
  const story = state.stories.get(key);
  if (story === undefined) return `${key} is not a story of this run`;
  if (!isCurrentTurn(state, key, turn)) return "this turn is over, and what it asks reaches nobody";
  if (story.stopping !== undefined && story.stopping !== "message") return "this turn is being ended";
  return story.asked === undefined
    ? undefined
    : "you have asked already: end your turn, the answer comes in this session";
};

/** Whether a turn is the one that its story waits for. */
export const isCurrentTurn = (state: RunState, story: string, turn: EffectId): boolean =>
  state.stories.get(story)?.busyWith === turn && state.effects.get(turn)?.kind === "run-turn";

/** An agent's question is kept until its turn has ended, which then waits for the answer. */
export const onAgentAsked = (state: RunState, asked: AgentAsked): RunEvent[] => {
  if (askProblem(state, asked) !== undefined) return [];
  const { story, turn, kind, text } = asked;
  return [{ type: "story.asked", story, turn, kind, text }];
};
