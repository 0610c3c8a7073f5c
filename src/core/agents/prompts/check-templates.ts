import { nearestName } from "../../model/nearest-name.ts";
import { plainLine } from "../../model/plain-text.ts";
import { UserError } from "../../model/user-error.ts";
import type { PhaseTask, PromptTemplate } from "./context.ts";
import { parseTemplate, TEMPLATE_FILTERS, TEMPLATE_TAGS, TemplateError } from "./template-engine.ts";
import { TEMPLATE_VARIABLES, variablesOf } from "./template-variables.ts";

/**
 * Checks the templates of a project: each is parsed, all names in all its branches are looked up, and it is rendered with
 * everything that a turn may have and with nothing. Throws one UserError that names every file that fails, with its line.
 */
export const checkTemplates = (templates: readonly PromptTemplate[]): void => {
  const failed = templates.flatMap((template) => {
    const error = templateError(template.text);
    return error === undefined ? [] : [{ place: placeOf(template, error), error }];
  });
  if (failed.length === 0) return;
  const kinds = new Set(failed.flatMap(({ error }) => error.unknown?.kind ?? []));
  const lines = failed.map(({ place, error }) => `\n  ${place}  ${describe(error)}`).join("");
  throw new UserError(
    `${failed.length === 1 ? "A prompt template has a mistake" : `${failed.length} prompt templates have mistakes`}:${lines}`,
    [
      ...[...kinds].map((kind) => `A template knows these ${kind}s: ${KNOWN[kind].join(", ")}.`),
      "Correct what is named here and start again.",
    ],
  );
};

const KNOWN: Readonly<Record<NonNullable<TemplateError["unknown"]>["kind"], readonly string[]>> = {
  variable: Object.keys(TEMPLATE_VARIABLES),
  filter: [...TEMPLATE_FILTERS, "fenced"],
  tag: TEMPLATE_TAGS,
};

const placeOf = ({ file }: PromptTemplate, { line }: TemplateError): string =>
  line === undefined ? file : `${file}:${line}`;

const describe = ({ message, unknown }: TemplateError): string => {
  if (unknown === undefined) return plainLine(message);
  const name = plainLine(unknown.name);
  const nearest = nearestName(unknown.name, KNOWN[unknown.kind]);
  return `there is no ${unknown.kind} ${name}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
};

const templateError = (text: string): TemplateError | undefined => {
  try {
    const { names, render } = parseTemplate(text);
    const unknown = names.filter(({ name }) => !isKnown(name)).sort((a, b) => a.line - b.line)[0];
    if (unknown !== undefined) {
      return new TemplateError("unknown variable", unknown.line, { kind: "variable", name: unknown.name });
    }
    for (const task of SAMPLES) {
      if (render(variablesOf(task)).trim() === "") return new TemplateError("says nothing to the agent");
    }
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
};

/** Of a list or a text also what it is made of counts: whether that is there, shows the rendering. */
const isKnown = (name: string): boolean =>
  Object.hasOwn(TEMPLATE_VARIABLES, name) ||
  (!name.startsWith("sections.") && Object.hasOwn(TEMPLATE_VARIABLES, name.split(".")[0] ?? ""));

/** A turn that has nothing which may be missing. */
const BARE: PhaseTask = {
  template: "sample",
  evidence: "work",
  continuing: false,
  context: {
    storyKey: "sample",
    title: "Sample",
    projectName: "sample",
    gates: {},
    baselineCommit: "0000000",
    commits: "storyboard",
    commitSubject: "feat(sample): Sample",
    acceptanceCriteria: [],
  },
};

/** A turn that has everything. */
const FULL: PhaseTask = {
  ...BARE,
  continuing: true,
  findings: [{ severity: "high", title: "A finding", file: "src/sample.ts", line: 1, detail: "What is wrong" }],
  context: {
    ...BARE.context,
    storyKey: "1-2-sample",
    storyFile: "docs/stories/1-2-sample.md",
    storyText: "The story",
    sprintFile: "docs/sprint-status.yaml",
    epic: "1",
    gates: { test: "npm test" },
    commits: "agent",
    languages: { communication: "English", documents: "English" },
    evidence: ["the work is committed"],
    acceptanceCriteria: [{ id: "1", text: "A criterion" }],
    criteria: "warn",
    ledger: { rows: [{ id: "1", text: "A criterion", state: "proven", claim: "npm test" }] },
    diffRange: "0000000..HEAD",
    blocking: "high",
    flags: ["a.test.ts: adds it.skip"],
    complexity: "standard",
    batchMode: true,
    artifacts: "docs/sprint-artifacts",
    skill: { path: "skills/dev-story.md", command: "dev-story" },
    worker: {
      protocol: "heracles.md",
      workflow: "workflow.md",
      configuration: "workflow.yaml",
      routing: "routing.yaml",
    },
    playbooks: [{ title: "A lesson", text: "What was learnt" }],
  },
};

const SAMPLES = [FULL, BARE];
