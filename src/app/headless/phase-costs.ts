import type { Usage } from "../../core/model/usage.ts";
import { contractUsage, costWords } from "../machine-contract/contract-words.ts";
import { durationClock } from "../machine-contract/time-words.ts";
import type { StoryRecord } from "./story-record.ts";

/** Phases that are named. */
const NAMED_MAX = 12;
/** Phases on one line: the text has no width of its own, and one of seven phases is wider than the rest of a card. */
const PER_LINE_MAX = 4;

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
  const named = [...words.slice(0, NAMED_MAX), ...(left > 0 ? [`${left} more`] : [])];
  return named.flatMap((_, at) => {
    if (at % PER_LINE_MAX !== 0) return [];
    const line = named.slice(at, at + PER_LINE_MAX).join(", ");
    const isLast = at + PER_LINE_MAX >= named.length;
    return [`${at === 0 ? "  Phases: " : "          "}${line}${isLast ? "" : ","}`];
  });
};

const spent = (used: Usage): string => {
  const usage = contractUsage(used);
  if (usage.usd !== null) return costWords(usage);
  return usage.tokens === null ? "–" : `${usage.tokens} tokens`;
};
