import { join } from "node:path";
import { expect, test } from "vitest";
import type { ScreenFacts } from "../../src/app/screen/view-model.ts";
import type { Size, ViewState } from "../../src/components/props.ts";
import { displayWidth } from "../../src/core/model/display-width.ts";
import { TestRun, turn } from "../support/run.ts";
import { factsOf, frame, SIZES, sampleFeed, sampleRun } from "../support/screen.tsx";

/**
 * Every view at every size, as text. After a change that is meant: `vitest run -u test/components`, and look at the
 * frames before committing them.
 */
const matchesFrames = async (name: string, draw: (size: Size) => string): Promise<void> => {
  const frames = SIZES.map((size) => {
    const text = draw(size);
    const rows = text.split("\n");
    expect(rows.length, `${name} ${size.columns}x${size.rows}`).toBe(size.rows);
    for (const row of rows) expect(displayWidth(row), row).toBeLessThanOrEqual(size.columns);
    return `${size.columns}x${size.rows}\n${rows.map((row) => row.trimEnd()).join("\n")}\n`;
  });
  await expect(frames.join("\n")).toMatchFileSnapshot(join(import.meta.dirname, "frames", `${name}.txt`));
};

const view = (name: string, state: Partial<ViewState>, facts: Partial<ScreenFacts> = {}): void => {
  test(`the ${name} looks as intended at every size`, async () => {
    const run = sampleRun();
    const known = factsOf(run, { feed: sampleFeed(run.nowMs), ...facts });
    await matchesFrames(name, (size) => frame(known, state, size, run.nowMs));
  });
};

const BUILDING = "36-2-agreement-badge";

view("dashboard", { selected: BUILDING });
view("feed", { selected: BUILDING, feedFull: true, pane: "feed", feedEnd: 8 });
view("filtered dashboard", {
  storyFilter: "queued",
  message: { text: "36-2 has not ended: nothing to retry", tone: "warn" },
});
view("card of a running story", { view: "card", selected: BUILDING });
view("card of a done story", { view: "card", selected: "36-1-agreement-model" });
view("card of a failed story", { view: "card", selected: "36-6-locale-ja" });
view("card of a story that asks", { view: "card", selected: "36-5-reminder-mail" });
view("help", { view: "help" });
view("quit dialog", { view: "quit" });
view("wait", { view: "dashboard", waitsFor: "stopping: agents are told to stop" });
view("prompt", {
  view: "prompt",
  prompt: {
    title: "Answer for 36-5",
    about: "Should reminders be sent on weekends too, or on the next working day?",
    text: "On the next working day",
    cursor: 6,
  },
});
view("inbox", { view: "inbox" });
view("lost lead", { view: "lost" }, { lead: "lost" });

test("the confirmation before the first start looks as intended at every size", async () => {
  const run = sampleRun();
  const fresh = new TestRun(run.stories, run.policy);
  const facts = factsOf(fresh, { lead: "none", uncommitted: ["README.md", "src/billing/total.ts"] });
  await matchesFrames("confirmation", (size) => frame(facts, { view: "confirm" }, size, fresh.nowMs));
});

test("the summary looks as intended at every size", async () => {
  const run = sampleRun();
  run.command({ type: "answer", story: "36-5-reminder-mail", text: "next working day" });
  run.finish();
  const elapsedMs = run.nowMs - 1_000_000;
  const facts = factsOf(run, {
    summary: {
      state: run.state,
      elapsedMs,
      unlanded: [{ story: "36-6-locale-ja", branch: "storyboard/r1/story/36-6-locale-ja" }],
      landedOn: "main at 8a1a0f0",
      notes: [],
      next: [],
    },
  });
  await matchesFrames("summary", (size) => frame(facts, { view: "summary" }, size, run.nowMs));
});

test("a frame without colours says all that one with colours says", () => {
  const run = sampleRun();
  run.endTurn("36-8-permissions", turn({ kind: "halted", reason: "no" }));
  const text = frame(factsOf(run, { feed: sampleFeed(run.nowMs) }), {}, { columns: 120, rows: 40 }, run.nowMs);
  for (const word of ["RUNNING", "DONE", "FAILED", "WAITS", "QUEUED", "2 failed"]) expect(text).toContain(word);
});
