import type { PromptContext } from "./context.ts";
import { inline } from "./quote.ts";
import {
  BUILD_BLOCK_SECTION,
  commitSection,
  contextSection,
  criteriaSection,
  evidenceSection,
  list,
  SIGNALS_SECTION,
  sections,
  storySection,
} from "./sections.ts";

/**
 * The prompt of BUILD: all expected outcomes, rules and reasons to halt of parallel-development-step.md, except that
 * the sprint file is storyboard's to write. A story without a file has the rules about its file left out.
 */
export const buildPrompt = (context: PromptContext): string =>
  sections(
    `TASK: Implement story ${inline(context.storyKey)} (${inline(context.title)}) using TDD red-green-refactor`,
    storySection(context),
    context.storyFile === undefined ? criteriaSection(context) : "",
    list("EXPECTED OUTCOME", expectedOutcome(context)),
    contextSection(context),
    list("MUST DO", mustDo(context), "number"),
    list("MUST NOT", mustNot(context), "number"),
    list("HALT IF", ["3 consecutive failures", "Missing configuration", "Ambiguous requirements"]),
    SIGNALS_SECTION,
    commitSection(context),
    evidenceSection(context),
    BUILD_BLOCK_SECTION,
  );

const expectedOutcome = ({ storyFile, sprintFile }: PromptContext): readonly string[] => [
  ...(storyFile === undefined ? [] : ["All tasks/subtasks marked [x]"]),
  "All acceptance criteria satisfied",
  "All tests pass (new + regression)",
  ...(storyFile === undefined ? [] : [`Story status = "review"`]),
  ...(sprintFile === undefined
    ? []
    : [
        `${inline(sprintFile)} updated to "review": storyboard does that itself once its checks hold, so leave the file alone`,
      ]),
];

const mustDo = ({ storyFile, sprintFile }: PromptContext): readonly string[] => [
  storyFile === undefined ? "Read the COMPLETE story above first" : "Read COMPLETE story file first",
  "Follow tasks/subtasks EXACTLY as written",
  "Write FAILING tests first (red)",
  "Implement MINIMAL code to pass (green)",
  "Refactor while tests stay green",
  ...(storyFile === undefined
    ? []
    : [
        "Update File List with ALL changed files",
        "Update Dev Agent Record",
        `Set story status = "review" when complete (in the story file)`,
      ]),
  ...(sprintFile === undefined ? [] : [`Leave ${inline(sprintFile)} to storyboard, which keeps it true`]),
  "Finish in this one turn: never stop for a milestone or to ask whether to go on",
];

const mustNot = ({ storyFile }: PromptContext): readonly string[] => [
  "Skip tests or write placeholders",
  "Modify unrelated code",
  "Use 'as any' or '@ts-ignore'",
  "Leave broken state",
  ...(storyFile === undefined ? [] : ["Mark [x] without implementation"]),
  "Weaken, skip or delete existing tests, or change the gates' commands, CI files or storyboard's configuration to get green",
  "Leave processes running that you started",
];
