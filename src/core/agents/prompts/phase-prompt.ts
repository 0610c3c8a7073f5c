import { BUILT_IN_TEMPLATES } from "./built-in-templates.ts";
import { mergedSection, mergeSection } from "./conflict-prompts.ts";
import type { PhaseTask, PromptContext } from "./context.ts";
import { inline } from "./quote.ts";
import {
  builderBlock,
  commitSection,
  evidenceSection,
  LESSONS_BLOCK_SECTION,
  LOOK_ONLY_SECTION,
  reconcileSubject,
  sections,
  signalsSection,
  VERDICT_BLOCK_SECTION,
} from "./sections.ts";
import { type ParsedTemplate, parseTemplate, TemplateError } from "./template-engine.ts";
import { variablesOf } from "./template-variables.ts";

/** The whole task of a phase, for an agent that does not know it yet. Throws an Error for a template that fails. */
export const phasePrompt = (task: PhaseTask): string => sections(renderTemplate(task).trimEnd(), conflictPart(task));

/** Who repairs findings has merged before: the review came after it. */
const conflictPart = ({ context, template, evidence, findings = [] }: PhaseTask): string => {
  if (evidence === "verdict") return mergedSection(context);
  return evidence === "none" || (template !== "build" && findings.length > 0) ? "" : mergeSection(context);
};

/** What is left to say of a task: a continued session knows it; a fresh one gets all of it, and looks before it works. */
export const remainingPrompt = (task: PhaseTask): string =>
  task.continuing
    ? reminder(task)
    : sections(
        `${STANDS} You have no memory of it: look at ${inline("git status")} and ${inline(`git log ${task.context.baselineCommit}..HEAD`)} first, keep what is good, and go on from there. The whole task:`,
        phasePrompt(task),
      ).trimEnd();

const STANDS = "The working folder stands as the last turn left it.";

const reminder = (task: PhaseTask): string => {
  const { context, evidence } = task;
  switch (evidence) {
    case "verdict":
      return sections(
        `${STANDS} The rules of your review hold as before.`,
        mergedSection(context),
        VERDICT_BLOCK_SECTION,
      ).trimEnd();
    case "plan":
      return sections(
        `${STANDS} The rules of your task hold as before: end with the whole plan as your final message.`,
        LOOK_ONLY_SECTION,
      ).trimEnd();
    case "none":
      return sections(
        `${STANDS} The rules of your task hold as before.`,
        LOOK_ONLY_SECTION,
        asksForLessons(task) ? LESSONS_BLOCK_SECTION : "",
      ).trimEnd();
    default:
      return sections(
        `${STANDS} The rules of your task hold as before.`,
        mergeSection(context),
        signalsSection(evidence),
        evidence === "story" ? commitSection(context, reconcileSubject(context)) : commitSection(context),
        evidenceSection(context),
        builderBlock(context, evidence),
      ).trimEnd();
  }
};

/** A template of the project's may ask for lessons under another name. */
const asksForLessons = (task: PhaseTask): boolean => renderTemplate(task).includes(LESSONS_BLOCK_SECTION);

/** REFINE without findings has to finish the work: that is BUILD's task. */
const templateNameOf = ({ template, findings = [] }: PhaseTask): string =>
  template === "refine" && findings.length === 0 ? "build" : template;

const renderTemplate = (task: PhaseTask): string => {
  const name = templateNameOf(task);
  const own = ownTemplate(task.context, name);
  const text = own?.text ?? BUILT_IN[name];
  if (text === undefined) throw new Error(`there is no prompt template ${name}`);
  try {
    return parsed(text).render(variablesOf(task));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = `${own?.file ?? `the template ${name}`}${error.line === undefined ? "" : `:${error.line}`}`;
    throw new Error(`${place}: ${error.message}`, { cause: error });
  }
};

const BUILT_IN: Readonly<Record<string, string | undefined>> = BUILT_IN_TEMPLATES;

const ownTemplate = ({ templates = {} }: PromptContext, name: string) =>
  Object.hasOwn(templates, name) ? templates[name] : undefined;

/** Parsed templates that are kept; a run has a dozen. */
const PARSED_MAX = 50;
const kept = new Map<string, ParsedTemplate>();

const parsed = (text: string): ParsedTemplate => {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= PARSED_MAX) kept.clear();
  const template = parseTemplate(text);
  kept.set(text, template);
  return template;
};
