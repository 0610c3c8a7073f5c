import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gateCommand, gateCommandsOf } from "../../../src/core/agents/gate-command.ts";
import { reportOf } from "../../../src/core/engine/performers/ask-gate.ts";
import { coordinatesGates } from "../../../src/core/engine/performers/coordinator.ts";
import { outputWatch } from "../../../src/core/engine/performers/output-watch.ts";
import type { RunFile } from "../../../src/core/engine/run-file.ts";
import { shownOutput } from "../../../src/core/evidence/gate-output.ts";
import { createGateRunner, type GateRequest, type GateRun } from "../../../src/core/evidence/gate-runner.ts";
import { wantedGates } from "../../../src/core/evidence/wanted-gates.ts";

const folder = mkdtempSync(join(tmpdir(), "storyboard-gates-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const same = (text: string): string => text;
const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join("");

describe("which gates a word means", () => {
  const names = ["typecheck", "lint", "test"];
  test.each([
    ["test", { kind: "one", name: "test" }],
    ["type-check", { kind: "one", name: "typecheck" }],
    ["Lint", { kind: "one", name: "lint" }],
    ["full", { kind: "all" }],
    ["full-gate", { kind: "all" }],
    ["all", { kind: "all" }],
  ])("%s", (word, meant) => expect(wantedGates(word, names)).toEqual(meant));

  test("an unknown one is told the nearest and all; related tests are told what to do instead", () => {
    expect(wantedGates("tets", names)).toMatchObject({
      kind: "none",
      message: 'There is no gate "tets". Did you mean test?',
      steps: ["The gates are: typecheck, lint, test; and full for all that apply."],
    });
    expect(wantedGates("test-related", names)).toMatchObject({ kind: "none", message: /takes none/ });
    expect(wantedGates("test", [])).toMatchObject({ kind: "none", message: "This project has no gates." });
  });

  test("a gate's own name wins, and one that could be two is none", () => {
    expect(wantedGates("full", ["full", "test"])).toEqual({ kind: "one", name: "full" });
    expect(wantedGates("typecheck", ["type-check", "type_check"])).toMatchObject({ kind: "none" });
  });
});

describe("what is shown of an output", () => {
  const shown = (text: string) => {
    writeFileSync(join(folder, "out"), text);
    return shownOutput(join(folder, "out"), same);
  };

  test("up to 100 lines are shown whole; a longer one without its middle", async () => {
    expect(await shown("")).toEqual([]);
    expect(await shown(numbered(100))).toHaveLength(100);
    const long = (await shown(numbered(101))) ?? [];
    expect(long).toHaveLength(71);
    expect(long.slice(19, 22)).toEqual(["line 20", "... (31 lines truncated) ...", "line 52"]);
    const longer = (await shown(numbered(100_000))) ?? [];
    expect(longer.slice(19, 22)).toEqual(["line 20", "... (99930 lines truncated) ...", "line 99951"]);
    expect(longer.slice(-1)).toEqual(["line 100000"]);
  });

  test("a last line without an end counts, a long one is cut, a missing file is none", async () => {
    expect(await shown("a\nb")).toEqual(["a", "b"]);
    const [line, ...others] = (await shown("x".repeat(3_000_000))) ?? [];
    expect([line?.length, others]).toEqual([2_000, []]);
    expect(await shown(`a\n${"x".repeat(3_000_000)}\nb`)).toEqual(["a", "x".repeat(2_000), "b"]);
    expect(await shownOutput(join(folder, "none"), same)).toBeUndefined();
  });

  test("the two ends of one that no memory holds are shown, and a pipe is none", async () => {
    const file = join(folder, "huge");
    writeFileSync(file, "first\n".repeat(30));
    truncateSync(file, 10 * 2 ** 30);
    writeFileSync(file, "\nlast\n", { flag: "a" });
    const lines = (await shownOutput(file, same)) ?? [];
    expect([lines.length, lines[0], lines[19], lines.at(-1)]).toEqual([22, "first", "first", "last"]);
    expect(lines[20]).toBe("... (more than 11 lines truncated) ...");
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(await shownOutput(join(folder, "pipe"), same)).toBeUndefined();
    expect(outputWatch(same).newLines(join(folder, "pipe"))).toEqual([]);
  });

  test("whoever watches gets whole lines once, the last ones where they come fast", () => {
    const file = join(folder, "growing");
    const watch = outputWatch(same);
    expect(watch.newLines(file)).toEqual([]);
    writeFileSync(file, "a\nb\nhal");
    expect(watch.newLines(file)).toEqual(["a", "b"]);
    writeFileSync(file, "f\n", { flag: "a" });
    expect(watch.newLines(file)).toEqual(["half"]);
    expect(watch.newLines(file)).toEqual([]);
    writeFileSync(file, `${numbered(50_000)}`, { flag: "a" });
    const last = watch.newLines(file);
    expect([last.length, last.at(-1)]).toEqual([40, "line 50000"]);
  });

  test("one look reads the end of what is new, and no more", () => {
    const file = join(folder, "flood");
    const watch = outputWatch(same);
    writeFileSync(file, `early\n${"x".repeat(70_000)}`);
    expect(watch.newLines(file)).toEqual([]);
    writeFileSync(file, "x\nnext\nhalf", { flag: "a" });
    expect(watch.newLines(file)).toEqual(["next"]);
    writeFileSync(file, " done\n", { flag: "a" });
    expect(watch.newLines(file)).toEqual(["half done"]);
    truncateSync(file, 10 * 2 ** 30);
    writeFileSync(file, "\nlast\n", { flag: "a" });
    expect(watch.newLines(file)).toEqual(["last"]);
    rmSync(file);
    expect(watch.newLines(file)).toEqual([]);
    expect(outputWatch(same).newLines(folder)).toEqual([]);
  });
});

describe("a gate on files that somebody may be changing", () => {
  const request = (more: Partial<GateRequest> = {}): GateRequest => ({
    name: "test",
    key: "k",
    run: "true",
    cwd: "/a",
    timeoutMs: 1,
    isSettled: async () => true,
    ...more,
  });
  const runnerOf = (parallel = 1) => {
    const stored = new Map<string, unknown>();
    const ends: ((run: GateRun) => void)[] = [];
    const runner = createGateRunner({
      parallel,
      cache: {
        get: async (key) => stored.get(key) as never,
        set: async (key, value) => void stored.set(key, value),
      },
      run: (_, __, onOutput) => {
        onOutput("/out");
        return new Promise((resolve) => void ends.push(resolve));
      },
    });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const pass: GateRun = { kind: "ended", ok: true, durationMs: 1, tail: [], output: "/o" };
    return { runner, stored, ends, settle, pass };
  };

  test("is kept where they are as they were, and is nobody else's where they are not", async () => {
    const { runner, stored, ends, settle, pass } = runnerOf();
    const changed = runner.request(request({ isSettled: async () => false }));
    await settle();
    ends[0]!(pass);
    expect(await changed).toMatchObject({ ok: true, unsettled: true });
    expect(stored.size).toBe(0);
    const lost = runner.request(request({ isSettled: () => Promise.reject(new Error("no such folder")) }));
    await settle();
    ends[1]!(pass);
    expect(await lost).toMatchObject({ unsettled: true });
    const kept = runner.request(request());
    await settle();
    ends[2]!(pass);
    expect((await kept).unsettled).toBeUndefined();
    expect(stored.size).toBe(1);
  });

  test("is shared in one folder alone; an equal one elsewhere waits and finds the result kept", async () => {
    const { runner, ends, settle, pass } = runnerOf();
    const asked = [
      runner.request(request({ by: "1-1" })),
      runner.request(request({ by: "1-1" })),
      runner.request(request({ cwd: "/b", by: "1-2" })),
    ];
    await settle();
    expect(runner.stage(request({ cwd: "/b" }))).toEqual({ kind: "queued", ahead: 0 });
    expect(runner.stage(request())).toEqual({ kind: "running", output: "/out" });
    expect(ends).toHaveLength(1);
    ends[0]!(pass);
    const [one, two, three] = await Promise.all(asked);
    expect([one?.cached, two?.requestedBy, three?.cached, three?.requestedBy]).toEqual([false, ["1-1"], true, ["1-2"]]);
    expect(ends).toHaveLength(1);
    await settle();
    expect(runner.stage(request())).toBeUndefined();
  });

  test("says its place in the line", async () => {
    const { runner, ends, settle, pass } = runnerOf();
    const all = ["a", "b", "c"].map((key) => runner.request(request({ key })));
    await settle();
    expect(["a", "b", "c"].map((key) => runner.stage(request({ key })))).toEqual([
      { kind: "running", output: "/out" },
      { kind: "queued", ahead: 0 },
      { kind: "queued", ahead: 1 },
    ]);
    for (let n = 0; n < 3; n++) {
      await settle();
      ends[n]!(pass);
      await settle();
    }
    await Promise.all(all);
  });
});

test("a gate that took too long has failed, one that was stopped says nothing", async () => {
  const outcome = { name: "test", ok: false, cached: false, durationMs: 1.4, tail: ["t"], output: "/none" };
  expect(await reportOf({ ...outcome, cut: "it took longer than 5 minutes", timedOut: true }, same)).toMatchObject({
    status: "FAIL",
    tail: ["TIMEOUT: it took longer than 5 minutes", "t"],
  });
  expect(await reportOf({ ...outcome, cut: "it was stopped" }, same)).toMatchObject({
    status: "CUT",
    note: "it was stopped",
  });
  expect(await reportOf({ ...outcome, ok: true, unsettled: true }, same)).toMatchObject({
    status: "PASS",
    duration_ms: 1,
    requested_by: [],
    note: expect.stringContaining("not kept"),
  });
});

test("gates are coordinated from two workers on, or as the configuration says", () => {
  const run = (coordinator: "auto" | "on" | "off", maxWorkers: number) =>
    coordinatesGates({ config: { gates: { coordinator } }, policy: { maxWorkers } } as unknown as RunFile);
  expect([run("auto", 1), run("auto", 2), run("on", 1), run("off", 9)]).toEqual([false, true, true, false]);
});

test("the line by which an agent asks is one that a shell reads as it is meant", () => {
  expect(gateCommand("/opt/sb/bin/storyboard", "test")).toBe("/opt/sb/bin/storyboard gate test");
  expect(gateCommand("/my tools/it's", "a b")).toBe("'/my tools/it'\\''s' gate 'a b'");
  expect(gateCommandsOf("/sb", [])).toEqual([]);
  expect(gateCommandsOf("/sb", ["test"])).toEqual(["/sb gate test", "/sb gate full"]);
});
