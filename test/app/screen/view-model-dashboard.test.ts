import { expect, test } from "vitest";
import { type ScreenFacts, screenProps } from "../../../src/app/screen/view-model.ts";
import { etaWords, remainingMs } from "../../../src/app/screen/view-model-eta.ts";
import { listedStories } from "../../../src/app/screen/view-model-stories.ts";
import { INITIAL_VIEW_STATE, type ScreenProps, type Size, type ViewState } from "../../../src/components/props.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";
import { factsOf, feedOf, sampleFeed, sampleRun } from "../../support/screen.tsx";

const WIDE: Size = { columns: 120, rows: 40 };

const props = (facts: ScreenFacts, nowMs: number, view: Partial<ViewState> = {}, size = WIDE): ScreenProps =>
  screenProps(facts, { ...INITIAL_VIEW_STATE, ...view }, size, nowMs);

const header = (facts: ScreenFacts, nowMs: number): string =>
  props(facts, nowMs)
    .header.lines.map((line) => line.map(({ text }) => text).join(""))
    .join("\n");

const rowOf = (key: string, facts: ScreenFacts, nowMs: number, view: Partial<ViewState> = {}): string => {
  const row = props(facts, nowMs, view).stories?.rows.find(({ id }) => id === key);
  return Object.values(row?.cells ?? {})
    .flat()
    .map(({ text }) => text)
    .join("");
};

test("an agent that says nothing is shown with how long it has been silent; one that speaks is not", () => {
  const run = sampleRun();
  const facts = factsOf(run, { feed: sampleFeed(run.nowMs) });
  expect(rowOf("36-8-permissions", facts, run.nowMs)).toContain("silent 01:35");
  expect(rowOf("36-8-permissions", facts, run.nowMs + 60_000)).toContain("silent 02:35");
  expect(rowOf("36-2-agreement-badge", facts, run.nowMs)).not.toContain("silent");
});

test("nobody is called silent for the time before this screen began to listen, nor without a lead", () => {
  const run = sampleRun();
  const justOpened = factsOf(run, { feed: feedOf([], run.nowMs - 5_000) });
  expect(rowOf("36-8-permissions", justOpened, run.nowMs)).not.toContain("silent");
  const lost = factsOf(run, { feed: sampleFeed(run.nowMs), lead: "lost" });
  expect(rowOf("36-8-permissions", lost, run.nowMs)).not.toContain("silent");
});

test("the screen lives once a second although nothing happens: clock and heartbeat move on", () => {
  const run = sampleRun();
  const facts = factsOf(run);
  const [now, later] = [header(facts, run.nowMs), header(facts, run.nowMs + 1000)];
  expect(now).toMatch(/○ 00:12:55/);
  expect(later).toMatch(/● 00:12:56/);
  expect(header(factsOf(run, { lead: "lost" }), run.nowMs)).not.toMatch(/[●○]/);
});

test("the state of the run is one word in the header, and what a person should know stands above the keys", () => {
  const run = sampleRun();
  run.command({ type: "pause" });
  expect(header(factsOf(run), run.nowMs)).toContain("PAUSED");
  const keys = [{ key: "p", label: "resume" }];
  const message = props(factsOf(run, { keys }), run.nowMs).footer.message;
  expect(
    message
      ?.map(({ text }) => text)
      .join("")
      .trim(),
  ).toBe("Paused: nothing new starts; p goes on");
  expect(header(factsOf(run, { lead: "lost" }), run.nowMs)).toContain("LEAD LOST");
  run.command({ type: "stop", reason: "asked" });
  expect(header(factsOf(run), run.nowMs)).toContain("STOPPING");
});

test("the time that is left comes from the stories that are done; without any, nobody can say", () => {
  const run = new TestRun(
    ["a", "b", "c", "d"].map((key) => story(key)),
    policy({ maxWorkers: 2 }),
  );
  run.start();
  run.settleEffects();
  expect(remainingMs(run.state, run.nowMs)).toBeUndefined();
  run.wait(600_000);
  for (const _phase of ["BUILD", "VERIFY"])
    run.endTurn("a", turn({ kind: "finished" }, { verdict: { verdict: "approved", findings: [] } }));
  // b is overdue by then (2.5 of 10 minutes are reckoned), c begins, d waits: 22.5 minutes of work for two.
  expect(remainingMs(run.state, run.nowMs)).toBe(675_000);
  run.command({ type: "pause" });
  expect(remainingMs(run.state, run.nowMs)).toBeUndefined();
  expect([undefined, 10_000, 3_060_000, 7_500_000].map(etaWords)).toEqual(["–", "<1m", "51m", "2h05"]);
});

test("stories are found by key, title, worker and state", () => {
  const facts = factsOf(sampleRun());
  expect(listedStories(facts, "36-10")).toEqual(["36-10-cleanup"]);
  expect(listedStories(facts, "AUDIT LOG")).toEqual(["36-7-audit-log", "36-9-retention"]);
  expect(listedStories(facts, "failed")).toEqual(["36-6-locale-ja"]);
  expect(listedStories(facts, "heracles")).toEqual(["36-2-agreement-badge"]);
  expect(listedStories(facts, "")).toHaveLength(10);
});

test("of many stories those around the selection are drawn, and before there is one those under way", () => {
  const run = new TestRun(Array.from({ length: 300 }, (_, index) => story(`s${index}`)));
  run.start();
  const facts = factsOf(run);
  const ids = (view: Partial<ViewState>): readonly string[] =>
    props(facts, run.nowMs, view).stories?.rows.map(({ id }) => id) ?? [];
  expect(ids({})[0]).toBe("s0");
  for (const selected of ["s0", "s7", "s150", "s299"]) expect(ids({ selected })).toContain(selected);
  expect(ids({ selected: "s150" }).length).toBeLessThan(WIDE.rows);
  expect(props(facts, run.nowMs, { selected: "s299" }).stories?.remark).toMatch(/^\d+-300 of 300$/);
});
