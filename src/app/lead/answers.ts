import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../core/scheduler/inputs.ts";
import { hasAnswerFiles } from "./inbox-folder.ts";

/** Commands that wait for the next lead: an answer is worth keeping when nobody leads. */
const folderOf = (runDirectory: string): string => join(runDirectory, "answers");

/** Stores a command for the next lead of a run, whole or not at all. */
export const storeAnswer = (runDirectory: string, command: Command, nowMs: number): void => {
  const folder = folderOf(runDirectory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${nowMs}-${"story" in command ? command.story : command.type}.json`;
  writeFileSync(join(folder, `${name}.tmp`), JSON.stringify(command), { mode: 0o600 });
  renameSync(join(folder, `${name}.tmp`), join(folder, name));
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

/** Removes what was stored while a lead lived: answers go to the lead then, so an agent that can reach the folder wrote it. */
export const dropForgedAnswers = (runDirectory: string): void => {
  for (const name of answerNames(runDirectory)) rmSync(join(folderOf(runDirectory), name), { force: true });
};

/**
 * The stored commands, oldest first. Each file goes when the next one is asked for, after its command was carried out:
 * a crash in between gives an answer twice, and the second one finds no question.
 */
export function* takeAnswers(runDirectory: string): Generator<Command> {
  for (const name of answerNames(runDirectory)) {
    const path = join(folderOf(runDirectory), name);
    try {
      yield JSON.parse(readFileSync(path, "utf8")) as Command;
    } finally {
      rmSync(path, { force: true });
    }
  }
}
