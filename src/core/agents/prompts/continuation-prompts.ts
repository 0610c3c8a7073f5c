import type { Failure } from "../../model/failure.ts";
import type { CutReason } from "../../model/turn.ts";
import { mergeSection } from "./conflict-prompts.ts";
import type { PhaseTask } from "./context.ts";
import { phasePrompt, remainingPrompt } from "./phase-prompt.ts";
import { fenced, inline } from "./quote.ts";
import { sections } from "./sections.ts";

/**
 * The prompt of another attempt after a failure of the work (parallel-development-step.md 3.5). `note` is a word from the
 * person who asked for it.
 */
export const retryPrompt = (task: PhaseTask, failure: Failure, note?: string): string =>
  sections(
    `RETRY: Previous attempt failed: ${inline(failure.message)}`,
    fenced("WHAT HAPPENED", [`${failure.type}: ${failure.message}`, failure.context].join("\n")),
    "Fix the issue and continue. Do NOT restart - resume from the failure point.",
    noteSection(note),
    remainingPrompt(task),
  );

/** The prompt of a turn that goes on where storyboard or the environment cut the last one off. */
export const resumePrompt = (task: PhaseTask, reason: CutReason): string =>
  sections(
    `RESUME: your last turn was cut off (${CUTS[reason]}); that was no failure of yours.`,
    "Continue where you stopped. Do NOT restart.",
    remainingPrompt(task),
  );

/** The prompt of a turn that goes on because a person has something to say. */
export const interruptedPrompt = (task: PhaseTask): string =>
  sections(
    "MESSAGE: the person in charge has something to say; it stands at the end. Take it into account and go on.",
    "Continue where you stopped. Do NOT restart.",
    remainingPrompt(task),
  );

/** A prompt with what a person said to the agent, oldest first. */
export const withMessages = (prompt: string, messages: readonly string[]): string =>
  messages.length === 0
    ? prompt
    : `${prompt.trimEnd()}\n\n${messages.map((text) => fenced("MESSAGE of the person in charge", text)).join("\n\n")}\n`;

/** The prompt that brings finished work back to its builder because it did not land. */
export const mergePrompt = (task: PhaseTask): string =>
  sections(
    `TASK: Your finished work on story ${inline(task.context.storyKey)} (${inline(task.context.title)}) could not land. Merge it with what landed meanwhile; do not start over.`,
    remainingPrompt(task),
  );

/** The prompt that brings a person's answer into the session that asked, or, where that is gone, to the whole task. */
export const answerPrompt = (task: PhaseTask, question: string, answer: string): string =>
  sections(
    task.continuing ? mergeSection(task.context) : phasePrompt(task).trimEnd(),
    fenced("You asked", question),
    `The answer of the person in charge follows; act upon it.`,
    fenced("ANSWER", answer),
    "Continue the task from where you stopped, by the same rules and with the same closing block as before. If something else is unclear, ask again in the same way.",
  );

/**
 * The prompt that has a plan built which a person approved: the whole task, since the agent has only planned so far. One
 * that has lost its session is given the plan again.
 */
export const approvedPrompt = (
  task: PhaseTask,
  { plan, comments }: { readonly plan: string; readonly comments?: string },
): string =>
  sections(
    "Your plan was approved. Build it now.",
    comments === undefined
      ? ""
      : fenced("COMMENTS of the person in charge; where they differ from the plan they hold", comments),
    task.continuing ? "" : fenced("THE APPROVED PLAN", plan),
    phasePrompt(task).trimEnd(),
  );

/** The prompt that brings a plan back to the agent that made it, with what a person wants changed. */
export const revisePlanPrompt = (task: PhaseTask, plan: string, comments: string): string =>
  sections(
    task.continuing ? "" : sections(phasePrompt(task).trimEnd(), fenced("YOUR LAST PLAN", plan)).trimEnd(),
    "Your plan was not approved yet. Revise the plan by the comments that follow, change no file, and end with the whole revised plan in the same form as before.",
    fenced("COMMENTS of the person in charge", comments),
  );

const CUTS: Readonly<Record<CutReason, string>> = {
  stop: "storyboard was stopped",
  cancel: "it was cancelled",
  timeout: "it reached its time limit; work in smaller steps and commit them",
  silent: "nothing was heard of it for too long; avoid commands that wait for input or never end",
  crash: "the machine or storyboard went down",
  "transcript-limit": "it printed too much; keep the output of commands short",
  message: "the person in charge has something to say",
  attach: "the person in charge worked in this session meanwhile",
};

const noteSection = (note: string | undefined): string =>
  note === undefined ? "" : fenced("NOTE of the person in charge; take it into account", note);
