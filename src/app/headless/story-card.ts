import { counted } from "../../core/model/counted.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { BuildClaim } from "../../core/model/review.ts";
import { answerCommand, questionOf } from "../../core/scheduler/inbox.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { type CardContext, durationOf, noteLines } from "./card-parts.ts";
import { criteriaReasons, criteriaWords } from "./criteria-lines.ts";
import { failureCard } from "./failure-card.ts";
import { issuesOf } from "./issues.ts";
import { phaseCosts } from "./phase-costs.ts";
import { bounded, CLAIM_MARK, paragraph, rule, spread } from "./print-lines.ts";
import type { StoryRecord } from "./story-record.ts";
import { workFiles } from "./work-files.ts";

/** Notes and flags that a card lists of each kind. */
const LISTED_MAX = 20;

/** The lines of an ended story's card, in the forms of lead-driven-batch.md, step 5. Unknown is `–`, never 0. */
export const storyCard = (story: StoryState, record: StoryRecord, context: CardContext): string[] => {
  const name = context.label(story.story.key);
  switch (story.outcome) {
    case "done":
    case "awaiting-operator":
      return doneCard(story, record, context);
    case "already-done":
      return [
        `⏭ ${name} ALREADY DONE — ${plainLine(story.story.title)}`,
        "   All tasks checked, no gaps. Skipped pipeline.",
        ...noteLines(story, "   "),
      ];
    case "blocked": {
      const by = story.blockedBy;
      const outcome = by === undefined ? undefined : context.state.stories.get(by)?.outcome;
      return [
        `⛔ ${name} BLOCKED — ${plainLine(story.story.title)}`,
        `   by ${by === undefined ? "–" : context.label(by)} ${outcome ?? "which is not in this run and not done"}`,
      ];
    }
    case "skipped":
      return [
        `⏭ ${name} SKIPPED — ${plainLine(story.story.title)}`,
        story.satisfies ? "   Its dependents treat it as done." : "   Its dependents are blocked.",
      ];
    case "parked":
      return [
        `❓ ${name} PARKED — ${plainLine(story.story.title)}`,
        "   The run ended before its question was answered.",
      ];
    case "failed":
    case undefined:
      return failureCard(story, record, context);
  }
};

const doneCard = (story: StoryState, record: StoryRecord, { columns, label }: CardContext): string[] => {
  const name = label(story.story.key);
  const word = story.outcome === "done" ? "COMPLETE" : "AWAITS ITS OPERATOR";
  const lines = [
    rule(columns),
    spread(`✅ ${name} ${word} — ${plainLine(story.story.title)}`, `[${durationOf(story)}]`, columns),
    rule(columns),
    "",
    ...workFiles(record),
    `  Tests: ${testsOf(record.claim)}`,
    `  Gates: ${gatesOf(story)}`,
    `  Issues: ${issuesLine(story, record)}`,
    `  Criteria: ${criteriaWords(story.criteria?.ledger)}`,
    ...bounded(
      criteriaReasons(story.criteria?.ledger).map((reason) => `    ${reason}`),
      LISTED_MAX,
      "    ",
    ),
    `  Commit: ${story.commit === undefined ? "–" : `feat(${name}): ${story.commit.slice(0, 7)}`}`,
    `  Attempts: ${story.attempt}  Cost: ${costOf(story)}`,
    ...phaseCosts(record),
    ...bounded(
      story.flags.map((flag) => `  ⚠ ${plainLine(flag)}`),
      LISTED_MAX,
    ),
    ...noteLines(story),
  ];
  if (isClaimed(record)) lines.push(`  ${CLAIM_MARK} said by the agent, not checked`);
  return [...lines, ...operatorPart(story), "", rule(columns)];
};

/** What is left for a person, and the line to type when it is done; nothing once they have said so. */
const operatorPart = (story: StoryState): string[] => {
  const question = questionOf(story);
  if (question === undefined) return [];
  return [
    "",
    "  Left for you:",
    ...paragraph(question.text, "    ", LISTED_MAX),
    `    ${answerCommand(story.story.key, question)}`,
  ];
};

/** Whether the card says anything that is the agent's word alone. */
const isClaimed = ({ claim, files }: StoryRecord): boolean =>
  claim !== undefined && (files === undefined || claim.testsAdded !== undefined || claim.coverage !== undefined);

const testsOf = (claim: BuildClaim | undefined): string => {
  if (claim?.testsAdded === undefined && claim?.coverage === undefined) return "–";
  const added = claim.testsAdded === undefined ? "–" : String(claim.testsAdded);
  const coverage = claim.coverage === undefined ? "–" : plainLine(claim.coverage);
  return `${added} added (${coverage} coverage)${CLAIM_MARK}`;
};

const gatesOf = (story: StoryState): string => {
  const gates = Object.entries(story.gates);
  return gates.length === 0
    ? "none"
    : gates.map(([name, ok]) => `${plainLine(name)} ${ok ? "green" : "red"}`).join(", ");
};

const issuesLine = (story: StoryState, record: StoryRecord): string => {
  const issues = issuesOf(story, record);
  if (issues === undefined) return "– (not reviewed)";
  const { iterations = record.repairs, dismissed = 0 } = issues;
  const fixed = issues.found - issues.left - dismissed;
  const left = issues.left === 0 ? "" : `, ${issues.left} left in deferred work`;
  const aside = dismissed === 0 ? "" : `, ${dismissed} dismissed`;
  return `${issues.found} found → ${fixed} fixed (${counted(iterations, "iteration")})${issues.isClaimed ? CLAIM_MARK : ""}${aside}${left}`;
};

const costOf = (story: StoryState): string => {
  const usage = contractUsage(story.usage);
  const { tokens } = usage;
  return `${costWords(usage)}, ${tokens === null ? "–" : tokens} tokens`;
};
