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
import type { RunTurn } from "../../scheduler/effects.ts";
import type { RunFile } from "../run-file.ts";
import { commitSubject } from "./commit-subject.ts";
import { coordinatesGates } from "./coordinator.ts";
import type { ReviewRange } from "./review-range.ts";
import { profileIn, storyIn, type World } from "./world.ts";

/** The words of a turn, with what a person said meanwhile. */
export const promptOf = (world: World, effect: RunTurn, range: ReviewRange = { flags: [] }): string =>
  withMessages(wordsOf(world, effect, range), effect.messages ?? []);

const wordsOf = (world: World, effect: RunTurn, range: ReviewRange): string => {
  const task = taskOf(world, effect, range);
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

const taskOf = (world: World, effect: RunTurn, range: ReviewRange): PhaseTask => {
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  if (phase.kind !== "turn") throw new Error(`${effect.phase} is no turn of an agent`);
  return {
    template: phase.prompt,
    evidence: phase.evidence,
    context: contextOf(world, effect, phase, range),
    continuing: effect.session !== undefined,
    ...(effect.findings === undefined ? {} : { findings: effect.findings }),
  };
};

const criteriaMode = (run: RunFile): Pick<PromptContext, "criteria"> => {
  const setting = criteriaSetting(run.config);
  return setting === "off" ? {} : { criteria: setting };
};

/** Where evidence is looked for: what stands there is the sprint's folder, wherever the sprint file is. */
const artifactsFolder = ({ completions }: RunFile): Pick<PromptContext, "artifacts"> =>
  completions === undefined ? {} : { artifacts: posix.dirname(completions) };

const contextOf = (
  world: World,
  effect: RunTurn,
  phase: TurnPhase,
  { diffRange, flags }: ReviewRange,
): PromptContext => {
  const { run } = world;
  const story = storyIn(world, effect.story);
  const profile = profileIn(world, effect.agent);
  const purpose = PURPOSES[phase.prompt];
  const skill = run.skills && purpose && skillFor(run.skills, purpose, profile.cli);
  return {
    storyKey: story.key,
    title: story.title,
    projectName: run.projectName,
    gates: Object.fromEntries(
      run.gates.filter(({ name }) => !world.leftOutGates().includes(name)).map((gate) => [gate.name, gate.run]),
    ),
    baselineCommit: effect.baseline ?? "HEAD",
    commits: profile.commits,
    commitSubject: commitSubject(world, effect.story),
    acceptanceCriteria: story.acceptanceCriteria,
    blocking: run.policy.blocking,
    flags: [...effect.flags, ...flags],
    ...(coordinatesGates(run) ? { gateProgram: world.bin } : {}),
    ...(diffRange === undefined ? {} : { diffRange }),
    batchMode: run.config.batch_mode,
    ...artifactsFolder(run),
    ...criteriaMode(run),
    ...(effect.criteria === undefined ? {} : { ledger: effect.criteria }),
    ...(effect.conflict === undefined ? {} : { conflict: effect.conflict }),
    ...(story.file === undefined ? {} : { storyFile: story.file }),
    ...(story.prompt === undefined ? {} : { storyText: story.prompt }),
    ...(story.epic === undefined ? {} : { epic: story.epic }),
    ...(story.complexity === undefined ? {} : { complexity: story.complexity }),
    ...(run.sprintFile === undefined ? {} : { sprintFile: run.sprintFile }),
    ...(run.languages === undefined ? {} : { languages: run.languages }),
    ...(run.prompts === undefined ? {} : { templates: run.prompts }),
    ...(run.skills === undefined ? {} : { worker: run.skills.worker }),
    ...(skill === undefined ? {} : { skill }),
  };
};

/** Which of the project's own instructions belong to a phase, by its template. */
const PURPOSES: Readonly<Partial<Record<string, SkillPurpose>>> = {
  build: "build",
  refine: "build",
  verify: "review",
};
