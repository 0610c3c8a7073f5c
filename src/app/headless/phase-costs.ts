import type { Usage } from "../../core/model/usage.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import type { StoryRecord } from "./story-record.ts";

/** Phases that one line of costs names. */
const NAMED_MAX = 12;

/**
 * Where the time and the money of a story went: `Phases: BUILD 07:00 $0.31, VERIFY 01:00 –`, all attempts and turns of a
 * phase together. Nothing for a story of one phase: its card says it already.
 */
export const phaseCosts = ({ totals }: StoryRecord): string[] => {
  if (totals.size < 2) return [];
  const words = [...totals].map(
    ([phase, { durationMs, usage }]) => `${phase} ${durationClock(durationMs)} ${spent(usage)}`,
  );
  const left = words.length - NAMED_MAX;
  return [`  Phases: ${words.slice(0, NAMED_MAX).join(", ")}${left > 0 ? ` and ${left} more` : ""}`];
};

const spent = (used: Usage): string => {
  const usage = contractUsage(used);
  if (usage.usd !== null) return costWords(usage);
  return usage.tokens === null ? "–" : `${usage.tokens} tokens`;
};
