import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasAnswers } from "../../../src/app/lead/answers.ts";
import { InboxFolder } from "../../../src/app/lead/inbox-folder.ts";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";
import { HOSTILE } from "../../support/random-run.ts";
import { barePolicy, policy, story, TestRun, turn } from "../../support/run.ts";
import { eventually } from "../../support/steering.ts";

let directory: string;
let run: TestRun;
let folder: InboxFolder;
let given: Command[];
let told: string[];

const KEYS = ["1-1", "1-10", "1-1.answer"];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "storyboard-inbox-"));
  run = new TestRun(
    KEYS.map((key) => story(key, [], { title: `The story ${key}` })),
    barePolicy(),
  );
  given = [];
  told = [];
  folder = newFolder();
});
afterEach(async () => {
  await folder.close();
  rmSync(directory, { recursive: true, force: true });
});

const newFolder = (): InboxFolder =>
  new InboxFolder({
    directory,
    state: run.state,
    command: (command) => {
      const problem = commandProblem(run.state, command);
      if (problem !== undefined) return problem;
      given.push(command);
      folder.events(run.command(command));
      return undefined;
    },
    say: (item, text) => told.push(`${item}: ${text}`),
  });

const inbox = (...names: string[]): string => join(directory, "inbox", ...names);
const files = (): string[] => readdirSync(inbox()).sort();
const ask = (key: string, question = "which colour?"): void => {
  run.settleEffects();
  folder.events(run.end(run.outstanding("run-turn", key)[0]!, turn({ kind: "question", question })));
};
const item = (key: string): Promise<unknown> => eventually(`${key}.md`, () => existsSync(inbox(`${key}.md`)));
/** Writes a file whose last change lies back, as one has that was moved here. */
const put = (name: string, text: string): void => {
  writeFileSync(join(directory, name), text);
  const past = new Date(Date.now() - 60_000);
  utimesSync(join(directory, name), past, past);
  renameSync(join(directory, name), inbox(name));
};

test("what waits is a file that says what is asked and how to answer; an answer beside it is carried out", async () => {
  run.start();
  await folder.open();
  expect(existsSync(inbox())).toBe(false);
  ask("1-1");
  await item("1-1");
  const text = readFileSync(inbox("1-1.md"), "utf8");
  expect(text).toMatch(/^# 1-1 waits for you \(question\)\n\nThe story 1-1\n/);
  expect(text).toContain("> which colour?");
  expect(text).toContain('storyboard ctl answer 1-1 "your answer"');
  expect(text).toContain("1-1.answer");
  put("1-1.answer", "blue\n");
  await eventually("the answer", () => given.length > 0);
  expect(given).toEqual([{ type: "answer", story: "1-1", text: "blue" }]);
  await eventually("the item is put away", () => files().length === 1);
  expect(files()).toEqual(["answered"]);
  expect(
    readdirSync(inbox("answered"))
      .map((name) => name.replace(/^\d+-/, ""))
      .sort(),
  ).toEqual(["1-1.answer", "1-1.md"]);
  expect(told).toEqual([]);
});

test("names that begin alike are told apart, also where a story is called like an answer", async () => {
  run.start();
  await folder.open();
  for (const key of KEYS) ask(key);
  await Promise.all(KEYS.map(item));
  put("1-10.answer.md", "ten");
  await eventually("the answer", () => given.length > 0);
  expect(given).toEqual([{ type: "answer", story: "1-10", text: "ten" }]);
  put("1-1.answer.answer", "odd");
  await eventually("the answer", () => given.length > 1);
  expect(given[1]).toEqual({ type: "answer", story: "1-1.answer", text: "odd" });
  expect(run.state.parked).toEqual(new Set(["1-1"]));
});

test("a file that is still being written is not taken before it has stayed the same for a second", async () => {
  run.start();
  await folder.open();
  ask("1-1");
  await item("1-1");
  writeFileSync(inbox("1-1.answer"), "bl");
  await new Promise((resolve) => setTimeout(resolve, 700));
  writeFileSync(inbox("1-1.answer"), "blue");
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(given).toEqual([]);
  await eventually("the answer", () => given.length > 0);
  expect(given).toEqual([{ type: "answer", story: "1-1", text: "blue" }]);
});

test("empty, too long, linked and unfit answers are named once and left; a better one is taken", async () => {
  run.start();
  await folder.open();
  ask("1-1");
  await item("1-1");
  put("1-1.answer", " \n\t\n");
  await eventually("it is told of", () => told.length === 1);
  expect(told[0]).toMatch(/^1-1: inbox\/1-1\.answer is no answer: it is empty/);
  writeFileSync(join(directory, "secret"), "do as I say");
  symlinkSync(join(directory, "secret"), inbox("1-1.answer.md"));
  await eventually("it is told of", () => told.length === 2);
  expect(told[1]).toMatch(/it is no file/);
  expect(files()).toEqual(["1-1.answer", "1-1.answer.md", "1-1.md", "answered"]);
  rmSync(inbox("1-1.answer.md"));
  put("1-1.answer", "x".repeat(100_001));
  await eventually("it is told of", () => told.length === 3);
  expect(told[2]).toMatch(/too long/);
  expect(given).toEqual([]);
  put("1-1.answer", "red");
  await eventually("the answer", () => given.length > 0);
});

test("an answer that was put there while nobody led is taken when the run goes on, but none to an earlier question", async () => {
  run.start();
  await folder.open();
  ask("1-1");
  ask("1-10");
  await Promise.all(["1-1", "1-10"].map(item));
  await folder.close();
  expect(hasAnswers(directory)).toBe(false);
  writeFileSync(inbox("1-1.answer"), "blue");
  expect(hasAnswers(directory)).toBe(true);
  // While nobody looked the other story was answered, and asks something else now.
  put("1-10.answer", "meant for the first question");
  run.command({ type: "answer", story: "1-10", text: "by ctl" });
  run.end(run.outstanding("run-turn", "1-10")[0]!, turn({ kind: "question", question: "and which size?" }));
  folder = newFolder();
  await folder.open();
  expect(given).toEqual([{ type: "answer", story: "1-1", text: "blue" }]);
  await folder.close();
  expect(files()).toEqual(["1-10.md", "answered"]);
  expect(readFileSync(inbox("1-10.md"), "utf8")).toContain("> and which size?");
  expect(told).toEqual([expect.stringMatching(/^1-10: inbox\/1-10\.answer answers nothing that waits now/)]);
});

test("an answer is taken also where another storyboard wrote the question down, whatever its title holds", async () => {
  run = new TestRun([story("1-1", [], { title: "<!-- question 0123456789abcdef -->" })], barePolicy());
  folder = newFolder();
  run.start();
  await folder.open();
  ask("1-1");
  await item("1-1");
  await folder.close();
  const words = readFileSync(inbox("1-1.md"), "utf8");
  const other = words.replace("waits for you", "wants a word").replace("How to answer", "Answering");
  expect(other).not.toBe(words);
  writeFileSync(inbox("1-1.md"), other);
  put("1-1.answer", "blue");
  folder = newFolder();
  await folder.open();
  await eventually("the answer", () => given.length > 0);
  await eventually("all is put away", () => files().length === 1);
  expect(told).toEqual([]);
});

test("items that a crash left are put away with their answers", async () => {
  mkdirSync(inbox(), { recursive: true });
  writeFileSync(inbox("1-1.md"), "old");
  put("1-1.answer", "old");
  put("notes.txt", "a person's own");
  run.start();
  await folder.open();
  expect(given).toEqual([]);
  expect(files()).toEqual(["answered", "notes.txt"]);
});

test("the run's own question is a file too, and knows its own answers alone", async () => {
  run = new TestRun([story("1-1")], policy({ baseline: "ask" }));
  folder = newFolder();
  run.start();
  run.end(run.outstanding("check-baseline")[0]!, {
    kind: "baseline",
    red: [{ name: "test", tail: ["# How to answer", "1 failed"] }],
    notes: [],
  });
  await folder.open();
  const text = readFileSync(inbox("baseline.md"), "utf8");
  expect(text).toContain("> 1 failed");
  expect(text.match(/^#+ .*/gm)).toEqual(["# The run waits for you (baseline)", "## How to answer"]);
  put("baseline.answer", "perhaps");
  await eventually("it is told of", () => told.length > 0);
  expect(told[0]).toMatch(/accept, without, quit/);
  put("baseline.answer", "Without");
  await eventually("the answer", () => given.length > 0);
  expect(given).toEqual([{ type: "decide-baseline", choice: "without" }]);
});

test("whatever a title, a question or an answer holds, it stays text", async () => {
  run = new TestRun(
    HOSTILE.map((title, i) => story(`s${i}`, [], { title })),
    barePolicy({ maxWorkers: HOSTILE.length }),
  );
  folder = newFolder();
  run.start();
  await folder.open();
  for (const [i, words] of HOSTILE.entries()) ask(`s${i}`, `${words}\n# mine\n\n## How to answer\n`);
  await eventually("all files", () => HOSTILE.every((_, i) => files().includes(`s${i}.md`)));
  for (const i of HOSTILE.keys()) {
    const text = readFileSync(inbox(`s${i}.md`), "utf8");
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(text.match(/^#+ .*/gm)).toEqual([`# s${i} waits for you (question)`, "## How to answer"]);
    put(`s${i}.answer`, `${HOSTILE[i]} \u001b[31mred`);
  }
  await eventually("all answers", () => given.length === HOSTILE.length);
  for (const command of given) expect(JSON.stringify(command)).not.toContain("\\u001b");
});
