import { firstLine, plainLine } from "../../core/model/plain-text.ts";
import type { Question } from "../../core/scheduler/events.ts";

/** What a story asks, on one line. A plan is no question, and nobody would know it for one that waits for a word. */
export const askedWords = (question: Question, lengthMax = Number.POSITIVE_INFINITY): string =>
  nameOf(question) + plainLine(question.text.slice(0, lengthMax));

/** The first line of it. */
export const askedFirst = (question: Question): string => nameOf(question) + firstLine(question.text);

const nameOf = ({ kind }: Question): string => (kind === "plan" ? "its plan: " : "");
