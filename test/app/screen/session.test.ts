import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LeadSnapshot } from "../../../src/app/lead/snapshot.ts";
import { openRunWindow } from "../../../src/app/screen/run-window.ts";
import { ScreenSession, type SessionPorts } from "../../../src/app/screen/session.ts";
import { createControlPair } from "../../../src/core/control/memory-pair.ts";
import type { FeedLine } from "../../../src/core/engine/feed.ts";
import type { JournaledEvent, QuestionKind } from "../../../src/core/scheduler/events.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";
import { eventually } from "../../support/steering.ts";
import { TestLead } from "./support.ts";

const SIZE = { columns: 100, rows: 30 };

let lead: TestLead;
let session: ScreenSession;
let close: (reason: string) => Promise<void>;
let commands: Command[];
const done = {
  leave: vi.fn(),
  attach: vi.fn(async () => ""),
  keep: vi.fn(),
  ended: vi.fn(),
  start: vi.fn(),
  resume: vi.fn(),
  plan: vi.fn(),
  planned: vi.fn(),
};

beforeEach(async () => {
  for (const each of Object.values(done)) each.mockReset();
  lead = new TestLead(["a", "b", "c"]);
  commands = [];
  const pair = createControlPair<LeadSnapshot, JournaledEvent, FeedLine>({
    ...lead.host,
    onCommand: (command) => {
      commands.push(command);
      return lead.host.onCommand(command);
    },
  });
  lead.server = pair.server;
  close = (reason) => pair.server.close(reason);
  lead.give({ type: "started" });
  const window = await openRunWindow(await pair.connect());
  if (window === undefined) throw new Error("no window");
  const ports: SessionPorts = { ...done, size: () => SIZE, whenReadable: () => undefined, now: Date.now };
  session = new ScreenSession(window, { view: "dashboard" }, ports);
});
afterEach(() => {
  session.close();
  lead.remove();
});

const press = (...keys: string[]): void => {
  for (const name of keys) session.press({ name, text: name.length === 1 ? name : "" });
};
const versions = (): number => session.store.getState().version;
const heard = (lines: number): Promise<unknown> => eventually("the feed", () => session.window.feed.end >= lines);

test("thousands of feed lines are a few frames, and none at all where the feed is not in sight", async () => {
  await heard(0);
  const before = versions();
  const startMs = Date.now();
  for (let i = 0; i < 5_000; i++) lead.say("a", `line ${i}`);
  await heard(5_000);
  const seconds = (Date.now() - startMs) / 1000;
  // One at once, ten a second, and the clock's own.
  expect(versions() - before).toBeLessThanOrEqual(2 + 11 * Math.ceil(seconds));
  press("?");
  await eventually("the last frame of the dashboard", () => session.view.view === "help");
  await eventually("quiet", async () => {
    const now = versions();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return versions() - now <= 1;
  });
  const quiet = versions();
  for (let i = 0; i < 1_000; i++) lead.say("a", `line ${i}`);
  await heard(6_000);
  expect(versions() - quiet).toBeLessThanOrEqual(2);
});

test("keys reach the lead as commands; what does not apply is said and not sent", async () => {
  press("p");
  await eventually("the pause", () => session.window.state.paused);
  press("j", "r");
  expect(session.view.message?.text).toBe("r: b is running");
  press("+", "+");
  await eventually("five workers", () => session.window.state.maxWorkers === 5);
  press("x", "q");
  expect(session.view).toMatchObject({ view: "dashboard", message: { text: "Nothing was done" } });
  expect(commands.map(({ type }) => type)).toEqual(["pause", "workers", "workers"]);
});

test("what is typed is text, not keys; escape takes it back", async () => {
  press("/", "q", "p", "esc");
  expect(session.view).toMatchObject({ view: "dashboard", storyFilter: "", prompt: undefined });
  press("/", "b", "enter");
  expect(session.view.storyFilter).toBe("b");
  press("tab", "/", "x", "enter");
  expect(session.view.feedFilter.text).toBe("x");
  session.paste("p");
  expect(commands).toEqual([]);
});

test("a lead that is gone too early is lost; its run is resumed by one key", async () => {
  await close("the lead has left");
  await eventually("the loss", () => session.view.view === "lost");
  expect(session.frame(SIZE).page?.title).toContain("lead");
  press("r");
  expect(done.resume).toHaveBeenCalledTimes(1);
  press("esc", "p");
  expect(session.view.message?.text).toContain("the lead of this run is lost");
  press("q");
  expect(session.view.view).toBe("lost");
  press("q");
  expect(done.leave).toHaveBeenCalledTimes(1);
});

test("a run that ends by itself shows its summary; one that was stopped leaves the screen", async () => {
  while (lead.endOne());
  await close("all stories are done");
  await eventually("the summary", () => session.view.view === "summary");
  expect(done.ended).toHaveBeenCalledTimes(1);
  expect(done.leave).not.toHaveBeenCalled();
  press("enter");
  expect(done.plan).toHaveBeenCalledWith(false);
});

test("stop and save leaves once the run has ended, not before", async () => {
  press("q", "s");
  await eventually("the stop", () => lead.run.state.stopping !== undefined);
  expect(session.view.waitsFor).toContain("stopping");
  expect(done.leave).not.toHaveBeenCalled();
  while (lead.endOne());
  await close("asked for");
  await eventually("leaving", () => done.leave.mock.calls.length === 1);
});

test("an answer to an ended run is kept for a lead that goes on with it", async () => {
  press("g", "x", "y");
  await eventually("the cancel", () => commands.length === 1);
  while (lead.endOne());
  await close("ended");
  await eventually("the summary", () => session.view.view === "summary");
  press("esc", "r");
  expect(done.keep).toHaveBeenCalledWith({ type: "retry", story: "a" });
});

const KINDS: readonly (readonly [QuestionKind, Command | undefined])[] = [
  ["question", undefined],
  ["blocker", undefined],
  ["plan", { type: "approve", story: "a" }],
  ["review", { type: "approve", story: "a" }],
  ["conflict", { type: "approve", story: "a" }],
  ["environment", { type: "answer", story: "a", text: "go on" }],
  ["attached", { type: "answer", story: "a", text: "go on" }],
];

test.each(KINDS)("in the inbox a says yes to a %s where a yes is an answer", (kind, command) => {
  park(kind);
  press("i", "a");
  expect(commands).toEqual(command === undefined ? [] : [command]);
  if (command === undefined) expect(session.view.message?.text).toMatch(/answer in words/);
  else expect(session.view.view).toBe("dashboard");
});

test("a person's own part is asked about before it is confirmed, and takes no other answer", () => {
  park("operator");
  press("i", "enter");
  expect(session.view.message?.text).toMatch(/a confirms/);
  press("a", "n");
  expect(commands).toEqual([]);
  press("a", "y");
  expect(commands).toEqual([{ type: "confirm", story: "a" }]);
});

test("red gates are decided in the inbox alone, and nothing else there is", async () => {
  park("question");
  press("i", "w", "v", "x");
  expect(commands).toEqual([]);
  expect(session.view.view).toBe("inbox");
  evolve(session.window.state, {
    seq: 0,
    at: 0,
    event: {
      type: "baseline.asked",
      question: { kind: "baseline", text: "red", red: [{ name: "test", tail: ["1"] }] },
    },
  });
  press("v");
  expect(session.view.view).toBe("red-gates");
  press("esc");
  expect(session.view.view).toBe("inbox");
  press("x", "n");
  expect(commands).toEqual([]);
  press("w");
  expect(commands).toEqual([{ type: "decide-baseline", choice: "without" }]);
  press("i", "x", "y", "i", "a");
  await eventually("all commands", () => commands.length === 3);
  expect(commands.slice(1)).toEqual([
    { type: "decide-baseline", choice: "quit" },
    { type: "decide-baseline", choice: "accept" },
  ]);
});

/** The story `a` waits with a question of that kind, as far as this screen knows. */
const park = (kind: QuestionKind): void => {
  const next = { phase: "BUILD", prompt: { kind: "start" }, fresh: false, salvage: false } as const;
  const event = { type: "story.parked", story: "a", question: { kind, text: "?" }, next } as const;
  evolve(session.window.state, { seq: 0, at: 0, event });
};
