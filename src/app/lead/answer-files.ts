import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { TEXT_LENGTH_MAX } from "../../core/control/request-schema.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { BaselineChoice } from "../../core/scheduler/events.ts";
import { choicesOf, type WaitingItem } from "../../core/scheduler/inbox.ts";
import type { Command } from "../../core/scheduler/inputs.ts";

/** A file that has not changed for so long is whole, in milliseconds. */
export const WHOLE_AFTER_MS = 1_000;
/** Longest answer file that is read, in bytes: the longest answer, in the widest letters. */
const ANSWER_BYTES_MAX = TEXT_LENGTH_MAX * 4;

/** How answer files of an item end. */
export const ANSWER_ENDINGS = [".answer", ".answer.md"] as const;

/** What an answer file holds, as far as one can say now. */
export type AnswerFile =
  /** It may still be written: look again in so many milliseconds. */
  | { readonly kind: "young"; readonly inMs: number }
  | { readonly kind: "bad"; readonly problem: string; readonly changedMs: number }
  | { readonly kind: "answer"; readonly text: string; readonly changedMs: number };

/** Names of the answer files in a folder that belong to an item of that name; none where there is no folder. */
export const answerFilesFor = (names: readonly string[], item: string): string[] =>
  ANSWER_ENDINGS.map((ending) => item + ending).filter((name) => names.includes(name));

/** The names in a folder; none where there is no folder. */
export const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Reads an answer file that an editor, a script or a person put there; undefined when it is gone. Follows no link. */
export const readAnswerFile = async (folder: string, name: string, nowMs: number): Promise<AnswerFile | undefined> => {
  const path = join(folder, name);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const changedMs = found.mtimeMs;
  const bad = (problem: string): AnswerFile => ({ kind: "bad", problem, changedMs });
  if (!found.isFile()) return bad("it is no file");
  // A clock that was set back must not hold an answer for ever.
  const ageMs = Math.abs(nowMs - changedMs);
  if (ageMs < WHOLE_AFTER_MS) return { kind: "young", inMs: WHOLE_AFTER_MS - ageMs };
  if (found.size > ANSWER_BYTES_MAX) return bad("it is too long for an answer");
  const text = await readText(path).catch(() => undefined);
  if (text === undefined) return bad("it cannot be read");
  const said = plainText(text).trim();
  if (said === "") return bad("it is empty");
  return said.length > TEXT_LENGTH_MAX
    ? bad("it is too long for an answer")
    : { kind: "answer", text: said, changedMs };
};

const readText = async (path: string): Promise<string> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
};

/** The command that a text is as an answer to an item; or why it is none. */
export const commandOf = ({ story, question }: WaitingItem, text: string): Command | { readonly problem: string } => {
  if (story !== null) return { type: "answer", story, text };
  const choices = choicesOf(question);
  const choice = choices.find((candidate) => candidate === text.toLowerCase());
  return choice === undefined
    ? { problem: `it is none of ${choices.join(", ")}` }
    : { type: "decide-baseline", choice: choice as BaselineChoice };
};
