import { cutToWidth } from "../../core/model/display-width.ts";
import type { Pipeline } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { answerCommand, inboxOf } from "../../core/scheduler/inbox.ts";
import type { RunState, StoryState } from "../../core/scheduler/state.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { tableLines } from "../machine-contract/format-status.ts";
import { elapsedClock } from "../machine-contract/time-words.ts";
import { succeeded } from "./dashboard.ts";
import { actionLines, attemptLines } from "./failure-card.ts";
import { bounded, CLAIM_MARK, paragraph, rule } from "./print-lines.ts";
import { resultWords } from "./result-words.ts";
import { statusMark } from "./status-mark.ts";
import type { StoryRecords } from "./story-record.ts";

/** Failed stories that are explained, and lines of each other list. */
const EXPLAINED_MAX = 50;
/** Lines of one question. */
const QUESTION_LINES_MAX = 8;

/** Work that is kept but has not landed. */
export interface UnlandedWork {
  readonly story: StoryKey;
  readonly branch: string;
  /** Folder of its worktree, where one is kept. */
  readonly folder?: string;
}

/** What the final summary tells besides the state. */
export interface SummaryFacts {
  readonly state: RunState;
  readonly elapsedMs: number;
  readonly unlanded: readonly UnlandedWork[];
  /** Where the work that landed is, for people: `main at 8a1a0f0`. */
  readonly landedOn?: string;
  readonly notes: readonly string[];
  /** What to run next, when the run itself suggests nothing (an epic is complete, stories are still in backlog). */
  readonly next: readonly string[];
}

/** What the summary is drawn with. */
export interface SummaryContext {
  readonly records: StoryRecords;
  readonly label: (key: StoryKey) => string;
  readonly columns: number;
}

/**
 * The final summary: the table of swarm-batch.md with heroes (for the `worker` pipeline lead-driven-batch.md's without),
 * failures explained, what waits, where the work is, what to run next.
 */
export const summaryLines = (facts: SummaryFacts, context: SummaryContext): string[] => {
  const { state } = facts;
  const { records, label, columns } = context;
  const stories = [...state.stories.values()];
  const hasHeroes = state.policy.pipeline.name !== "worker";
  const rows = stories.map((story) => summaryRow(story, hasHeroes, context));
  const isClaimed = stories.some(({ story }) => {
    const { claim } = records.of(story.key);
    return claim?.testsAdded !== undefined || claim?.coverage !== undefined;
  });
  return [
    rule(columns),
    titleOf(state, hasHeroes),
    rule(columns),
    "",
    ...tableLines(rows).map((row) => cutToWidth(row, columns)),
    "",
    `Summary: ${countsLine(state)}`,
    `Time: ${elapsedClock(facts.elapsedMs)}  ${costLine(state)}`,
    ...(isClaimed ? [`${CLAIM_MARK} tests and coverage as the agent says, not checked`] : []),
    ...(state.redGates.length > 0 ? [`⚠ Red after all stories: ${plainLine(state.redGates.join(", "))}`] : []),
    ...(state.result === undefined || state.result.exit === 0 ? [] : [`Ended: ${plainLine(state.result.reason)}`]),
    ...(facts.landedOn === undefined ? [] : [`Landed on: ${plainLine(facts.landedOn)}`]),
    ...explained(stories, state.policy.pipeline, context),
    ...waiting(state, label),
    ...unlandedLines(facts.unlanded, label),
    ...bounded([...new Set([...state.notes, ...facts.notes])].flatMap(noteLines), EXPLAINED_MAX),
    ...nextLines(state, facts.next),
    rule(columns),
  ];
};

const titleOf = (state: RunState, hasHeroes: boolean): string => {
  const name = hasHeroes ? "SWARM" : "BATCH";
  if (state.result?.status === "paused") return `${name} STOPPED — saved, resumable`;
  return state.result?.status === "error" ? `${name} HALTED` : `${name} COMPLETE`;
};

const summaryRow = (story: StoryState, hasHeroes: boolean, { records, label }: SummaryContext): string[] => {
  const record = records.of(story.story.key);
  const { word } = statusMark(story);
  const words = story.stage === "ended" ? resultWords(story, record, label) : plainLine(story.question?.text ?? "");
  // Numbers get columns of their own; a reason takes the rest of the line.
  const cells = story.outcome === "done" ? words.split("  ") : [words];
  return [label(story.story.key), ...(hasHeroes ? [record.worker ?? "--"] : []), word, ...cells];
};

const countsLine = (state: RunState): string => {
  const { endedBy } = state;
  const open = state.stories.size - state.endedCount;
  const rest = [
    [endedBy.failed, "failed"],
    [endedBy.blocked, "blocked"],
    [endedBy.skipped, "skipped"],
    [endedBy.parked + state.parked.size, "waiting for an answer"],
    [endedBy["awaiting-operator"], "awaiting their operator"],
    [open - state.parked.size, "not ended"],
  ] as const;
  const words = rest
    .filter(([count, word]) => count > 0 || word === "failed")
    .map(([count, word]) => `${count} ${word}`);
  return [`${succeeded(state)}/${state.stories.size} succeeded`, ...words].join(", ");
};

const costLine = (state: RunState): string => {
  const usage = contractUsage(state.usage);
  const more = usage.usd_is_part ? " (+ what agents do not tell)" : "";
  return `Tokens: ${usage.tokens ?? "–"}  Cost: ${costWords(usage)}${more}`;
};

const explained = (
  stories: readonly StoryState[],
  pipeline: Pipeline,
  { records, label }: SummaryContext,
): string[] => {
  const failed = stories.filter((story) => story.outcome === "failed");
  const lines = failed
    .slice(0, EXPLAINED_MAX)
    .flatMap((story) => [
      "",
      `${label(story.story.key)} (FAILED):`,
      ...attemptLines(story, records.of(story.story.key), pipeline),
      ...actionLines(story.failures.at(-1)?.recoveryHints ?? []),
    ]);
  return failed.length > EXPLAINED_MAX ? [...lines, `… ${failed.length - EXPLAINED_MAX} more failed`] : lines;
};

const waiting = (state: RunState, label: (key: StoryKey) => string): string[] => {
  const lines = inboxOf(state).flatMap(({ story, question }) => [
    ...headed(`  ${story === null ? "the run" : label(story)}  `, question.text),
    `    ${answerCommand(story, question)}`,
  ]);
  return lines.length === 0 ? [] : ["", "Waits for you:", ...bounded(lines, EXPLAINED_MAX)];
};

/** A text of several lines with a head before the first and as much room before the others. */
const headed = (head: string, text: string): string[] =>
  paragraph(text, " ".repeat(head.length), QUESTION_LINES_MAX).map((line, i) =>
    i === 0 ? `${head}${line.trimStart()}` : line,
  );

const unlandedLines = (unlanded: readonly UnlandedWork[], label: (key: StoryKey) => string): string[] => {
  if (unlanded.length === 0) return [];
  const lines = unlanded.map(
    ({ story, branch, folder }) =>
      `  ${label(story)}  ${plainLine(branch)}${folder === undefined ? "" : `  in ${plainLine(folder)}`}`,
  );
  return ["", "Not landed, kept on branches:", ...bounded(lines, EXPLAINED_MAX)];
};

/** A note; what is to be typed stands in lines of its own, where no width cuts it off. */
const noteLines = (note: string): string[] =>
  note.split("\n").map((line, i) => `${i === 0 ? "Note: " : "      "}${plainLine(line)}`);

/** What to run next, as far as the state tells it. */
const nextLines = (state: RunState, more: readonly string[]): string[] => {
  const steps: string[] = [];
  if (state.result?.status === "paused" || state.result?.exit === 3) steps.push("storyboard run --resume");
  const failed = [...state.stories.values()].find((story) => story.outcome === "failed");
  if (failed !== undefined && state.result?.status !== "paused") {
    steps.push(`storyboard ctl retry ${failed.story.key}   (or another that failed), then storyboard run --resume`);
  }
  const lines = [...steps, ...more.map(plainLine)].map((step) => `  ${step}`);
  return lines.length === 0 ? [] : ["", "Next:", ...lines];
};
