import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, zeroSeparated } from "../../../core/workspace/git.ts";
import { failedTests } from "./run-tests.ts";
import type { DemoTurn } from "./turn.ts";

/** Finishes a merge that is under way: where both sides changed the same lines, those of both stay. */
export const finishMerge = async (turn: DemoTurn, files: readonly string[]): Promise<void> => {
  const { cwd, story, voice } = turn;
  await voice.say(`What landed meanwhile changed the same lines of ${files.join(", ")}.`);
  for (const file of files) {
    await voice.use("Edit", file, async () => {
      await writeFile(join(cwd, file), bothSides(await readFile(join(cwd, file), "utf8")));
    });
  }
  await voice.use("Run", "node --test", async () => (await failedTests(await testFiles(cwd))).length === 0);
  await voice.use("Run", "git commit", async () => {
    await git(["add", "--", ...files], { cwd });
    await git(["commit", "--quiet", "--no-edit"], { cwd });
  });
  voice.finish(`Story ${story.key} is merged with what landed meanwhile; the lines of both sides stay.`);
};

const testFiles = async (cwd: string): Promise<string[]> =>
  zeroSeparated((await git(["ls-files", "-z", "--", "test/*.test.js"], { cwd })).stdout).map((path) => join(cwd, path));

/** A text with marks of conflict, with the lines of both sides and without the marks. */
export const bothSides = (text: string): string => text.replaceAll(/^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\n/gm, "");
