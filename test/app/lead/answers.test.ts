import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropForgedAnswers, storeAnswer, takeAnswers, takeBack } from "../../../src/app/lead/answers.ts";
import { keepAnswer } from "../../../src/app/lead/keep-answer.ts";
import { takeLead } from "../../../src/app/lead/take-lead.ts";
import { startControlServer } from "../../../src/core/control/server.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";
import { openRepository } from "../../../src/core/workspace/inspect-repository.ts";
import { Project } from "../../support/project.ts";

const BLUE: Command = { type: "answer", story: "a", text: "blue" };
const OTHER: Command = { type: "retry", story: "b" };

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "storyboard-answers-"));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

test("kept commands are taken oldest first; what is taken back or no command is left out", () => {
  storeAnswer(run, OTHER, 2);
  storeAnswer(run, BLUE, 1);
  const gone = storeAnswer(run, { type: "confirm", story: "c" }, 3);
  writeFileSync(join(run, "answers", "0-a.json"), "{ half");
  const taken: Command[] = [];
  for (const command of takeAnswers(run)) {
    taken.push(command);
    if (taken.length === 1) expect(takeBack(gone)).toBe(true);
  }
  expect(taken).toEqual([BLUE, OTHER]);
  expect(readdirSync(join(run, "answers"))).toEqual([]);
  expect(takeBack(gone)).toBe(false);
});

test("what is stored while a lead lives is dropped, and counted", () => {
  expect(dropForgedAnswers(run)).toBe(0);
  storeAnswer(run, BLUE, 1);
  storeAnswer(run, OTHER, 2);
  expect(dropForgedAnswers(run)).toBe(2);
  expect([...takeAnswers(run)]).toEqual([]);
});

test("a command is kept while nobody leads; a lead that has its lock but no socket yet is waited for, and given it", async () => {
  const project = new Project();
  try {
    project.write("README.md", "made up\n").commit();
    const repository = await openRepository(project.path);
    expect(await keepAnswer(repository, run, BLUE)).toBeUndefined();
    expect([...takeAnswers(run)]).toEqual([BLUE]);
    const lock = await takeLead(repository, "a-run");
    if (lock.kind === "taken") throw new Error("somebody leads");
    const heard: Command[] = [];
    const kept = keepAnswer(repository, run, OTHER);
    const server = await startControlServer({
      directory: join(project.path, ".storyboard"),
      snapshot: () => ({}),
      onCommand: async (command) => {
        heard.push(command);
        return { ok: true, message: "heard" };
      },
    });
    expect(await kept).toEqual({ ok: true, message: "heard" });
    expect(heard).toEqual([OTHER]);
    expect(dropForgedAnswers(run)).toBe(0);
    await server.close("");
    await lock.release();
  } finally {
    project.remove();
  }
});
