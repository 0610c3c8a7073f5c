import { dirname } from "node:path";
import { shortNameOf } from "../../model/story-key.ts";
import type { PhaseTask } from "./context.ts";
import { ledgerSection } from "./criteria-sections.ts";
import { SafeText } from "./safe-text.ts";
import {
  builderBlock,
  commitSection,
  contextSection,
  criteriaSection,
  diffCommand,
  evidenceSection,
  findingsSection,
  flagsSection,
  LESSONS_BLOCK_SECTION,
  LOOK_ONLY_SECTION,
  playbooksSection,
  READ_ONLY_SECTION,
  reconcileSubject,
  severitySection,
  signalsSection,
  skillSection,
  storySection,
  VERDICT_BLOCK_SECTION,
} from "./sections.ts";

/** A name that templates know. The documentation's table is made of these. */
interface TemplateVariable {
  /** What it holds, in a few words. */
  readonly about: string;
  readonly value: (task: PhaseTask) => unknown;
}

/** Where a worker leaves its artifacts when neither the configuration nor a sprint file says it (Pantheon's folder). */
const ARTIFACTS_FOLDER = "docs/sprint-artifacts";

/** Values: foreign text, which appears as one line in backticks, or as material through the filter `fenced`. */
const VALUES: Readonly<Record<string, TemplateVariable>> = {
  story_key: { about: "key of the story", value: ({ context }) => context.storyKey },
  short_key: { about: "its short key, `36-2`", value: ({ context }) => shortNameOf(context.storyKey) },
  title: { about: "title of the story", value: ({ context }) => context.title },
  story_file: { about: "path of the story file; empty without one", value: ({ context }) => context.storyFile },
  story_text: { about: "the story, where the backlog holds its text", value: ({ context }) => context.storyText },
  complexity: { about: "how heavy the story is", value: ({ context }) => context.complexity ?? "standard" },
  epic: { about: "epic of the story", value: ({ context }) => context.epic },
  project: { about: "name of the project", value: ({ context }) => context.projectName },
  sprint_file: { about: "path of the sprint file; empty without one", value: ({ context }) => context.sprintFile },
  acceptance_criteria: {
    about: "list of texts",
    value: ({ context }) => context.acceptanceCriteria.map(({ text }) => text),
  },
  gates: {
    about: "list of gates, each with `name` and `command`",
    value: ({ context }) => Object.entries(context.gates).map(([name, command]) => ({ name, command })),
  },
  evidence: { about: "list of what storyboard checks besides", value: ({ context }) => context.evidence ?? [] },
  flags: { about: "list of what storyboard noticed", value: ({ context }) => context.flags ?? [] },
  findings: {
    about: "list of findings, each with `severity`, `title`, `file`, `line`, `detail`",
    value: ({ findings = [] }) =>
      findings.map(({ severity, title, file = null, line = null, detail = null }) => ({
        severity,
        title,
        file,
        line,
        detail,
      })),
  },
  baseline: { about: "commit that the story started from", value: ({ context }) => context.baselineCommit },
  diff_command: { about: "command that shows the work", value: ({ context }) => diffCommand(context) },
  log_command: {
    about: "command that lists the story's commits",
    value: ({ context }) => `git log ${context.baselineCommit}..HEAD`,
  },
  blocking: { about: "severity that sends a story back", value: ({ context }) => context.blocking ?? "high" },
  commits: { about: "who commits: `agent` or `storyboard`", value: ({ context }) => context.commits },
  commit_subject: { about: "subject of the story's commit", value: ({ context }) => context.commitSubject },
  reconcile_subject: { about: "subject of a reconciling commit", value: ({ context }) => reconcileSubject(context) },
  communication_language: {
    about: "BMAD's language for messages",
    value: ({ context }) => context.languages?.communication,
  },
  document_language: { about: "BMAD's language for documents", value: ({ context }) => context.languages?.documents },
  batch_mode: {
    about: "true where gates run once, after all stories",
    value: ({ context }) => context.batchMode ?? false,
  },
  artifacts_folder: {
    about: "folder of a worker's artifacts",
    value: ({ context }) =>
      `${context.artifacts ?? (context.sprintFile === undefined ? ARTIFACTS_FOLDER : dirname(context.sprintFile))}/completions`,
  },
  worker_protocol: { about: "path of Pantheon's `heracles.md`", value: ({ context }) => context.worker?.protocol },
  worker_workflow: { about: "path of its `workflow.md`", value: ({ context }) => context.worker?.workflow },
  worker_configuration: { about: "path of its `workflow.yaml`", value: ({ context }) => context.worker?.configuration },
  worker_routing: { about: "path of its `agent-routing.yaml`", value: ({ context }) => context.worker?.routing },
  continuing: { about: "true where the agent still has a session", value: ({ continuing }) => continuing },
};

/** Sections: whole paragraphs of our own, with foreign text already made safe. Empty ones leave nothing behind. */
const SECTIONS: Readonly<Record<string, TemplateVariable>> = {
  story: { about: "the story's file, or its text", value: ({ context }) => storySection(context) },
  criteria: { about: "the acceptance criteria", value: ({ context }) => criteriaSection(context) },
  context: { about: "project, sprint, baseline, languages", value: ({ context }) => contextSection(context) },
  skill: {
    about: "the project's own instructions for the phase",
    value: ({ context, evidence }) => skillSection(context, evidence),
  },
  playbooks: { about: "lessons of earlier stories", value: ({ context }) => playbooksSection(context) },
  findings: {
    about: "the findings, the worst first",
    value: ({ findings = [] }) => (findings.length === 0 ? "" : findingsSection("FINDINGS", findings)),
  },
  flags: { about: "what storyboard noticed, to be judged", value: ({ context }) => flagsSection(context) },
  ledger: { about: "what storyboard proved of the criteria", value: ({ context }) => ledgerSection(context) },
  severity: { about: "what the severities mean", value: ({ context }) => severitySection(context) },
  read_only: { about: "the rule for a reviewer: change nothing", value: () => READ_ONLY_SECTION },
  look_only: { about: "the same for a phase that judges nothing", value: () => LOOK_ONLY_SECTION },
  signals: { about: "how to ask, halt, or say that all was done", value: ({ evidence }) => signalsSection(evidence) },
  commit: { about: "who commits the work, and how", value: ({ context }) => commitSection(context) },
  reconcile_commit: {
    about: "the same for a reconciling commit",
    value: ({ context }) => commitSection(context, reconcileSubject(context)),
  },
  evidence: {
    about: "what storyboard checks afterwards",
    value: ({ context, evidence }) => evidenceSection(context, evidence === "none" || evidence === "plan"),
  },
  build_block: {
    about: "the closing block of a builder, with the criteria where their checks are run",
    value: ({ context, evidence }) => builderBlock(context, evidence),
  },
  verdict_block: { about: "the closing block of a reviewer", value: () => VERDICT_BLOCK_SECTION },
  lessons_block: { about: "the closing block of REFLECT", value: () => LESSONS_BLOCK_SECTION },
};

/** All that a template may name, with what it is: `title`, `sections.story`. */
export const TEMPLATE_VARIABLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(VALUES).map(([name, { about }]) => [name, about])),
  ...Object.fromEntries(Object.entries(SECTIONS).map(([name, { about }]) => [`sections.${name}`, about])),
};

/** The variables of a turn. Every name is there; what is unset is null, which prints nothing and counts as no. */
export const variablesOf = (task: PhaseTask): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(VALUES).map(([name, { value }]) => [name, orNull(value(task))])),
  sections: Object.fromEntries(
    Object.entries(SECTIONS).map(([name, { value }]) => {
      const text = String(value(task));
      return [name, text === "" ? null : new SafeText(text)];
    }),
  ),
});

const orNull = (value: unknown): unknown => (value === undefined || value === "" ? null : value);
