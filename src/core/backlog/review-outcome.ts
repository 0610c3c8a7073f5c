import type { MarkdownLine } from "./markdown-lines.ts";

/** What a review says it comes to. `unclear`: it says something, but not which of the others. */
export type ReviewOutcome = "approved" | "approved-after-repairs" | "changes" | "blocked" | "unclear";

const LABEL =
  /^[\s>]*(?:[-*+][ \t]+)?[*_]{0,3}(?:(?:review|overall|final|gate)[ \t]+)?(?:outcome|verdict|decision|recommendation|gate|status)[*_]{0,3}[ \t]*[:：][*_]{0,3}[ \t]*(.*)$/iu;
const LABEL_HEADING = /^(?:(?:review|overall|final) )?(?:outcome|verdict|decision)$/u;

const APPROVED = /^(?:approved?|accept(?:ed)?|pass(?:ed)?|waived)\b/u;
const CHANGES =
  /^(?:changes? (?:requested|required|needed)|request(?:ed|s)? changes|needs? (?:changes|work)|reject(?:ed)?|concerns|fail(?:ed)?)\b/u;
const BLOCKED = /^block(?:ed)?\b/u;
/** An approval on a condition, or beside another answer. */
const CONDITION =
  /^\W*no\W*$|\b(?:not|but|if|once|after|when|unless|until|except|provided|pending|condition\w*|assuming|must|should|still|needs?|approved?|pass(?:ed)?|changes?|reject\w*|concerns?|fail\w*|block\w*|waived)\b/u;
const REPAIRS = /\b(?:fix\w*|repair\w*|resolved)\b/u;
const AFTER_REPAIRS = /\b(?:after|with) (?:\p{L}+ )?(?:fixes|repairs)(?: applied)?\b/u;
const SETTLED = /\b(?:fixed|resolved|approved?|pass(?:ed)?)\b/u;

/**
 * What the lines of a review say it comes to; undefined where they do not say. Two that disagree, a template that lists
 * all answers, and an approval on a condition are `unclear`: approval is never guessed.
 */
export const readOutcome = (lines: readonly MarkdownLine[]): ReviewOutcome | undefined => {
  const said = new Set(lines.flatMap((line, i) => outcomeOf(answerIn(line, lines[i - 1])) ?? []));
  const [outcome] = said;
  return said.size > 1 ? "unclear" : outcome;
};

/** What stands behind a label, or in the first line below a heading that is one. */
const answerIn = (line: MarkdownLine, before: MarkdownLine | undefined): string => {
  if (line.kind !== "text") return "";
  if (before?.kind === "heading" && LABEL_HEADING.test(before.path.at(-1)?.plain ?? "")) return line.text;
  return LABEL.exec(line.text)?.[1] ?? "";
};

const outcomeOf = (answer: string): ReviewOutcome | undefined => {
  const words = answer
    .toLowerCase()
    .replaceAll(/\S+/gu, withoutPath)
    .replaceAll(/[*_`"']/gu, "")
    .replace(/^[^\p{L}]+/u, "");
  const approved = APPROVED.exec(words);
  if (approved !== null) return approvalOf(words.slice(approved[0].length));
  const changes = CHANGES.exec(words);
  const rest = words.slice((changes ?? BLOCKED.exec(words))?.[0].length ?? 0);
  if (rest === words) return undefined;
  if (SETTLED.test(rest)) return "unclear";
  return changes === null ? "blocked" : "changes";
};

/** A word without the path in it, up to what looks like a file's ending. No pattern does it in one pass over the word. */
const withoutPath = (word: string): string => {
  const slash = word.indexOf("/");
  if (slash === -1) return word;
  for (let dot = word.lastIndexOf("."); dot > slash; dot = word.lastIndexOf(".", dot - 1)) {
    if (/\w/.test(word.charAt(dot + 1))) return ` ${word.slice(dot + 1).replace(/^\w+/, "")}`;
  }
  return word;
};

const approvalOf = (rest: string): ReviewOutcome => {
  if (CONDITION.test(rest.replace(AFTER_REPAIRS, " "))) return "unclear";
  return REPAIRS.test(rest) ? "approved-after-repairs" : "approved";
};
