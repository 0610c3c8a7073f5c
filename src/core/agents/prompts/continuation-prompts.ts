import type { Failure } from "../../model/failure.ts";
import type { PhaseName } from "../../model/pipeline.ts";
import type { Finding } from "../../model/review.ts";
import type { CutReason } from "../../model/turn.ts";
import { buildPrompt } from "./build-prompt.ts";
import { mergedSection, mergeSection } from "./conflict-prompts.ts";
import type { PromptContext } from "./context.ts";
import { fenced, inline } from "./quote.ts";
import { refinePrompt, verifyPrompt } from "./review-prompts.ts";
import {
  BUILD_BLOCK_SECTION,
  commitSection,
  evidenceSection,
  SIGNALS_SECTION,
  sections,
  VERDICT_BLOCK_SECTION,
} from "./sections.ts";

/** How a turn takes up what an earlier one left. */
export interface Continuation {
  /** Whether the agent still has its session; else it starts with an empty memory in the worktree as it stands. */
  readonly continuing: boolean;
  readonly phase: PhaseName;
  /** What REFINE has to repair. */
  readonly findings?: readonly Finding[];
  /** A word from the person who asked for the retry. */
  readonly note?: string;
}

/** The prompt of another attempt after a failure of the work (parallel-development-step.md 3.5). */
export const retryPrompt = (context: PromptContext, failure: Failure, continuation: Continuation): string =>
  sections(
    `RETRY: Previous attempt failed: ${inline(failure.message)}`,
    fenced("WHAT HAPPENED", [`${failure.type}: ${failure.message}`, failure.context].join("\n")),
    "Fix the issue and continue. Do NOT restart - resume from the failure point.",
    noteSection(continuation.note),
    remaining(context, continuation),
  );

/** The prompt of a turn that goes on where storyboard or the environment cut the last one off. */
export const resumePrompt = (
  context: PromptContext,
  { reason, ...continuation }: Continuation & { readonly reason: CutReason },
): string =>
  sections(
    `RESUME: your last turn was cut off (${CUTS[reason]}); that was no failure of yours.`,
    "Continue where you stopped. Do NOT restart.",
    noteSection(continuation.note),
    remaining(context, continuation),
  );

/** The prompt of a turn that goes on because a person has something to say. */
export const interruptedPrompt = (context: PromptContext, continuation: Continuation): string =>
  sections(
    "MESSAGE: the person in charge has something to say; it stands at the end. Take it into account and go on.",
    "Continue where you stopped. Do NOT restart.",
    remaining(context, continuation),
  );

/** A prompt with what a person said to the agent, oldest first. */
export const withMessages = (prompt: string, messages: readonly string[]): string =>
  messages.length === 0
    ? prompt
    : `${prompt.trimEnd()}\n\n${messages.map((text) => fenced("MESSAGE of the person in charge", text)).join("\n\n")}\n`;

/** The prompt that brings finished work back to its builder because it did not land. */
export const mergePrompt = (context: PromptContext, continuation: Continuation): string =>
  sections(
    `TASK: Your finished work on story ${inline(context.storyKey)} (${inline(context.title)}) could not land. Merge it with what landed meanwhile; do not start over.`,
    remaining(context, continuation),
  );

/** The prompt that brings a person's answer into the session that asked. */
export const answerPrompt = (question: string, answer: string): string =>
  sections(
    fenced("You asked", question),
    `The answer of the person in charge follows; act upon it.`,
    fenced("ANSWER", answer),
    "Continue the task from where you stopped, by the same rules and with the same closing block as before. If something else is unclear, ask again in the same way.",
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

const STANDS = "The working folder stands as the last turn left it.";

/** A continued session knows its task; a fresh one gets all of it, and is told to look before it works. */
const remaining = (context: PromptContext, continuation: Continuation): string =>
  continuation.continuing
    ? reminder(context, continuation.phase)
    : sections(
        `${STANDS} You have no memory of it: look at ${inline("git status")} and ${inline(`git log ${context.baselineCommit}..HEAD`)} first, keep what is good, and go on from there. The whole task:`,
        wholeTask(context, continuation),
      ).trimEnd();

const reminder = (context: PromptContext, phase: PhaseName): string =>
  phase === "VERIFY"
    ? sections(
        `${STANDS} The rules of your review hold as before.`,
        mergedSection(context),
        VERDICT_BLOCK_SECTION,
      ).trimEnd()
    : sections(
        `${STANDS} The rules of your task hold as before.`,
        mergeSection(context),
        SIGNALS_SECTION,
        commitSection(context),
        evidenceSection(context),
        BUILD_BLOCK_SECTION,
      ).trimEnd();

/** The prompt of a phase for an agent that knows nothing of the story. */
export const wholeTask = (
  context: PromptContext,
  { phase, findings = [] }: Omit<Continuation, "continuing">,
): string => {
  if (phase === "VERIFY") return sections(verifyPrompt(context).trimEnd(), mergedSection(context));
  if (phase === "REFINE" && findings.length > 0) return refinePrompt(context, findings);
  return sections(buildPrompt(context).trimEnd(), mergeSection(context));
};
