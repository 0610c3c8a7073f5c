import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { askGate } from "../../../src/core/engine/performers/ask-gate.ts";
import { redWithout } from "../../../src/core/engine/performers/attribute-gate.ts";
import { runChecksOfStory, undoLeftChecks } from "../../../src/core/engine/performers/run-checks.ts";
import type { World } from "../../../src/core/engine/performers/world.ts";
import type { GateOutcome } from "../../../src/core/evidence/evidence.ts";
import type { GateRunner } from "../../../src/core/evidence/gate-runner.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { commit, makeRepository, read, run, temporaryFolder, write } from "../workspace/repository.ts";

const { signal } = new AbortController();
const GATE = { name: "test", run: "true", cwd: ".", timeoutMs: 1, foundIn: "" };
const ended = (more: Partial<GateOutcome> = {}): GateOutcome => ({
  name: "test",
  ok: true,
  cached: false,
  durationMs: 1,
  tail: ["printed"],
  output: "/none",
  ...more,
});

/** As much of a run as gates ask for. */
const worldAt = (root: string, gates: Partial<GateRunner>, more: object = {}): World =>
  ({
    run: {
      run: "r",
      project: root,
      target: { commit: run(root, "rev-parse", "HEAD") },
      config: configSchema.parse({ isolation: "shared", gates: { coordinator: "on" } }),
      gates: [{ name: "test", run: "true", cwd: "", paths: [], minutes: 1 }],
      policy: { maxWorkers: 2 },
    },
    runDirectory: join(temporaryFolder(), "run"),
    repository: { root, commonDirectory: join(root, ".git"), prefix: "" },
    gates,
    places: new Map(),
    stories: new Map(),
    now: Date.now,
    mask: (text: string) => text,
    feed: () => {},
    ...more,
  }) as unknown as World;

describe("a gate that is red on a merged tree", () => {
  const without = async (outcome: Partial<GateOutcome>) => {
    const root = makeRepository();
    const world = worldAt(root, { request: async () => ended(outcome) });
    const place = { path: root, projectPath: root, branch: "main" };
    return await redWithout(world, place, GATE, run(root, "rev-parse", "HEAD"), signal);
  };

  test("is excused by one that fails without the story", async () => {
    expect(await without({ ok: false })).toBe("the gate test is red without this story, too");
    expect(await without({ ok: true })).toBeUndefined();
  });

  test("is not excused by one that was cut: that says nothing", async () => {
    expect(await without({ ok: false, cut: "it took longer than 5 minutes", timedOut: true })).toBeUndefined();
    expect(await without({ ok: false, cut: "it was stopped" })).toBeUndefined();
  });
});

describe("a gate that somebody asks for", () => {
  const asked = async (gates: Partial<GateRunner>, tell = () => {}) => {
    const root = makeRepository();
    const request = async (): Promise<GateOutcome> => {
      await pause(20);
      return ended();
    };
    const world = worldAt(root, { request, stage: () => ({ kind: "queued", ahead: 1 }), ...gates });
    return await askGate(world, { gate: "test", folder: root }, signal, tell);
  };
  const fail = (): never => {
    throw new Error("nobody listens");
  };

  test("is answered although its progress could not be told", async () => {
    const answer = { kind: "reports", reports: [{ name: "test", status: "PASS", tail: ["printed"] }] };
    expect(await asked({})).toMatchObject(answer);
    expect(await asked({}, fail)).toMatchObject(answer);
    expect(await asked({ stage: fail })).toMatchObject(answer);
  });
});

describe("what checks left in a worktree when their lead went away", () => {
  const prepared = (text: string) => {
    const root = makeRepository({ "a.txt": "a\n" });
    const world = worldAt(root, {});
    const file = join(world.runDirectory, "jobs", "checks.1-2.before.json");
    mkdirSync(join(world.runDirectory, "jobs"), { recursive: true });
    writeFileSync(file, text.replace("HEAD", run(root, "rev-parse", "HEAD")).replace("TREE", run(root, "write-tree")));
    write(root, { "a.txt": "changed by a check\n" });
    return { root, world, file };
  };
  const WHOLE = '{"head":"HEAD","branch":"main","tree":"TREE"}';

  test("is undone, once", async () => {
    const { root, world, file } = prepared(WHOLE);
    await undoLeftChecks(world, "1-2", root);
    expect([read(root, "a.txt"), existsSync(file)]).toEqual(["a\n", false]);
    await undoLeftChecks(world, "1-2", root);
  });

  test.each([
    "",
    WHOLE.slice(0, 20),
    "null",
    "[]",
    '{"head":"HEAD"}',
    '{"head":"HEAD","tree":"--exec=x"}',
    '{"head":"HEAD","tree":"TREE","branch":1}',
  ])("is left where it was not written down whole: %j", async (text) => {
    const { root, world, file } = prepared(text);
    await undoLeftChecks(world, "1-2", root);
    expect([read(root, "a.txt"), existsSync(file)]).toEqual(["changed by a check\n", false]);
  });

  test("is left where a pipe or a folder took its place", async () => {
    for (const make of ["mkfifo", "mkdir"]) {
      const { root, world, file } = prepared("");
      execFileSync("rm", [file]);
      execFileSync(make, [file]);
      await undoLeftChecks(world, "1-2", root);
      expect(existsSync(file)).toBe(false);
    }
  });

  test("is known while they run, and forgotten at their end", async () => {
    const root = makeRepository();
    const seen: string[] = [];
    const request = async (): Promise<GateOutcome> => {
      seen.push(read(world.runDirectory, "jobs/checks.1-2.before.json"));
      write(root, { "a.txt": "by the check\n" });
      return ended();
    };
    const world = worldAt(root, { request });
    commit(root, "work", { "b.txt": "more\n" });
    const copy = { path: root, projectPath: root };
    await runChecksOfStory(world, "1-2", [{ line: "make it", cwd: "." }], copy, signal);
    expect(JSON.parse(seen[0] ?? "")).toMatchObject({ head: run(root, "rev-parse", "HEAD"), branch: "main" });
    expect(read(root, "a.txt")).toBe("a\n");
    expect(existsSync(join(world.runDirectory, "jobs/checks.1-2.before.json"))).toBe(false);
  });
});
