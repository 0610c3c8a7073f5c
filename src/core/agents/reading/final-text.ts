import type { TurnEnd } from "../../model/turn.ts";

/** Characters kept of a reason or a question. */
const PARAGRAPH_LENGTH_MAX = 4_000;

/**
 * What an agent that ended well says with its final text: it halted, it asks, the work was there already, or none of
 * these. A halt outweighs a question, a question outweighs the rest. The markers stand at the start of a line; the
 * bold type that models like is accepted around them. What stands in fenced code is quoted, and says nothing.
 */
export const readFinalText = (text: string): TurnEnd => {
  const lines = withoutQuotedCode(text.split("\n"), "hides nothing");
  const halt = paragraphAfter(lines, HALT);
  if (halt !== undefined) return { kind: "halted", reason: halt || "the agent gave no reason" };
  const question = paragraphAfter(lines, QUESTION);
  if (question !== undefined) return { kind: "question", question: question || "the agent asked, but not what" };
  return lines.some((line) => ALREADY_DONE.test(line)) ? { kind: "already-done" } : { kind: "finished" };
};

/** Paragraphs of one text that are read for a person. */
const OPERATOR_PARTS_MAX = 10;

/**
 * What an agent says that only a person can do: every paragraph that begins with `OPERATOR:`, one below the other.
 * Undefined where there is none. What stands in a fenced block is quoted and means nothing.
 */
export const readOperatorPart = (text: string): string | undefined => {
  const lines = withoutQuotedCode(text.split("\n"), "hides");
  const parts = lines.flatMap((line, at) =>
    OPERATOR.test(line) ? [paragraphAfter(lines.slice(at), OPERATOR) ?? ""] : [],
  );
  const said = [...new Set(parts)].filter((part) => part !== "").slice(0, OPERATOR_PARTS_MAX);
  return said.length === 0 ? undefined : said.join("\n").slice(0, PARAGRAPH_LENGTH_MAX);
};

const OPERATOR = /^[*_]{0,3}OPERATOR:[*_]{0,3}/;

const FENCE = /^\s*(`{3,}|~{3,})(.*)$/;

/** Lines of fenced code become blank. What a fence hides that is never closed, the caller decides: a halt must be heard. */
const withoutQuotedCode = (lines: readonly string[], openFence: "hides" | "hides nothing"): readonly string[] => {
  const kept = [...lines];
  for (let i = 0; i < kept.length; i++) {
    const fence = FENCE.exec(kept[i] ?? "")?.[1];
    if (fence === undefined) continue;
    const end = kept.findIndex((line, j) => j > i && isClosing(line, fence));
    if (end === -1 && openFence === "hides nothing") continue;
    const last = end === -1 ? kept.length : end;
    kept.fill("", i + 1, last);
    i = last;
  }
  return kept;
};

const isClosing = (line: string, fence: string): boolean => {
  const match = FENCE.exec(line);
  return match?.[1]?.startsWith(fence) === true && match[2]?.trim() === "";
};

const HALT = /^[*_]{0,3}HALT:[*_]{0,3}/;
const QUESTION = /^[*_]{0,3}QUESTION:[*_]{0,3}/;
const ALREADY_DONE = /^[*_`]{0,3}ALREADY_DONE[*_`]{0,3}\s*(?:$|[:.!])/;

/** A paragraph ends where another one of them begins. */
const MARKERS = [HALT, QUESTION, OPERATOR];
const PARAGRAPH_END = /^\s*(?:$|```|~~~)/;

const paragraphAfter = (lines: readonly string[], marker: RegExp): string | undefined => {
  const start = lines.findIndex((line) => marker.test(line));
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => PARAGRAPH_END.test(line) || MARKERS.some((one) => one.test(line)));
  const first = lines[start]?.replace(marker, "") ?? "";
  return [first, ...(end < 0 ? rest : rest.slice(0, end))].join("\n").trim().slice(0, PARAGRAPH_LENGTH_MAX);
};
