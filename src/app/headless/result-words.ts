import { counted } from "../../core/model/counted.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import { questionOf } from "../../core/scheduler/inbox.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import { issuesOf } from "./issues.ts";
import { failedAt, failureReason } from "./phase-lines.ts";
import { CLAIM_MARK } from "./print-lines.ts";
import type { StoryRecord } from "./story-record.ts";

/**
 * What came of an ended story in one line: `25 tests  97.6% cov*  4→0 issues  8a1a0f0` or the reason. Unknown is `–`;
 * tests and coverage are the agent's word, which the mark says.
 */
export const resultWords = (story: StoryState, record: StoryRecord, label: (key: StoryKey) => string): string => {
  switch (story.outcome) {
    case "awaiting-operator":
      return `landed; left for you: ${plainLine(questionOf(story)?.text ?? "–")}`;
    case "done":
      return numbersOf(story, record).join("  ");
    case "already-done":
      return "ALREADY_DONE — all tasks checked";
    case "blocked":
      return `blocked by ${story.blockedBy === undefined ? "–" : label(story.blockedBy)}`;
    case "skipped":
      return story.satisfies ? "by a person, counts as done" : "by a person";
    case "parked":
      return plainLine(story.question?.text ?? "waits for an answer");
    case "failed":
    case undefined:
      return plainLine(failureWords(story, record));
  }
};

/** `Missing builder artifact after 2 attempts`, else `Phase VERIFY - critical security issue`. */
const failureWords = (story: StoryState, record: StoryRecord): string => {
  const artifacts = record.attempts.at(-1)?.artifacts ?? [];
  if (artifacts.length > 0) {
    const names = [...new Set(artifacts.map((artifact) => artifact.replace(/ \(.*/s, "")))];
    return `Missing ${names.join(", ")} after ${counted(story.attempt, "attempt")}`;
  }
  const phase = failedAt(story, record);
  return `${phase === undefined ? "" : `Phase ${phase} - `}${failureReason(story, phase)}`;
};

const numbersOf = (story: StoryState, record: StoryRecord): string[] => {
  const { testsAdded, coverage } = record.claim ?? {};
  const issues = issuesOf(story, record);
  const isClaimed = testsAdded !== undefined || coverage !== undefined;
  return [
    `${testsAdded ?? "–"} tests`,
    `${coverage === undefined ? "–" : plainLine(coverage)} cov${isClaimed ? CLAIM_MARK : ""}`,
    `${issues === undefined ? "–" : `${issues.found}→${issues.left}`} issues`,
    story.commit?.slice(0, 7) ?? "–",
  ];
};
