import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectLead } from "../../../src/app/lead/connect-lead.ts";
import type { LeadSnapshot } from "../../../src/app/lead/snapshot.ts";
import { openRunWindow, type RunWindow } from "../../../src/app/screen/run-window.ts";
import { createControlPair } from "../../../src/core/control/memory-pair.ts";
import { startControlServer } from "../../../src/core/control/server.ts";
import type { FeedLine } from "../../../src/core/engine/feed.ts";
import { countsOf } from "../../../src/core/scheduler/counts.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";
import { snapshot } from "../../support/state-snapshot.ts";
import { eventually } from "../../support/steering.ts";
import { TestLead } from "./support.ts";

let lead: TestLead;
beforeEach(() => {
  lead = new TestLead(["a", "b", "c", "d"]);
});
afterEach(() => lead.remove());

const pairOf = () => {
  const pair = createControlPair<LeadSnapshot, JournaledEvent, FeedLine>(lead.host);
  lead.server = pair.server;
  return pair;
};

const opened = async (window: Promise<RunWindow | undefined>): Promise<RunWindow> => {
  const found = await window;
  if (found === undefined) throw new Error("no window");
  return found;
};

/** Waits until the window is as far as the lead, and compares all of the two states. */
const agree = async (window: RunWindow): Promise<void> => {
  await eventually("the window to be as far as the lead", () => window.eventCount === lead.run.journal.length);
  expect(snapshot(window.state)).toEqual(snapshot(lead.run.state));
};

test("a window opened in the middle of a run shows the lead's own state, and goes on with it", async () => {
  lead.give({ type: "started" });
  for (let i = 0; i < 3; i++) lead.endOne();
  const pair = pairOf();
  const window = await opened(openRunWindow(await pair.connect()));
  expect(window.lead).toBe("alive");
  await agree(window);
  while (lead.endOne()) await agree(window);
  expect(countsOf(window.state)).toMatchObject({ total: 4, done: 4 });
  await pair.server.close("all stories are done");
  await eventually("the end", () => window.lead === "ended");
  expect(window.records.of("a").attempts).toHaveLength(1);
});

test("what a client missed is read from the run's folder, in order and once", async () => {
  const pair = pairOf();
  lead.give({ type: "started" });
  const heard: number[] = [];
  const window = await opened(
    openRunWindow(await pair.connect(), () => ({
      onEvents: (entries) => heard.push(...entries.map(({ seq }) => seq)),
    })),
  );
  const before = window.eventCount;
  // Journaled, but left out for this client, as it happens to one that does not keep up.
  for (let i = 0; i < 3; i++) lead.endOne(true);
  lead.endOne();
  await agree(window);
  const all = Array.from({ length: lead.run.journal.length - before }, (_, i) => before + 1 + i);
  expect(heard).toEqual(all);
  // The same for what was left out just before the end.
  while (lead.endOne(true));
  await pair.server.close("all stories are done");
  await eventually("the end", () => window.lead === "ended");
  expect(snapshot(window.state)).toEqual(snapshot(lead.run.state));
});

test("commands reach the lead, and what does not apply comes back with the reason", async () => {
  const pair = pairOf();
  lead.give({ type: "started" });
  const window = await opened(openRunWindow(await pair.connect()));
  expect(await window.command({ type: "pause" })).toEqual({ ok: true });
  await agree(window);
  expect(window.state.paused).toBe(true);
  expect(await window.command({ type: "pause" })).toEqual({ ok: false, message: "the run is paused already" });
});

test("the feed keeps the newest lines and the last of each story", async () => {
  const pair = pairOf();
  lead.give({ type: "started" });
  const window = await opened(openRunWindow(await pair.connect()));
  lead.say("a", "first");
  for (let i = 0; i < 6_000; i++) lead.say("b", `line ${i}`);
  lead.say("b", "x".repeat(10_000));
  await eventually("the feed", () => window.feed.end === 6_002);
  expect(window.feed.start).toBe(1_002);
  expect(window.feed.at(1_001)).toBeUndefined();
  expect(window.feed.at(1_002)?.text).toBe("line 1001");
  expect(window.feed.at(6_001)?.text).toHaveLength(2_048);
  expect(window.feed.at(6_002)).toBeUndefined();
  expect(window.feed.lastOf("a")?.text).toBe("first");
});

test("over a real socket: a lead that breaks off without a goodbye is lost, and commands say so", async () => {
  const project = mkdtempSync(join(tmpdir(), "storyboard-window-"));
  try {
    const server = await startControlServer<LeadSnapshot, JournaledEvent, FeedLine>({
      directory: join(project, ".storyboard"),
      ...lead.host,
    });
    lead.server = server;
    lead.give({ type: "started" });
    const client = await connectLead(project);
    if (client === undefined) throw new Error("no lead");
    const window = await opened(openRunWindow(client));
    lead.endOne();
    await agree(window);
    let hasEnded = false;
    window.subscribe({ onEnd: () => (hasEnded = true) });
    // A goodbye before the run's own end means the same as none.
    await server.close("the lead has left");
    await eventually("the end of the connection", () => hasEnded);
    expect(window.lead).toBe("lost");
    expect(await window.command({ type: "pause" })).toMatchObject({ ok: false });
    expect(await connectLead(project)).toBeUndefined();
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});
