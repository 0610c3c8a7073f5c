import { expect, test } from "vitest";
import { startLines } from "../../../src/app/headless/start-block.ts";
import type { RunFile } from "../../../src/core/engine/run-file.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { policy, story } from "../../support/run.ts";

/** A run file with all that the start block reads. */
const runFile = (more: Partial<RunFile> = {}): RunFile => {
  const run: Partial<RunFile> = {
    run: "r1",
    startedAtMs: 0,
    project: "/p",
    projectName: "billing-app",
    config: configSchema.parse({ agents: { builder: { cli: "claude" }, reviewer: { cli: "codex" } } }),
    policy: policy({ runUsdMax: 20 }),
    stories: [story("36-1-a"), story("36-2-b", ["36-1-a"])],
    source: "bmad",
    gates: [],
    setup: { clone: ["node_modules"], copy: [], carried: [], dependencies: [] },
    target: { branch: "main", commit: "0123456789" },
    integration: "storyboard/r1",
    worktreeRoot: "/w",
    notes: ["2 files with uncommitted changes"],
  };
  return { ...run, ...more } as RunFile;
};

test("the start block says what will run, in which order, by whom, onto which branch, with which gates and limits", () => {
  const text = startLines(runFile()).join("\n");
  expect(text).toContain("billing-app: 2 stories, run r1");
  expect(text).toContain("  36-2  Story 36-2-b  (after 36-1)");
  expect(text).toContain("  Builder: builder (claude, the program's own default model)");
  expect(text).toContain("  Reviewer: reviewer (codex, the program's own default model)");
  expect(text).toContain("  Target: main at 0123456");
  expect(text).toContain("  Gates: none");
  expect(text).toContain("  Set-up: clones node_modules");
  expect(text).toContain("a turn 120 min, a story 20 turns, the run $20");
  expect(text).toContain("  Note: 2 files with uncommitted changes");
});

test("gates are named with where they were found, and no budget is said", () => {
  const gate = { name: "test", run: "npm test", cwd: "", paths: [], minutes: 30, foundIn: "package.json scripts.test" };
  const text = startLines(runFile({ gates: [gate], policy: policy() })).join("\n");
  expect(text).toContain("  Gate test: npm test  (package.json scripts.test)");
  expect(text).toContain(", no budget");
});

test("who takes over at a usage limit is said before the start", () => {
  const { builder, reviewer } = policy().agents;
  const agents = { builder: { ...builder, fallback: [reviewer] }, reviewer };
  const text = startLines(runFile({ policy: policy({ agents }) })).join("\n");
  expect(text).toContain(
    "  Builder: builder (claude, the program's own default model); at its limit: reviewer (codex, the program's own default model)\n",
  );
});
