import type { Pipeline } from "../../core/model/pipeline.ts";
import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { barePath, type CardContext, durationOf, fileLine, noteLines } from "./card-parts.ts";
import { failedAt, failureReason, phaseLines, phaseWithNumber } from "./phase-lines.ts";
import { bounded, CLAIM_MARK, paragraph, rule, spread } from "./print-lines.ts";
import type { AttemptRecord, StoryRecord } from "./story-record.ts";

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
  return [
    rule(columns),
    spread(`❌ ${name} FAILED — ${plainLine(story.story.title)}`, `[${durationOf(story)}]`, columns),
    rule(columns),
    "",
    `  Failed at: ${phaseWithNumber(failedAt(story, record), state.policy.pipeline)}`,
    `  Reason: ${plainLine(failureReason(story, failedAt(story, record)))}`,
    `  Type: ${failure?.type ?? "–"}`,
    ...missingLines(record.attempts.at(-1)),
    ...paragraph(failure?.context ?? "", "    │ ", CONTEXT_LINES_MAX),
    "",
    ...partlyDone(record),
    ...attemptLines(story, record, state.policy.pipeline),
    `  Retry: Attempt ${story.attempt} of ${state.policy.attemptsMax}${story.attempt >= state.policy.attemptsMax ? " exhausted" : ""}`,
    ...actionLines(failure?.recoveryHints ?? []),
    ...noteLines(story),
    ...(isClaimed(record) ? [`  ${CLAIM_MARK} said by the agent, not checked`] : []),
    "",
    rule(columns),
  ];
};

/** Whether the card says anything that is the agent's word alone. */
const isClaimed = ({ files, claim, attempts }: StoryRecord): boolean =>
  attempts.at(-1)?.lacking !== undefined || (files === undefined && (claim?.files.length ?? 0) > 0);

/** Missing artifacts on one line, as the source has them; other missing evidence one piece a line, to be gone through. */
const missingLines = (attempt: AttemptRecord | undefined): string[] => {
  const { missing = [], artifacts = [], lacking } = attempt ?? {};
  const others = missing.filter((message) => !artifacts.includes(message));
  const named = lacking === undefined ? artifacts : [`${lacking}${CLAIM_MARK}`];
  return [
    ...(named.length === 0 ? [] : [`  Missing artifacts: ${named.map(plainLine).join(", ")}`]),
    ...bounded(
      others.map((message, i) => `  ${i === 0 ? "Missing:" : "        "} ${plainLine(message)}`),
      LISTED_MAX,
      "           ",
    ),
  ];
};

/** What the work changed by git, with the agent's reasons; by its own word where nobody looked, which the mark says. */
const partlyDone = ({ files, claim }: StoryRecord): string[] => {
  const claimed = claim?.files ?? [];
  const reasons = new Map(claimed.map((file) => [barePath(file.path), file]));
  const done = files?.map(({ path }) => ({ ...reasons.get(barePath(path)), path })) ?? claimed;
  if (done.length === 0) return [];
  return [
    `  What was partially done${files === undefined ? CLAIM_MARK : ""}:`,
    ...bounded(
      done.map((file) => `    ~ ${fileLine(file)}`),
      LISTED_MAX,
      "    ",
    ),
    "",
  ];
};

/** One line for each attempt where there was more than one, and for the last one every phase with its outcome. */
export const attemptLines = (story: StoryState, record: StoryRecord, pipeline: Pipeline): string[] => {
  const last = record.attempts.at(-1);
  if (last === undefined) return ["  No attempt was made."];
  const attempts = record.attempts.length === 1 ? [] : record.attempts;
  const reason = reasonOf(last, failureReason(story, failedAt(story, record)));
  return [
    ...attempts.map((attempt) => {
      const message = attempt === last ? story.failures.at(-1)?.message : attempt.failure?.message;
      return `  Attempt ${attempt.attempt}: ${plainLine(reasonOf(attempt, message))}`;
    }),
    ...phaseLines(story, record, pipeline, reason),
  ];
};

/** `Missing builder artifact (...), reviewer artifact (...)`, or what the failure says. */
const reasonOf = ({ artifacts, phases }: AttemptRecord, message: string | undefined): string => {
  if (artifacts.length > 0) return `Missing ${artifacts.join(", ")}`;
  return firstLine(message ?? phases.at(-1)?.remark ?? "") || "–";
};

/** What a person can do, one line each. */
export const actionLines = (hints: readonly string[]): string[] =>
  hints.length === 0
    ? ["  Action: Manual investigation required"]
    : hints.map((hint, index) => `  ${index === 0 ? "Action:" : "       "} ${plainLine(hint)}`);
