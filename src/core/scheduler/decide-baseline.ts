import type { Decision } from "./decision.ts";
import type { BaselineResult, EffectId } from "./effects.ts";
import type { BaselineChoice, Question, RunEvent } from "./events.ts";
import { choicesOf, leftOutBy } from "./inbox.ts";
import type { RunState } from "./state.ts";

/** What the gates came to before the first story: red ones are accepted, asked about, or end the run (exit status 2). */
export const onBaseline = ({ state }: Decision, completes: EffectId, result: BaselineResult): RunEvent[] => {
  const checked: RunEvent = { type: "baseline.checked", completes, result };
  if (result.red.length === 0 || state.policy.baseline === "accept") return [checked];
  const red = result.red.map((gate) => gate.name);
  return state.policy.baseline === "ask"
    ? [checked, { type: "baseline.asked", question: questionOf(result.red) }]
    : [checked, ended(red)];
};

const questionOf = (red: BaselineResult["red"]): Question => ({
  kind: "baseline",
  text: [
    `Red before the first story: ${red.map(({ name }) => name).join(", ")}.`,
    "accept: that is not held against a story.",
    ...withoutWords(red),
    "quit: the run ends before its first story.",
  ].join(" "),
  red,
});

const withoutWords = (red: BaselineResult["red"]): string[] => {
  const left = leftOutBy(red);
  const stay = left.length === red.length ? "" : "; git hooks run all the same";
  return left.length === 0 ? [] : [`without: this run does without ${left.join(", ")}${stay}.`];
};

/** Why there is nothing to decide about the baseline; undefined where there is. */
export const baselineProblem = ({ baselineQuestion }: RunState, choice: BaselineChoice): string | undefined => {
  if (baselineQuestion === undefined) return "no red baseline waits for a decision";
  const choices = choicesOf(baselineQuestion);
  return choices.includes(choice)
    ? undefined
    : `a run cannot do without git hooks, and nothing else is red: it is answered with ${choices.join(" or ")}`;
};

/** A person's word on a red baseline. */
export const decideBaseline = ({ state }: Decision, choice: BaselineChoice): RunEvent[] => [
  { type: "baseline.decided", choice },
  ...(choice === "quit" ? [ended(state.baselineRed)] : []),
];

const ended = (red: readonly string[]): RunEvent => ({
  type: "run.ended",
  status: "error",
  exit: 2,
  reason: `red before the first story: ${red.join(", ")}. Put it right, or accept it with --accept-baseline (gates.baseline: accept).`,
});
