import type { Complexity } from "../model/story.ts";
import type { MarkdownLine } from "./markdown-lines.ts";

const CRITICAL = /\b(?:payment|encryption|PII|credentials|secret)\b/i;
const COMPLEX = /\b(?:auth|security|migration|database|API)\b/i;
const STANDARD = /\b(?:form|input|onChange|submit)\b/i;
const LIGHT = /\b(?:fetch|axios|API|endpoint|route\.ts)\b/i;

/**
 * How heavy a story is by the decision tree of formats.md 4.3: the open top-level checkboxes of the whole file and
 * telling words in its text.
 */
export const complexityOf = (text: string): Complexity => {
  const open = text.match(/^- \[ \]/gm)?.length ?? 0;
  if (CRITICAL.test(text) || open >= 16) return "critical";
  if (open >= 11 || (open >= 5 && COMPLEX.test(text))) return "complex";
  if (open >= 5 || STANDARD.test(text)) return "standard";
  if (open >= 3 || LIGHT.test(text)) return "light";
  return open >= 2 ? "micro" : "trivial";
};

const LABEL =
  /^[\s>]*(?:[-*+]\s+)?[*_]{0,2}(?:complexity|size)[*_]{0,2}\s*[:：][*_]{0,2}\s*["'`*_]*([\p{L}-]+)["'`*_]*\s*(?:$|[(,;#—–|])/iu;

const WORDS: Readonly<Record<string, Complexity>> = {
  trivial: "trivial",
  micro: "micro",
  xs: "micro",
  light: "light",
  s: "light",
  small: "light",
  low: "light",
  simple: "light",
  easy: "light",
  standard: "standard",
  m: "standard",
  medium: "standard",
  moderate: "standard",
  complex: "complex",
  l: "complex",
  large: "complex",
  high: "complex",
  hard: "complex",
  critical: "critical",
  xl: "critical",
};

/** The complexity or size that a story file declares (`**Complexity:** Medium`, frontmatter `size: M`), if it does. */
export const declaredComplexity = (lines: readonly MarkdownLine[]): Complexity | undefined => {
  for (const line of lines) {
    if (line.kind !== "frontmatter" && line.kind !== "text") continue;
    const word = LABEL.exec(line.text)?.[1]?.toLowerCase();
    if (word !== undefined && Object.hasOwn(WORDS, word)) return WORDS[word];
  }
  return undefined;
};
