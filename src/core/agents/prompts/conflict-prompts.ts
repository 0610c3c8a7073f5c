import type { PromptContext } from "./context.ts";
import { fenced, inline } from "./quote.ts";
import { list, sections } from "./sections.ts";

/** What a builder has to know and do about a landing that was refused; empty where none was. */
export const mergeSection = ({ conflict, commits }: PromptContext): string =>
  conflict === undefined
    ? ""
    : sections(
        whatHappened(conflict),
        list("MERGE, MUST DO", mergeSteps(conflict, commits), "number"),
        list("MERGE, MUST NOT", [
          "Drop what either side meant: not your story's behaviour, not what the others landed, not its tests",
          "Abort the merge, reset, rebase or rewrite commits",
          "Leave marks of conflict in a file",
        ]),
      ).trimEnd();

/** What a reviewer has to know about work that was merged after its first review; empty where nothing was. */
export const mergedSection = ({ conflict }: PromptContext): string =>
  conflict === undefined
    ? ""
    : sections(
        `MERGED SINCE: the work was approved once and then did not land. Its builder merged it with ${inline(conflict.onto)}, which holds what landed meanwhile. The diff shows the story against that commit.`,
        fenced("WHY IT DID NOT LAND", describe(conflict)),
        list("LOOK AT", [
          "Is each conflict resolved so that both sides still do what they were meant to? Compare with the two parents of the merge.",
          "Did anything that landed meanwhile get lost or changed back?",
          "Do the tests of both sides still test something?",
        ]),
      ).trimEnd();

type PromptConflict = NonNullable<PromptContext["conflict"]>;

const whatHappened = (conflict: PromptConflict): string =>
  sections(
    `Other stories landed while you worked. Storyboard has merged them (${inline(conflict.onto)}) into your branch, in your working folder. ${
      conflict.gate === undefined
        ? "Git could not merge all of it: the merge is under way, with marks of conflict in the files that `git status` names."
        : `Git could merge it, but ${whatIsRed(conflict)} on what came out.`
    }`,
    fenced("WHY IT DID NOT LAND", describe(conflict)),
  ).trimEnd();

const whatIsRed = ({ gate = "", criterion }: PromptConflict): string =>
  criterion === undefined
    ? `the gate ${inline(gate)} is red`
    : `the check of acceptance criterion ${inline(criterion)} does not pass`;

const describe = ({ files, message }: PromptConflict): string =>
  [...files.map((file) => `- ${file}`), message].filter((line) => line !== "").join("\n");

const mergeSteps = ({ gate }: PromptConflict, commits: PromptContext["commits"]): readonly string[] => [
  "Read `git status` and `git log HEAD..MERGE_HEAD` or `git log -5`: what did the others change, and why?",
  gate === undefined
    ? "Resolve each conflict so that your story and what landed both hold; take out all marks"
    : "Find out which of the two sides assumed what is no longer so, and repair that",
  "Run all tests: yours, and those that landed",
  ...(commits === "agent" ? ["`git add` what you resolved, then `git commit`: that finishes the merge"] : []),
];
