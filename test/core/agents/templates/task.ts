import type { PhaseTask, PromptContext, PromptEvidence } from "../../../../src/core/agents/prompts/context.ts";

/** A story of a BMAD project. */
export const context: PromptContext = {
  storyKey: "36-2-agreement-badge",
  title: "Agreement badge",
  storyFile: "docs/stories/36-2-agreement-badge.md",
  projectName: "billing-app",
  sprintFile: "docs/sprint-artifacts/sprint-status.yaml",
  epic: "36",
  gates: { test: "npm test" },
  baselineCommit: "1a2b3c",
  commits: "agent",
  commitSubject: "feat(36-2): Agreement badge",
  languages: { communication: "German", documents: "English" },
  evidence: ["the work is committed"],
  acceptanceCriteria: [
    { id: "1", text: "The badge shows" },
    { id: "2", text: "It is green" },
  ],
  complexity: "standard",
};

/** A turn with a template of the project's own. */
export const taskWith = (
  text: string,
  more: Partial<PromptContext> = {},
  evidence: PromptEvidence = "work",
): PhaseTask => ({
  template: "mine",
  evidence,
  continuing: false,
  context: { ...context, ...more, templates: { mine: { file: "storyboard/prompts/mine.md", text } } },
});
