import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import { type CardContext, durationOf, fileLine } from "./card-parts.ts";
import { bounded, CLAIM_MARK, paragraph, rule, spread } from "./print-lines.ts";
import type { PhaseRecord, StoryRecord } from "./story-record.ts";

const LISTED_MAX = 10;
/** Lines of a failure's context: what was tried and what the agent said last. */
const CONTEXT_LINES_MAX = 8;

/** The card of a story that failed: where, why, what is missing, what was done, every attempt, what to do. */
export const failureCard = (
  story: StoryState,
  record: StoryRecord,
  { state, columns, label }: CardContext,
): string[] => {
  const failure = story.failures.at(-1);
  const name = label(story.story.key);
  const failedAt = record.attempts.at(-1)?.phases.at(-1)?.phase ?? story.phase;
  const number = state.policy.pipeline.phases.findIndex((phase) => phase.name === failedAt) + 1;
  return [
    rule(columns),
    spread(`❌ ${name} FAILED — ${plainLine(story.story.title)}`, `[${durationOf(story)}]`, columns),
    rule(columns),
    "",
    `  Failed at: ${failedAt === undefined ? "–" : `${failedAt} (Phase ${number})`}`,
    `  Reason: ${failure === undefined ? "–" : plainLine(`${failure.type}: ${failure.message}`)}`,
    ...missingLines(record.missing),
    ...paragraph(failure?.context ?? "", "    │ ", CONTEXT_LINES_MAX),
    "",
    ...partlyDone(record),
    ...attemptLines(story, record),
    `  Retry: Attempt ${story.attempt} of ${state.policy.attemptsMax}${story.attempt >= state.policy.attemptsMax ? " exhausted" : ""}`,
    ...actionLines(failure?.recoveryHints ?? []),
    "",
    rule(columns),
  ];
};

/** One piece of missing evidence a line: that is what a person goes through. */
const missingLines = (missing: readonly string[]): string[] =>
  bounded(
    missing.map((message, i) => `  ${i === 0 ? "Missing:" : "        "} ${plainLine(message)}`),
    LISTED_MAX,
    "           ",
  );

const partlyDone = (record: StoryRecord): string[] => {
  const files = record.claim?.files ?? [];
  if (files.length === 0) return [];
  return [
    `  What was partially done${CLAIM_MARK} (${CLAIM_MARK} said by the agent, not checked):`,
    ...bounded(
      files.map((file) => `    ~ ${fileLine(file)}`),
      LISTED_MAX,
      "    ",
    ),
    "",
  ];
};

/** One line for each earlier attempt, and for the last one every phase with its outcome. */
export const attemptLines = (story: StoryState, record: StoryRecord): string[] => {
  const last = record.attempts.at(-1);
  if (last === undefined) return ["  No attempt was made."];
  const message = story.failures.at(-1)?.message ?? "–";
  return [
    ...record.attempts.slice(0, -1).map((attempt) => {
      const words = attempt.failure?.message ?? attempt.phases.at(-1)?.remark ?? "";
      return `  Attempt ${attempt.attempt}: ${words === "" ? "–" : firstLine(words)}`;
    }),
    `  Attempt ${last.attempt}: ${plainLine(message)}`,
    // What the attempt's line says already is not said again.
    ...last.phases.map(
      (phase) => `    ${phaseLine(message.includes(phase.remark) ? { ...phase, remark: "" } : phase)}`,
    ),
  ];
};

/** The lines of the agent's that a message repeats are printed once, with the reason. */

const phaseLine = ({ phase, outcome, durationMs, remark }: PhaseRecord): string => {
  const took = durationMs === 0 ? "" : ` after ${durationClock(durationMs)}`;
  const marks = { ok: "ok", failed: "[FAILED]", cut: "[CUT OFF]" } as const;
  return plainLine(
    `${phase}: ${outcome === undefined ? "not ended" : marks[outcome]}${took}${remark === "" ? "" : ` — ${firstLine(remark)}`}`,
  );
};

/** What a person can do, one line each. */
export const actionLines = (hints: readonly string[]): string[] =>
  hints.length === 0
    ? ["  Action: Manual investigation required"]
    : hints.map((hint, index) => `  ${index === 0 ? "Action:" : "       "} ${plainLine(hint)}`);
