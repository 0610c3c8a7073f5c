import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addedLines } from "../../../src/app/demo/agent/added-lines.ts";
import { judge } from "../../../src/app/demo/agent/review.ts";
import { failedTests } from "../../../src/app/demo/agent/run-tests.ts";
import { createVoice } from "../../../src/app/demo/agent/speak.ts";
import { countTasks, listFiles, tickTasks } from "../../../src/app/demo/agent/story-record.ts";
import { DEMO_STORIES } from "../../../src/app/demo/stories/demo-stories.ts";
import { createCommandParser } from "../../../src/core/agents/command/command-parser.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storyboard-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" });

const workOf = (key: string, attempt: number, phase: "BUILD" | "REFINE", answer?: string): Record<string, string> => {
  const story = DEMO_STORIES.find((each) => each.key.startsWith(key));
  return Object.fromEntries(story!.work({ attempt, phase, answer }).files.map(({ path, text }) => [path, text("")]));
};

/** The diff of these files as new ones, as the reviewer asks git for it. */
const diffOf = (files: Record<string, string>): string => {
  git("init", "-q");
  for (const [path, text] of Object.entries(files)) {
    execFileSync("mkdir", ["-p", join(folder, path, "..")]);
    writeFileSync(join(folder, path), text);
  }
  git("add", "-A");
  return git("diff", "--cached", "--unified=0");
};

test("the reviewer finds the mistake of the shopping list at its line, and nothing in the repaired one", () => {
  const first = workOf("2-2", 1, "BUILD");
  const line = first["src/shopping.js"]!.split("\n").findIndex((text) => text.includes("more.quantity")) + 1;
  expect(judge(addedLines(diffOf(first)))).toMatchObject([{ severity: "high", file: "src/shopping.js", line }]);
  expect(judge(addedLines(diffOf(workOf("2-2", 1, "REFINE"))))).toEqual([]);
});

test("the reviewer has nothing against the other stories", () => {
  // The test of src/index.js is there from the beginning.
  const indexTest = { "test/index.test.js": "export {};\n" };
  for (const { key } of DEMO_STORIES) {
    if (key.startsWith("2-2")) continue;
    expect(judge(addedLines(diffOf({ ...indexTest, ...workOf(key, 2, "BUILD") }))), key).toEqual([]);
  }
});

test("the reviewer misses a test and sees a skipped one", () => {
  const diff = diffOf({ "src/lonely.js": "export {};\n", "test/other.test.js": 'test.skip("x", () => {});\n' });
  expect(judge(addedLines(diff)).map(({ file, title }) => `${file}: ${title}`)).toEqual([
    "src/lonely.js: no test",
    "test/other.test.js: skips a test",
  ]);
});

test("added lines carry the place they have in the new file", () => {
  const diff = [
    "diff --git a/src/a.js b/src/a.js",
    "--- a/src/a.js",
    "+++ b/src/a.js",
    "@@ -2 +2,2 @@ head",
    "-old",
    "+++ counts up",
    "+new",
    "@@ -9,0 +11 @@",
    "+last",
  ].join("\n");
  expect(addedLines(diff)).toEqual([
    { file: "src/a.js", line: 2, text: "++ counts up", isNewFile: false },
    { file: "src/a.js", line: 3, text: "new", isNewFile: false },
    { file: "src/a.js", line: 11, text: "last", isNewFile: false },
  ]);
});

test.each([
  ["240", 240],
  ["the US one, please", 240],
  ["metric: 250 ml", 250],
  ["you decide", 250],
])("a cup is as large as the answer %j says", (answer, ml) => {
  expect(workOf("1-3", 1, "BUILD", answer)["src/units.js"]).toContain(`["cup", ${ml}]`);
});

test("the record ticks as many tasks as are done and lists each file once", () => {
  const text = "# S\n\n## Tasks\n\n- [ ] One\n  - [ ] Half\n- [x] Two\n\n## Dev Agent Record\n\n### File List\n";
  expect(countTasks(text)).toBe(3);
  expect(tickTasks(text, 2)).toContain("- [x] One\n  - [x] Half\n- [ ] Two\n");
  const once = listFiles(text, [
    { path: "a.js", why: "one" },
    { path: "a.js", why: "two" },
  ]);
  expect(once).toMatch(/### File List\n\n- a.js: two\n$/);
  expect(listFiles(once, [{ path: "a.js", why: "again" }])).toBe(once);
  expect(listFiles(once, [{ path: "b.js", why: "more" }])).toMatch(/- a.js: two\n- b.js: more\n$/);
});

test("the tests of a story are really run", async () => {
  writeFileSync(
    join(folder, "some.test.mjs"),
    'import { test } from "node:test";\ntest("good", () => {});\ntest("bad", () => { throw new Error("x"); });\n',
  );
  expect(await failedTests([join(folder, "some.test.mjs")])).toContain("bad");
});

test("what the agent says is understood as events, with tokens that are never none", async () => {
  const lines: string[] = [];
  const voice = createVoice((line) => lines.push(line.trimEnd()), 0, 1);
  voice.session("demo-1");
  await voice.say("hello");
  await voice.use("Run", "node --test", async () => false);
  voice.finish("QUESTION: which?");
  const parser = createCommandParser();
  const events = lines.flatMap((line) => parser.line(line));
  expect(events.map(({ t }) => t)).toEqual(["session", "text", "tool-start", "tool-end", "usage", "finished"]);
  expect(events[3]).toMatchObject({ ok: false });
  const { end, session, usage } = parser.end({ status: 0 });
  expect(end).toEqual({ kind: "question", question: "which?" });
  expect(session).toBe("demo-1");
  expect(usage.inputTokens).toBeGreaterThan(0);
});
