import type { PhaseName } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";

/** Longest line of progress that goes to the feed, and most lines of one report. */
const LINE_LENGTH_MAX = 500;
const LINES_MAX = 20;
/** One or two words, short enough for a column of a table; what is longer is no name of a phase. */
const PHASE = /^\p{L}[\p{L}\p{N}_-]{0,15}(?: [\p{L}\p{N}_-]{1,8})?$/u;

/** What an agent reports, as the feed shows it. */
export interface ProgressReport {
  /** The phase that it says it is in, in capitals as all of them are. */
  readonly narrated?: PhaseName;
  readonly lines: readonly string[];
}

/**
 * Reads a report of progress. The feed has a column for the phase, so a text does not begin with it; a phase that is no
 * name stays in front of the text, since nothing that an agent says is lost.
 */
export const progressReport = (phase: string | undefined, text: string): ProgressReport => {
  const said = plainLine(phase ?? "").trim();
  const isName = PHASE.test(said);
  const lines = text.split("\n").slice(0, LINES_MAX).map(plainLine);
  const [first = "", ...others] = lines;
  const head = isName ? withoutPhase(first, said) : said === "" ? first : `${said}: ${first}`;
  return {
    ...(isName ? { narrated: said.toUpperCase() } : {}),
    lines: [head, ...others].map((line) => line.slice(0, LINE_LENGTH_MAX).trimEnd()).filter((line) => line !== ""),
  };
};

/** A text without its phase in front (`PREPARE: looks around`), unless nothing would be left. */
const withoutPhase = (line: string, phase: string): string => {
  if (!line.toUpperCase().startsWith(phase.toUpperCase())) return line;
  const rest = /^\s*[:–—-]\s*(\S.*)$/.exec(line.slice(phase.length));
  return rest?.[1] ?? line;
};
