import type { WritableStatus } from "../model/status.ts";
import type { TurnResult } from "../model/turn.ts";
import type { RunEvent } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import type { StoryState } from "./state.ts";

/** Parts for a person that are kept of one story. */
const OPERATOR_PARTS_MAX = 20;

/** What only a person can do, after a turn's end: parts that were said before stay, each is listed once. */
export const operatorParts = ({ operator }: Pick<StoryState, "operator">, result: TurnResult): readonly string[] =>
  result.operator === undefined || operator.includes(result.operator)
    ? operator
    : [...operator, result.operator].slice(0, OPERATOR_PARTS_MAX);

/** The end of a story whose work is done; where a part of it is left for a person, it awaits them. */
export const workDone = (
  { story, operator }: Pick<StoryState, "story" | "operator">,
  outcome: "done" | "already-done",
  commit?: string,
): Extract<RunEvent, { type: "story.ended" }> => ({
  type: "story.ended",
  story: story.key,
  outcome: operator.length === 0 ? outcome : "awaiting-operator",
  ...(commit === undefined ? {} : { commit }),
  ...(operator.length === 0 ? {} : { question: { kind: "operator", text: operator.join("\n") } }),
});

/** The status that a story's work ends with: what a person has yet to do is not done. */
export const statusWhenDone = (
  { operator }: Pick<StoryState, "operator">,
  status: RunPolicy["finalStatus"],
): WritableStatus => (operator.length === 0 ? status : "review");
