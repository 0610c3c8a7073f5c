import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PhaseTask, PromptContext, PromptEvidence } from "../../../../src/core/agents/prompts/context.ts";
import { resumePrompt, retryPrompt } from "../../../../src/core/agents/prompts/continuation-prompts.ts";
import { phasePrompt } from "../../../../src/core/agents/prompts/phase-prompt.ts";
import { readBuildClaim, readVerdict } from "../../../../src/core/agents/reading/closing-block.ts";
import { readFinalText } from "../../../../src/core/agents/reading/final-text.ts";
import { readLessons } from "../../../../src/core/agents/reading/lessons.ts";
import type { Finding } from "../../../../src/core/model/review.ts";
import { context } from "./task.ts";

const findings: readonly Finding[] = [
  { severity: "low", title: "A typo", file: "src/badge.ts", line: 3 },
  { severity: "high", title: "It stays red", file: "src/badge.ts", line: 9, detail: "See the test of the colour" },
];

/** The phases with the evidence that they have in our pipelines. */
const PHASES: readonly (readonly [string, PromptEvidence])[] = [
  ["build", "work"],
  ["verify", "verdict"],
  ["refine", "work"],
  ["prepare", "none"],
  ["assess", "verdict"],
  ["reconcile", "story"],
  ["reflect", "none"],
  ["plan", "none"],
  ["worker", "work"],
];

const taskOf = (template: string, evidence: PromptEvidence, more: Partial<PromptContext> = {}): PhaseTask => ({
  template,
  evidence,
  continuing: false,
  context: { ...context, ...more },
  ...(template === "build" ? {} : { findings }),
});

describe("the whole text, to be read", () => {
  test.each(PHASES)("%s", async (template, evidence) => {
    const playbooks = [{ title: "Colours come from the theme", text: "Never write a colour into a component." }];
    const prompt = phasePrompt(taskOf(template, evidence, { playbooks }));
    await expect(prompt).toMatchFileSnapshot(join(import.meta.dirname, "prompts", `${template}.txt`));
  });

  test("a worker where Pantheon is installed, in batch mode", async () => {
    const worker = {
      protocol: "_bmad/pantheon/workflows/batch-stories/agents/heracles.md",
      workflow: "_bmad/pantheon/workflows/story-pipeline/workflow.md",
      configuration: "_bmad/pantheon/workflows/story-pipeline/workflow.yaml",
      routing: "_bmad/pantheon/workflows/story-pipeline/agent-routing.yaml",
    };
    const prompt = phasePrompt(taskOf("worker", "work", { worker, batchMode: true }));
    await expect(prompt).toMatchFileSnapshot(join(import.meta.dirname, "prompts", "worker-pantheon.txt"));
  });

  test("BUILD and VERIFY where the project has BMAD's own skill", async () => {
    const skill = { path: ".claude/skills/bmad-dev-story/SKILL.md", command: "bmad-dev-story" };
    await expect(phasePrompt(taskOf("build", "work", { skill }))).toMatchFileSnapshot(
      join(import.meta.dirname, "prompts", "build-skill.txt"),
    );
    const review = { path: "_bmad/bmm/workflows/4-implementation/code-review/workflow.yaml" };
    await expect(phasePrompt(taskOf("verify", "verdict", { skill: review }))).toMatchFileSnapshot(
      join(import.meta.dirname, "prompts", "verify-skill.txt"),
    );
  });
});

describe("every phase", () => {
  test.each(PHASES)(
    "%s: names story, languages and gates as far as they concern it, and leaves no gap",
    (template, evidence) => {
      for (const bare of [false, true]) {
        const { storyFile: _, sprintFile: __, epic: ___, languages: ____, ...rest } = context;
        const more = bare ? { ...rest, storyText: "Make it blue", commits: "storyboard" as const } : context;
        const prompt = phasePrompt({ ...taskOf(template, evidence), context: more });
        expect(prompt).toContain("`36-2-agreement-badge`");
        expect(prompt).toContain(bare ? "Make it blue" : "STORY_PATH: `docs/stories/36-2-agreement-badge.md`");
        if (!bare) expect(prompt).toContain("Language of your messages: `German`\n- Language of documents: `English`");
        expect(prompt).not.toMatch(/\n{3}|undefined|null\b(?! where)|\[object|#\.|\{\{|\{%/);
        expect(prompt).toMatch(/[^\n]\n$/);
      }
    },
  );

  test.each(PHASES)(
    "%s: an agent that echoes it has approved, claimed, asked and learnt nothing",
    (template, evidence) => {
      for (const continuing of [false, true]) {
        const task = { ...taskOf(template, evidence), continuing };
        for (const prompt of [phasePrompt(task), resumePrompt(task, "crash")]) {
          expect(readVerdict(prompt)).toBeUndefined();
          expect(readBuildClaim(prompt)).toBeUndefined();
          expect(readLessons(prompt)).toBeUndefined();
          expect(readFinalText(prompt)).toEqual({ kind: "finished" });
        }
      }
    },
  );

  test.each(PHASES)("%s: a continued session is reminded of how its turn ends", (template, evidence) => {
    const task = { ...taskOf(template, evidence), continuing: true };
    const failure = { type: "ValidationError", message: "no", context: "", recoveryHints: [] } as const;
    const prompt = retryPrompt(task, failure);
    expect(prompt.length).toBeLessThan(3_000);
    const says = (text: string): boolean => prompt.includes(text);
    expect({
      verdict: says('"verdict"'),
      lessons: says('"lessons"'),
      files: says('"files"'),
      readOnly: says("READ-ONLY"),
      ask: says("QUESTION:"),
      already: says("ALREADY_DONE"),
      feat: says("`feat(36-2): Agreement badge`"),
      chore: says("`chore(36-2): reconcile story completion`"),
    }).toEqual({
      verdict: evidence === "verdict",
      lessons: template === "reflect",
      files: evidence === "work" || evidence === "story",
      readOnly: evidence === "none",
      ask: evidence === "work" || evidence === "story",
      already: evidence === "work",
      feat: evidence === "work",
      chore: evidence === "story",
    });
  });
});
