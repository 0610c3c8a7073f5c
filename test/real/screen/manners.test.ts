import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startControlServer } from "../../../src/core/control/server.ts";
import { TestLead } from "../../app/screen/support.ts";
import { Project, STORYBOARD } from "../../support/project.ts";
import { eventually, gate, open, reached, script, statusOf, writePlain } from "../../support/steering.ts";
import { endProject, leadPid, type TerminalOptions, TestTerminal } from "../../support/terminal.ts";

let project: Project;
let terminals: TestTerminal[];
beforeEach(() => {
  project = new Project();
  terminals = [];
});
afterEach(() => {
  for (const terminal of terminals) terminal.close();
  endProject(project);
});

const terminal = (args: readonly string[], options: TerminalOptions = {}): TestTerminal => {
  const opened = new TestTerminal(project, args, options);
  terminals.push(opened);
  return opened;
};

/** A run with one agent that waits, and its screen. */
const running = async (options: TerminalOptions = {}): Promise<TestTerminal> => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  const screen = terminal(["run", "--fresh"], options);
  await reached(project, "a");
  await screen.shows("RUNNING");
  return screen;
};

/** Whether a process runs; one that has ended and was not asked for is a zombie. */
const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

const isGivenBack = (screen: TestTerminal): void => {
  expect(screen.isAlternate).toBe(false);
  expect(screen.showsCursor).toBe(true);
  expect(screen.written).toContain("\u001b[?7l");
  expect(screen.written.lastIndexOf("\u001b[?7h")).toBeGreaterThan(screen.written.lastIndexOf("\u001b[?7l"));
};

/** The colours that were asked for, as the numbers of their escape codes. */
const coloursIn = (written: string): string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
  const codes = [...written.matchAll(/\u001b\[([\d;]*)m/g)].map(([, code = ""]) => code);
  return [
    ...new Set(codes.filter((code) => /^(?:[34]\d|9\d|10\d)(?:;|$)/.test(code) && code !== "39" && code !== "49")),
  ];
};

test.each([
  ["NO_COLOR", { NO_COLOR: "1" }, []],
  ["a terminal of 16 colours", { TERM: "xterm" }, ["32", "33", "35", "36"]],
  ["a terminal of 256 colours", { TERM: "xterm-256color" }, ["32", "33", "35", "36"]],
])("with %s the screen uses no other colours, and says the same", async (_, environment, colours) => {
  const screen = await running({ environment });
  await screen.shows("BUILD");
  screen.press("x");
  await screen.shows("Cancel a?");
  expect(colours).toEqual(expect.arrayContaining(coloursIn(screen.written)));
  if (colours.length > 0) expect(coloursIn(screen.written)).not.toEqual([]);
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)("%s ends the screen, gives the terminal back, and leaves the run alone", async (signal, status) => {
  const screen = await running();
  screen.signal(signal);
  expect(await screen.exit()).toBe(status);
  isGivenBack(screen);
  expect(await statusOf(project)).toMatchObject({ state: "running" });
});

test("q gives the terminal back, in the mode in which it was", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const screen = terminal([], {
    command: ["sh", "-c", `stty -a > ../before; "${STORYBOARD}"; stty -a > ../after; echo "back $?"`],
  });
  await screen.shows("Start 1 story?");
  screen.press("q");
  await screen.shows("back 0");
  isGivenBack(screen);
  expect(project.read("../after")).toBe(project.read("../before"));
});

test("a bug of ours ends with its words on the normal screen", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const lead = new TestLead(["a"]);
  try {
    const server = await startControlServer({ directory: join(project.path, ".storyboard"), ...lead.host });
    lead.give({ type: "started" });
    const screen = terminal(["watch"]);
    await screen.shows("RUNNING");
    server.publish({ seq: lead.run.journal.length + 1, at: 1, event: { type: "no such event", story: "a" } });
    expect(await screen.exit()).toBe(70);
    isGivenBack(screen);
    expect(screen.history()).toContain("storyboard: this is a bug");
    await server.close("");
  } finally {
    lead.remove();
  }
});

test("when the program that started it dies, the terminal is given back and the run goes on", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  // The one in the middle dies; the terminal itself stays.
  const middle = 'echo $$ > ../middle; "$PROGRAM" run --fresh; true';
  const screen = terminal([], {
    command: ["sh", "-c", `sh -c '${middle}'; sleep 600`],
    environment: { PROGRAM: STORYBOARD },
  });
  await reached(project, "a");
  await screen.shows("RUNNING");
  process.kill(Number(project.read("../middle")), "SIGKILL");
  await screen.until("the normal screen", () => !screen.isAlternate);
  isGivenBack(screen);
  expect(await statusOf(project)).toMatchObject({ state: "running" });
});

test("a storm of resizes leaves one clean frame of the last size", async () => {
  const screen = await running();
  for (let i = 0; i < 60; i++) {
    screen.resize(20 + ((i * 37) % 180), 5 + ((i * 13) % 45));
    await sleep(5);
  }
  for (const [columns, rows] of [
    [200, 50],
    [50, 20],
    [20, 5],
    [120, 40],
  ] as const) {
    screen.resize(columns, rows);
    const text = await screen.until(`a frame of ${columns}x${rows}`, (shown) => {
      const lines = shown.split("\n");
      return shown.split("RUNNING").length === 2 && (columns < 80 || (lines.at(-1)?.includes("quit") ?? false));
    });
    expect(text.split("\n")).toHaveLength(rows);
  }
});

test("a terminal that nobody reads delays the run by nothing, and catches up when it is read again", async () => {
  const keys = Array.from({ length: 6 }, (_, i) => `s${i}`);
  writePlain(
    project,
    keys.map((key) => `{ key: ${key}, prompt: x }`),
    "pipeline: build\nmax_workers: 2\n",
  );
  script(project, "BUILD", `seq 1 3000; build`);
  script(project, "s0", `${gate("s0")}; build`);
  const screen = terminal(["run", "--fresh"], { columns: 200, rows: 50 });
  await reached(project, "s0");
  const other = terminal(["watch"], { columns: 200, rows: 50 });
  await other.shows("RUNNING");
  screen.pause();
  other.pause();
  await eventually("all others to end", async () => (await statusOf(project)).counts.done === 5);
  // Nor does such a terminal hold up the screen itself: it hears signals, and ends though nobody reads its last words.
  other.signal("SIGTERM");
  await eventually("the end of the stalled screen", () => !isRunning(other.pid));
  screen.resume();
  await screen.shows("5/6 done");
  screen.press("q", "q");
  expect(await screen.exit()).toBe(0);
});

test("silent agents: nothing is written but the clock, once a second", async () => {
  const screen = await running();
  await screen.until("the first minute's clock", (text) => /00:00:0[2-9]/.test(text));
  const before = screen.written.length;
  const clocks = new Set<string>();
  const startMs = Date.now();
  await screen.until("three seconds on", (text) => {
    clocks.add(/00:00:\d\d/.exec(text)?.[0] ?? "");
    return clocks.size > 3;
  });
  const seconds = (Date.now() - startMs) / 1000;
  // A frame of changed cells is some 100 bytes; the whole screen would be thousands.
  expect((screen.written.length - before) / seconds).toBeLessThan(1_500);
});

test("ctrl-c asks as q does; twice leaves the run alone", async () => {
  const screen = await running();
  screen.press("\u0003");
  await screen.shows("leave it running");
  screen.press("\u0003");
  expect(await screen.exit()).toBe(0);
  expect(await statusOf(project)).toMatchObject({ state: "running" });
  expect(leadPid(project)).toBeDefined();
  open(project, "a");
});

test("titles in which letters join stay in their places", async () => {
  const titles = [
    "क्षि हिन्दी क्षत्रिय विज्ञान",
    "ဗမာစာ မြန်မာ",
    "தமிழ் எழுத்து",
    "ภาษาไทย ที่นี่",
    "한국어 문서",
    "日本語の請求書",
  ];
  const stories = titles.map((title, i) => `{ key: s${i}, title: "${title}", prompt: x }`);
  writePlain(project, stories, "pipeline: build\nmax_workers: 2\n");
  for (const key of ["s0", "s1"]) script(project, key, `${gate(key)}; build`);
  const screen = terminal(["run", "--fresh"], { columns: 120, rows: 30 });
  await reached(project, "s1");
  await screen.shows("RUNNING");
  // Clocks go on behind the titles, and marks move before them.
  for (const key of "jjjjkkk") {
    screen.press(key);
    await sleep(250);
  }
  const text = await screen.until("the clocks of both", (shown) => /0[1-9] │/.test(shown));
  const top = text.split("\n").findIndex((row) => row.startsWith("╭ Stories"));
  for (const [i, title] of titles.entries()) {
    const row = top + 1 + i;
    expect(screen.rows()[row], text).toContain(`s${i}    ${title}`);
    expect([screen.cell(row, 0), screen.cell(row, 119)], text).toEqual(["│", "│"]);
    if (i < 2) expect(screen.rows()[row], text).toMatch(/BUILD {5}[^\d:]+ \d\d:\d\d │$/);
  }
});
