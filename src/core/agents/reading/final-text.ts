import type { TurnEnd } from "../../model/turn.ts";

/** Characters kept of a reason or a question. */
const PARAGRAPH_LENGTH_MAX = 4_000;

/**
 * What an agent that ended well says with its final text: it halted, it asks, the work was there already, or none of
 * these. A halt outweighs a question, a question outweighs the rest. The markers stand at the start of a line; the
 * bold type that models like is accepted around them.
 */
export const readFinalText = (text: string): TurnEnd => {
  const lines = text.split("\n");
  const halt = paragraphAfter(lines, HALT);
  if (halt !== undefined) return { kind: "halted", reason: halt || "the agent gave no reason" };
  const question = paragraphAfter(lines, QUESTION);
  if (question !== undefined) return { kind: "question", question: question || "the agent asked, but not what" };
  return lines.some((line) => ALREADY_DONE.test(line)) ? { kind: "already-done" } : { kind: "finished" };
};

const HALT = /^[*_]{0,3}HALT:[*_]{0,3}/;
const QUESTION = /^[*_]{0,3}QUESTION:[*_]{0,3}/;
const ALREADY_DONE = /^[*_`]{0,3}ALREADY_DONE[*_`]{0,3}\s*(?:$|[:.!])/;

const PARAGRAPH_END = /^\s*(?:$|```|~~~)/;

const paragraphAfter = (lines: readonly string[], marker: RegExp): string | undefined => {
  const start = lines.findIndex((line) => marker.test(line));
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => PARAGRAPH_END.test(line) || HALT.test(line) || QUESTION.test(line));
  const first = lines[start]?.replace(marker, "") ?? "";
  return [first, ...(end < 0 ? rest : rest.slice(0, end))].join("\n").trim().slice(0, PARAGRAPH_LENGTH_MAX);
};
