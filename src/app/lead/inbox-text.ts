import { createHash } from "node:crypto";
import { plainLine, plainText } from "../../core/model/plain-text.ts";
import type { Question, QuestionKind } from "../../core/scheduler/events.ts";
import { answerCommand, CHOICES, choicesOf, RUN_ITEM, type WaitingItem } from "../../core/scheduler/inbox.ts";
import { findingLine } from "../headless/notices.ts";

/** Findings, files and last lines of a gate that one file names. */
const NAMED_MAX = 50;

/** Hexadecimal letters of a question's id. */
const ID_LETTERS = 16;
const MARK = /^<!-- question ([0-9a-f]{1,64}) -->$/gm;

/** What an item of the inbox is called in file names: the story's key, or the word for what the run itself asks. */
export const itemName = ({ story }: Pick<WaitingItem, "story">): string => story ?? RUN_ITEM;

/**
 * An item of the inbox as a file that a person can read: what is asked, what it is about, how to answer. All that others
 * said is quoted, so that no text can pass for ours.
 */
export const inboxText = (item: WaitingItem, title: string): string => {
  const { story, question } = item;
  const { text, findings = [], files = [], red = [] } = question;
  return [
    `# ${story ?? "The run"} waits for you (${question.kind})`,
    ...(title === "" ? [] : ["", plainLine(title)]),
    ...quoted(`${ASKED[question.kind]}:`, plainText(text).split("\n")),
    ...red.flatMap(({ name, tail }) => quoted(`The last lines of ${plainLine(name)}:`, tail.map(plainLine))),
    ...quoted("Findings:", findings.map(findingLine)),
    ...quoted("Files:", files.map(plainLine)),
    "",
    "## How to answer",
    "",
    `    ${answerCommand(story, question)}`,
    "",
    `Or write the answer into a file ${itemName(item)}.answer (or ${itemName(item)}.answer.md) beside this one. It is taken when it`,
    "has not changed for a second. While nothing leads the run it waits: storyboard run --resume.",
    "",
    question.kind === "baseline" ? baselineMeaning(question) : MEANINGS[question.kind],
    "",
    `<!-- question ${questionId(question)} -->`,
    "",
  ].join("\n");
};

/** What tells a question from another one, whatever words of ours stand around it. */
const questionId = ({ kind, text, findings = [], files = [] }: Question): string =>
  createHash("sha256")
    .update(JSON.stringify([kind, text, findings.map(findingLine), files]))
    .digest("hex")
    .slice(0, ID_LETTERS);

/** Whether a file of the inbox, of this storyboard or another one, holds the question of that item. Our own mark is the last. */
export const asksThat = (file: string, { question }: WaitingItem): boolean =>
  [...file.matchAll(MARK)].at(-1)?.[1] === questionId(question);

const quoted = (head: string, lines: readonly string[]): string[] => {
  if (lines.length === 0) return [];
  const left = lines.length - NAMED_MAX;
  const shown = [...lines.slice(0, NAMED_MAX), ...(left > 0 ? [`… ${left} more`] : [])];
  return ["", head, "", ...shown.map((line) => `> ${line.trim()}`.trimEnd())];
};

const ASKED: Readonly<Record<QuestionKind, string>> = {
  question: "Its agent asks",
  blocker: "Its agent cannot go on",
  plan: "Its agent's plan, to be approved before it is built",
  review: "What the review left open",
  conflict: "It could not land",
  environment: "Something has to be put right first",
  attached: "What it waits for",
  operator: "It has landed; this part is left for you",
  baseline: "What is asked",
};

const word = (kind: QuestionKind): string => JSON.stringify(CHOICES[kind][0] ?? "");

const baselineMeaning = (question: Question): string => {
  const choices = choicesOf(question);
  const meanings: Readonly<Record<string, string>> = {
    accept: `"accept" holds what is red against no story`,
    without: `"without" leaves red gates out of this run`,
    quit: `"quit" ends the run`,
  };
  return `${choices.join(", ")}: ${choices.map((choice) => meanings[choice] ?? choice).join(", ")}.`;
};

const MEANINGS: Readonly<Record<Exclude<QuestionKind, "baseline">, string>> = {
  question: "The answer reaches the agent in the session that asked.",
  blocker: "The answer reaches the agent in the session that met the blocker.",
  plan: `${word("plan")} has the plan built; any other text goes back to the agent as what to change in it.`,
  review: `${word("review")} lands it with the findings deferred; any other text tells its builder what to do.`,
  conflict: `${word("conflict")} lands it again once you have put it right; any other text tells its builder what to do.`,
  environment: `${word("environment")} lets it go on.`,
  attached: `${word("attached")} lets it go on.`,
  operator: `${word("operator")} completes the story, and is the only answer.`,
};
