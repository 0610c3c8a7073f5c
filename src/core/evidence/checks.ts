import { assertNever } from "../model/assert.ts";
import type { Config } from "../model/config.ts";
import { checkCommit, checkCommitted } from "./commit-checks.ts";
import type { CheckName, CheckResult, EvidenceInput, EvidenceResult } from "./evidence.ts";
import { describeRedGate, judgeGates } from "./gate-judgement.ts";
import { checksOf, type EvidencePart, type EvidenceProfile, evidenceProfile } from "./profiles.ts";
import { checkTasks } from "./task-check.ts";
import { checkBranch, checkUntouched, checkWork } from "./work-check.ts";

/**
 * Makes the checks that the configuration's profile asks for (product.md, Evidence). Pure. With
 * `commits: storyboard` the story's commit has to be made before: the checks look at what git has then.
 */
export const checkEvidence = (
  input: EvidenceInput,
  settings: Config["evidence"],
  part: EvidencePart = "all",
): EvidenceResult => {
  const profile = evidenceProfile(settings);
  const results = checksOf(profile, part).map((check) => ({
    check,
    ...makeCheck(check, input, profile, settings, part),
  }));
  const missing = results.flatMap(({ check, missing }) => missing.map((message) => ({ check, message })));
  return {
    ok: missing.length === 0,
    missing,
    notes: results.flatMap(({ notes }) => notes),
    flags: input.flags ?? [],
    ...(results.some(({ status }) => status === "review") ? { status: "review" as const } : {}),
  };
};

const makeCheck = (
  check: CheckName,
  input: EvidenceInput,
  profile: EvidenceProfile,
  settings: Config["evidence"],
  part: EvidencePart,
): CheckResult => {
  switch (check) {
    case "work":
      return part === "story" ? checkStory(input) : checkWork(input.changes, input.ownedPaths);
    case "committed":
      return checkCommitted(input.changes, input.ownedPaths);
    case "commit":
      return checkCommit(input.changes, input.story.key, input.keys, settings.commit_pattern);
    case "tasks":
      if (input.foreignStory !== undefined) {
        return { missing: [describeLink(input.story.file, input.foreignStory)], notes: [] };
      }
      return checkTasks(input.story, input.tasksAfter, {
        tasks: profile.tasks,
        thresholds: settings.thresholds,
        ...(input.topLevelBoxes === undefined ? {} : { topLevel: input.topLevelBoxes }),
      });
    case "gates":
      return checkGates(input);
    default:
      return assertNever(check);
  }
};

/** A story that was in review before the run has its work behind the baseline: only that it is left alone is asked. */
const checkStory = ({ changes, after, ownedPaths }: EvidenceInput): CheckResult => {
  const branch = checkBranch(changes);
  const untouched = after === undefined ? [] : checkUntouched(after, ownedPaths);
  return { ...branch, missing: [...branch.missing, ...untouched] };
};

const describeLink = (file: string | undefined, target: string): string =>
  `the story file ${file} was replaced by a link to ${target}; put the file itself back`;

const checkGates = ({ gates, baselineRed }: EvidenceInput): CheckResult => {
  const { red, excused } = judgeGates(gates, baselineRed);
  return {
    missing: red.map(describeRedGate),
    notes: [
      ...(gates.length === 0 ? ["no gates were run: nothing but the agent says that the tests pass"] : []),
      ...excused.map(({ name }) => `gate '${name}' is red, as it was on the baseline`),
    ],
  };
};
