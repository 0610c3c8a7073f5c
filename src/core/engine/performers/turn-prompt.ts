import { mergeSection } from "../../agents/prompts/conflict-prompts.ts";
import type { PromptContext } from "../../agents/prompts/context.ts";
import {
  answerPrompt,
  interruptedPrompt,
  mergePrompt,
  resumePrompt,
  retryPrompt,
  wholeTask,
  withMessages,
} from "../../agents/prompts/continuation-prompts.ts";
import { refinePrompt, reverifyPrompt } from "../../agents/prompts/review-prompts.ts";
import { assertNever } from "../../model/assert.ts";
import { plainLine } from "../../model/plain-text.ts";
import { shortNameOf } from "../../model/story-key.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { coordinatesGates } from "./coordinator.ts";
import type { ReviewRange } from "./review-range.ts";
import { profileIn, storyIn, type World } from "./world.ts";

/** Longest subject of a story's commit, in characters. */
const SUBJECT_LENGTH_MAX = 100;

/** The words of a turn, with what a person said meanwhile. */
export const promptOf = (world: World, effect: RunTurn, range: ReviewRange = { flags: [] }): string =>
  withMessages(wordsOf(effect, contextOf(world, effect, range)), effect.messages ?? []);

const wordsOf = (effect: RunTurn, context: PromptContext): string => {
  const continuation = {
    continuing: effect.session !== undefined,
    phase: effect.phase,
    ...(effect.findings === undefined ? {} : { findings: effect.findings }),
  };
  const { prompt } = effect;
  switch (prompt.kind) {
    case "start":
      return wholeTask(context, continuation);
    case "retry":
      return retryPrompt(context, prompt.failure, withNote(continuation, prompt.note));
    case "resume":
      return resumePrompt(context, { ...continuation, reason: prompt.reason });
    case "answer": {
      const answer = answerPrompt(prompt.question, prompt.answer);
      return `${continuation.continuing ? mergeSection(context) : wholeTask(context, continuation)}\n\n${answer}`.trimStart();
    }
    case "refine":
      return refinePrompt(context, prompt.findings);
    case "reverify":
      return continuation.continuing
        ? reverifyPrompt(context, prompt.findings)
        : `${wholeTask(context, continuation)}\n${reverifyPrompt(context, prompt.findings)}`;
    case "message":
      return interruptedPrompt(context, continuation);
    case "merge":
      return mergePrompt(context, continuation);
    default:
      return assertNever(prompt);
  }
};

const withNote = <T extends object>(continuation: T, note: string | undefined): T & { note?: string } =>
  note === undefined ? continuation : { ...continuation, note };

/** The subject that a story's commit must have: `feat(36-2): Title`. */
export const commitSubject = (world: World, key: string): string => {
  const { title } = storyIn(world, key);
  return plainLine(`feat(${shortNameOf(key)}): ${title}`).slice(0, SUBJECT_LENGTH_MAX);
};

const contextOf = (world: World, effect: RunTurn, { diffRange, flags }: ReviewRange): PromptContext => {
  const { run } = world;
  const story = storyIn(world, effect.story);
  const profile = profileIn(world, effect.agent);
  return {
    storyKey: story.key,
    title: story.title,
    projectName: run.projectName,
    gates: Object.fromEntries(run.gates.map((gate) => [gate.name, gate.run])),
    baselineCommit: effect.baseline ?? "HEAD",
    commits: profile.commits,
    commitSubject: commitSubject(world, effect.story),
    acceptanceCriteria: story.acceptanceCriteria,
    blocking: run.policy.blocking,
    flags: [...effect.flags, ...flags],
    ...(coordinatesGates(run) ? { gateProgram: world.bin } : {}),
    ...(diffRange === undefined ? {} : { diffRange }),
    ...(effect.conflict === undefined ? {} : { conflict: effect.conflict }),
    ...(story.file === undefined ? {} : { storyFile: story.file }),
    ...(story.prompt === undefined ? {} : { storyText: story.prompt }),
    ...(story.epic === undefined ? {} : { epic: story.epic }),
    ...(run.sprintFile === undefined ? {} : { sprintFile: run.sprintFile }),
  };
};
