import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../core/scheduler/inputs.ts";
import { hasAnswerFiles } from "./inbox-folder.ts";

/** Commands that wait for the next lead: an answer is worth keeping when nobody leads. */
const folderOf = (runDirectory: string): string => join(runDirectory, "answers");

/** Stores a command for the next lead of a run, whole or not at all; returns where. */
export const storeAnswer = (runDirectory: string, command: Command, nowMs: number): string => {
  const folder = folderOf(runDirectory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${nowMs}-${"story" in command ? command.story : command.type}.json`;
  writeFileSync(join(folder, `${name}.tmp`), JSON.stringify(command), { mode: 0o600 });
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
  return join(folder, name);
};

/** Takes a stored command back; false where it is gone, which is: a lead has taken it. */
export const takeBack = (path: string): boolean => {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
};

/** Whether answers wait for the next lead, as commands or as files in the inbox. */
export const hasAnswers = (runDirectory: string): boolean =>
  answerCount(runDirectory) > 0 || hasAnswerFiles(runDirectory);

/** How many commands wait for the next lead. */
export const answerCount = (runDirectory: string): number => answerNames(runDirectory).length;

const answerNames = (runDirectory: string): string[] => {
  try {
    return readdirSync(folderOf(runDirectory))
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return [];
  }
};

/**
 * Removes what was stored while a lead lived, and returns how many commands that were: answers go to the lead then, so an
 * agent that can reach the folder wrote them. Whoever keeps a command looks for a lead that has just begun (`keepAnswer`).
 */
export const dropForgedAnswers = (runDirectory: string): number =>
  answerNames(runDirectory).filter((name) => takeBack(join(folderOf(runDirectory), name))).length;

/**
 * The stored commands, oldest first. Each file goes when the next one is asked for, after its command was carried out:
 * a crash in between gives an answer twice, and the second one finds no question. What is gone or no command is left out.
 */
export function* takeAnswers(runDirectory: string): Generator<Command> {
  for (const name of answerNames(runDirectory)) {
    const path = join(folderOf(runDirectory), name);
    try {
      const command = readCommand(path);
      if (command !== undefined) yield command;
    } finally {
      rmSync(path, { force: true });
    }
  }
}

const readCommand = (path: string): Command | undefined => {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Command;
  } catch {
    return undefined;
  }
};
