import { isChecked, landingPhase, phaseNamed, repairPhase, workPhase } from "../model/pipeline.ts";
import { type Decision, requestStatus, startingAt } from "./decision.ts";
import type { Question, QuestionKind, Resumption, RunEvent } from "./events.ts";
import { questionOf, saysYes, waitsForAnswer } from "./inbox.ts";
import type { RunPolicy } from "./policy.ts";
import type { RunState, StoryState } from "./state.ts";

/** Why a text is no answer to what the story asks; undefined when it is one. */
export const answerProblem = (story: StoryState, text: string): string | undefined => {
  const { key } = story.story;
  const question = questionOf(story);
  if (question === undefined) return `${key} has not asked anything`;
  if (text.trim() === "") return "the answer is empty";
  return question.kind === "operator" && !saysYes("operator", text)
    ? `${key} has landed and waits for a person's part alone: answer "done" when that is done (storyboard confirm ${key})`
    : undefined;
};

/** Why there is nothing to approve; undefined where there is. */
export const approvalProblem = (story: StoryState, comments: string | undefined): string | undefined => {
  const { key } = story.story;
  const question = questionOf(story);
  if (question === undefined) return `nothing of ${key} waits for an approval`;
  switch (question.kind) {
    case "plan":
      return undefined;
    case "review":
    case "conflict":
      return comments === undefined
        ? undefined
        : `comments belong to the approval of a plan: say what is to be done with storyboard ctl answer ${key}`;
    case "operator":
      return `${key} waits for a person's part, not for an approval: storyboard confirm ${key}`;
    default:
      return `${waitsForAnswer(story, question)}; there is nothing to approve`;
  }
};

/** Why there is no part of a person to confirm; undefined where there is. */
export const confirmProblem = (story: StoryState): string | undefined =>
  questionOf(story)?.kind === "operator" ? undefined : `${story.story.key} awaits nothing that a person has to do`;

/** An answer continues the same session; a person's part that is done completes its story. */
export const answered = (decision: Decision, story: StoryState, text: string): RunEvent[] =>
  questionOf(story)?.kind === "operator"
    ? confirmed(decision, story)
    : [goesOn(story, afterAnswer(decision.state, story, text))];

/** What waited for a yes goes on with it. */
export const approved = ({ state }: Decision, story: StoryState, comments: string | undefined): RunEvent[] => [
  goesOn(story, afterApproval(state.policy, story, comments)),
];

/** A person has done their part: the story is done, in the project's files too. */
export const confirmed = (decision: Decision, { story }: StoryState): RunEvent[] => [
  { type: "story.confirmed", story: story.key },
  ...requestStatus(decision, story.key, "done"),
];

const goesOn = (story: StoryState, next: Resumption): RunEvent => ({
  type: "story.requeued",
  story: story.story.key,
  reason: "answered",
  attempt: Math.max(1, story.attempt),
  notBeforeMs: 0,
  next,
});

/**
 * A conflict that a person put right lands again, accepted findings land as deferred work, an approved plan is built; any
 * other word is for the agent that asked, and for the builder where none did.
 */
const afterAnswer = ({ policy }: RunState, story: StoryState, text: string): Resumption => {
  const { question, next } = story;
  const isConflict = question?.kind === "conflict";
  const work = workPhase(policy.pipeline).name;
  if (isConflict && story.conflict === undefined) return startingAt(landingPhase(policy.pipeline).name);
  if (isYes(question, text)) return afterApproval(policy, story);
  if (question?.kind === "environment") return next ?? startingAt(work);
  if (question?.kind === "attached" && saysYes("attached", text)) return afterAttached(policy, next);
  return {
    phase: isConflict ? repairPhase(policy.pipeline).name : (next?.phase ?? work),
    prompt: {
      kind: "answer",
      question: question?.text ?? "",
      answer: text,
      ...(question?.kind === "plan" ? { ofPlan: true } : {}),
    },
    fresh: false,
    salvage: false,
  };
};

const isYes = (question: Question | undefined, text: string): boolean =>
  question !== undefined && APPROVABLE.has(question.kind) && saysYes(question.kind, text);

/** What a yes approves. */
const APPROVABLE: ReadonlySet<QuestionKind> = new Set(["plan", "review", "conflict"]);

/**
 * What a yes leads to. A plan is built by the phase that follows the one that made it, in the same conversation; findings
 * are accepted and a conflict was put right, so that the story lands as it is.
 */
export const afterApproval = (policy: RunPolicy, story: StoryState, comments?: string): Resumption => {
  const { question, next } = story;
  if (question?.kind !== "plan" || next === undefined) return startingAt(landingPhase(policy.pipeline).name);
  const planned = phaseNamed(policy.pipeline, next.phase);
  return {
    phase: planned.kind === "turn" ? planned.next : planned.name,
    prompt: { kind: "approved", plan: question.text, ...(comments === undefined ? {} : { comments }) },
    fresh: false,
    salvage: false,
  };
};

/** What a person and the agent did together is looked at before another turn. */
const afterAttached = (policy: RunPolicy, next: Resumption | undefined): Resumption => {
  const back = next ?? startingAt(workPhase(policy.pipeline).name);
  const phase = phaseNamed(policy.pipeline, back.phase);
  // A story that was not at work then still has its own next step before it.
  const wasCut = back.prompt.kind === "resume" && back.prompt.reason === "attach";
  return wasCut ? { ...back, salvage: policy.evidence && phase.kind === "turn" && isChecked(phase) } : back;
};
