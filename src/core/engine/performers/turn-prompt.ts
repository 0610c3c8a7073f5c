import { posix } from "node:path";
import type { PhaseTask, PromptContext } from "../../agents/prompts/context.ts";
import {
  answerPrompt,
  approvedPrompt,
  interruptedPrompt,
  mergePrompt,
  resumePrompt,
  retryPrompt,
  revisePlanPrompt,
  withMessages,
} from "../../agents/prompts/continuation-prompts.ts";
import { phasePrompt } from "../../agents/prompts/phase-prompt.ts";
import { reverifyPrompt } from "../../agents/prompts/review-prompts.ts";
import { type SkillPurpose, skillFor } from "../../backlog/project-skills.ts";
import { criteriaSetting } from "../../evidence/criteria-plan.ts";
import { assertNever } from "../../model/assert.ts";
import { phaseNamed, type TurnPhase } from "../../model/pipeline.ts";
import type { Story } from "../../model/story.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import type { RunFile } from "../run-file.ts";
import { commitSubject } from "./commit-subject.ts";
import { coordinatesGates } from "./coordinator.ts";
import { evidenceLines } from "./evidence-lines.ts";
import type { ReviewRange } from "./review-range.ts";
import { profileIn, storyIn, type World } from "./world.ts";

/** The words of a turn, with what a person said meanwhile. */
export const promptOf = (world: World, effect: RunTurn, found: FoundForPrompt): string =>
  withMessages(wordsOf(world, effect, found), effect.messages ?? []);

/** What was looked up for a turn's prompt. */
interface FoundForPrompt {
  readonly range: ReviewRange;
  readonly playbooks: NonNullable<PromptContext["playbooks"]>;
}

const wordsOf = (world: World, effect: RunTurn, found: FoundForPrompt): string => {
  const task = taskOf(world, effect, found);
  const { prompt } = effect;
  switch (prompt.kind) {
    case "start":
      return phasePrompt(task);
    case "retry":
      return retryPrompt(task, prompt.failure, prompt.note);
    case "resume":
      return resumePrompt(task, prompt.reason);
    case "answer":
      return prompt.ofPlan
        ? revisePlanPrompt(task, prompt.question, prompt.answer)
        : answerPrompt(task, prompt.question, prompt.answer);
    case "approved":
      return approvedPrompt(task, prompt);
    case "refine":
      return phasePrompt({ ...task, findings: prompt.findings });
    case "reverify": {
      const again = reverifyPrompt(task.context, prompt.findings);
      return task.continuing ? again : `${phasePrompt(task)}\n${again}`;
    }
    case "message":
      return interruptedPrompt(task);
    case "merge":
      return mergePrompt(task);
    default:
      return assertNever(prompt);
  }
};

const taskOf = (world: World, effect: RunTurn, found: FoundForPrompt): PhaseTask => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  if (phase.kind !== "turn") throw new Error(`${effect.phase} is no turn of an agent`);
  return {
    template: phase.prompt,
    evidence: phase.evidence,
    context: contextOf(world, effect, phase, found),
    continuing: effect.session !== undefined,
    ...(effect.findings === undefined ? {} : { findings: effect.findings }),
  };
};

const criteriaMode = (run: RunFile): Pick<PromptContext, "criteria"> => {
  const setting = criteriaSetting(run.config);
  return setting === "off" ? {} : { criteria: setting };
};

const contextOf = (
  world: World,
  effect: RunTurn,
  phase: TurnPhase,
  { range: { diffRange, flags }, playbooks }: FoundForPrompt,
): PromptContext => {
  const { run } = world;
  const story = storyIn(world, effect.story);
  const profile = profileIn(world, effect.agent);
  const purpose = PURPOSES[phase.prompt];
  const skill = run.skills && purpose && skillFor(run.skills, purpose, profile.cli);
  return {
    ...ofRun(world),
    ...ofStory(story),
    gates: gatesOf(world, phase),
    baselineCommit: effect.baseline ?? "HEAD",
    commits: profile.commits,
    commitSubject: commitSubject(world, effect.story),
    evidence: evidenceLines(run, phase, { key: story.key, file: story.file, commits: profile.commits }),
    flags: [...effect.flags, ...flags],
    ...(diffRange === undefined ? {} : { diffRange }),
    ...(playbooks.length === 0 ? {} : { playbooks }),
    ...(effect.criteria === undefined ? {} : { ledger: effect.criteria }),
    ...(effect.conflict === undefined ? {} : { conflict: effect.conflict }),
    ...(skill === undefined ? {} : { skill }),
  };
};

/** What the prompts of all stories have in common. */
const ofRun = ({ run, bin }: World) => ({
  projectName: run.projectName,
  blocking: run.policy.blocking,
  batchMode: run.config.batch_mode,
  ...criteriaMode(run),
  ...(coordinatesGates(run) ? { gateProgram: bin } : {}),
  ...(run.completions === undefined ? {} : { artifacts: posix.dirname(run.completions) }),
  ...(run.sprintFile === undefined ? {} : { sprintFile: run.sprintFile }),
  ...(run.languages === undefined ? {} : { languages: run.languages }),
  ...(run.prompts === undefined ? {} : { templates: run.prompts }),
  ...(run.skills === undefined ? {} : { worker: run.skills.worker }),
});

const ofStory = (story: Story) => ({
  storyKey: story.key,
  title: story.title,
  acceptanceCriteria: story.acceptanceCriteria,
  ...(story.file === undefined ? {} : { storyFile: story.file }),
  ...(story.prompt === undefined ? {} : { storyText: story.prompt }),
  ...(story.epic === undefined ? {} : { epic: story.epic }),
  ...(story.complexity === undefined ? {} : { complexity: story.complexity }),
});

/** The gates that the phase's work is held to: none run for a phase that changes the story's file alone. */
const gatesOf = (world: World, { evidence }: TurnPhase): Readonly<Record<string, string>> => {
  if (evidence === "story") return {};
  const gates = world.run.gates.filter(({ name }) => !world.leftOutGates().includes(name));
  return Object.fromEntries(gates.map((gate) => [gate.name, gate.run]));
};

/** Which of the project's own instructions belong to a phase, by its template. */
const PURPOSES: Readonly<Partial<Record<string, SkillPurpose>>> = {
  build: "build",
  refine: "build",
  verify: "review",
};
