import type { StoryKey } from "../model/story-key.ts";
import type { RedAtStart } from "./effects.ts";
import type { Question, QuestionKind } from "./events.ts";
import type { RunState, StoryState } from "./state.ts";

/** Something that waits for a person. */
export interface WaitingItem {
  /** `null` where the run itself asks. */
  readonly story: StoryKey | null;
  readonly question: Question;
}

/** What the run's own item is called where a story would have its key; no story has asked while it stands. */
export const RUN_ITEM = "baseline";

/** All that waits for a person: what the run itself asks first, then stories in backlog order. */
export const inboxOf = ({ baselineQuestion, stories }: RunState): WaitingItem[] => [
  ...(baselineQuestion === undefined ? [] : [{ story: null, question: baselineQuestion }]),
  ...[...stories.values()].flatMap((story) => {
    const question = questionOf(story);
    return question === undefined ? [] : [{ story: story.story.key, question }];
  }),
];

/** What a story asks a person; undefined where it waits for nobody, whatever it once asked. */
export const questionOf = ({ question, stage, outcome }: StoryState): Question | undefined => {
  const waits = stage === "parked" || (stage === "ended" && (outcome === "parked" || outcome === "awaiting-operator"));
  return waits ? question : undefined;
};

/**
 * Answers with a meaning of their own, the one that lets things go on first. To a question or a blocker any text is an
 * answer; to the others any other text tells the agent what to do, but a part of a person and a baseline know these alone.
 */
export const CHOICES: Readonly<Record<QuestionKind, readonly string[]>> = {
  question: [],
  blocker: [],
  plan: ["approve"],
  review: ["accept"],
  conflict: ["go on"],
  environment: ["go on"],
  attached: ["go on"],
  operator: ["done"],
  baseline: ["accept", "without", "quit"],
};

/** What people also say for the first choice. */
const ALSO: Readonly<Partial<Record<QuestionKind, readonly string[]>>> = {
  plan: ["approved", "accept", "go on"],
  review: ["land", "go on"],
  conflict: ["accept", "land"],
  attached: ["accept", "land"],
  operator: ["confirm", "confirmed"],
};

/** Whether an answer is the first choice of its kind: the whole of it, since one that only begins so may go on to say the opposite. */
export const saysYes = (kind: QuestionKind, text: string): boolean => {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/\s*[.!]$/, "");
  return CHOICES[kind][0] === said || (ALSO[kind] ?? []).includes(said);
};

/** The choices that a question leaves: nothing can be gone without where only git hooks are red. */
export const choicesOf = ({ kind, red = [] }: Pick<Question, "kind" | "red">): readonly string[] =>
  kind === "baseline" && leftOutBy(red).length === 0
    ? CHOICES.baseline.filter((choice) => choice !== "without")
    : CHOICES[kind];

/** The gates that a run does without where a person says so; git hooks run with every commit, whoever wants it. */
export const leftOutBy = (red: readonly RedAtStart[]): string[] =>
  red.filter(({ isHooks }) => isHooks !== true).map(({ name }) => name);

/** What a person types so that things go on. */
export const answerCommand = (story: StoryKey | null, question: Pick<Question, "kind" | "red">): string => {
  const { kind } = question;
  if (story === null) return `storyboard ctl answer ${RUN_ITEM} ${choicesOf(question).join("|")}`;
  if (kind === "operator") return `storyboard confirm ${story}`;
  if (kind === "plan") return `storyboard ctl approve ${story}   (or: storyboard ctl answer ${story} "what to change")`;
  return `storyboard ctl answer ${story} "${CHOICES[kind][0] ?? "your answer"}"`;
};

/** Why something else cannot be done with a story that asks, and what to type first. */
export const waitsForAnswer = ({ story }: StoryState, question: Question): string =>
  `${story.key} waits for an answer: ${answerCommand(story.key, question)}`;
