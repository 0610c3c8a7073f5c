import { expect, test } from "vitest";
import { formatPlan } from "../../../src/app/planning/format-plan.ts";
import { pastTimings } from "../../../src/app/planning/past-timings.ts";
import { planOf } from "../../../src/app/planning/plan-document.ts";
import { simulate } from "../../../src/app/planning/simulate.ts";
import { planDocumentSchema } from "../../support/contract-schemas.ts";
import { randomSprint } from "../../support/random-sprint.ts";
import { barePolicy, policy, story, TestRun } from "../../support/run.ts";

const planFor = (...given: Parameters<typeof planOf>) => {
  const document = planOf(...given);
  planDocumentSchema.parse(JSON.parse(JSON.stringify(document)));
  return document;
};

test("a plan names edges with their sources, what is ready, the longest path and how long it takes", () => {
  const document = planFor([story("1-1"), story("1-2", ["1-1"]), story("1-3")], policy({ maxWorkers: 2 }));
  expect(document.stories).toEqual([
    { key: "1-1", title: "Story 1-1", depends_on: [], ready: true, waiting_for: null },
    {
      key: "1-2",
      title: "Story 1-2",
      depends_on: [{ key: "1-1", source: "declared", where: "test" }],
      ready: false,
      waiting_for: "1-1",
    },
    { key: "1-3", title: "Story 1-3", depends_on: [], ready: true, waiting_for: null },
  ]);
  expect(document.critical_path).toEqual(["1-1", "1-2"]);
  expect(document.makespan).toEqual([
    { workers: 1, seconds: 1800, lower_bound_seconds: 1800, estimated: true },
    { workers: 2, seconds: 1200, lower_bound_seconds: 1200, estimated: true },
  ]);
});

test("earlier runs of the same complexity replace the guess", () => {
  const timings = [60, 100, 80].map((seconds) => ({ complexity: undefined, seconds }));
  const { makespan } = planFor([story("a"), story("b")], policy({ maxWorkers: 1 }), timings);
  expect(makespan).toEqual([{ workers: 1, seconds: 160, lower_bound_seconds: 160, estimated: false }]);
  const complex = planFor([story("a", [], { complexity: "complex" })], policy({ maxWorkers: 1 }), timings);
  expect(complex.makespan[0]).toMatchObject({ seconds: 160, estimated: true });
});

test("a journal gives the time that stories had a worker, without their waits", () => {
  const run = new TestRun([story("a", [], { complexity: "light" })]);
  run.start();
  run.settleEffects();
  run.nowMs += 10_000;
  run.end(run.outstanding("run-turn")[0]!, {
    kind: "turn",
    result: {
      end: { kind: "question", question: "?" },
      usage: { inputTokens: null, outputTokens: null, cachedTokens: null, usd: null },
      reportsUsage: false,
      durationMs: 0,
      lastLines: [],
    },
  });
  run.nowMs += 3_600_000;
  run.command({ type: "answer", story: "a", text: "yes" });
  run.settleEffects();
  run.nowMs += 5_000;
  run.finish();
  expect(pastTimings(run.journal, run.stories)).toEqual([{ complexity: "light", seconds: 15 }]);
});

test("clashes are stories that no dependency orders: common files, and resources with too few units", () => {
  const stories = [
    story("a", [], { touches: ["src/x.ts"], needs: ["db", "port"] }),
    story("b", ["a"], { touches: ["src/x.ts"] }),
    story("c", [], { touches: ["src"], needs: ["db", "port"] }),
  ];
  const { clashes } = planFor(stories, policy({ resources: { port: { units: ["1", "2"] } } }));
  expect(clashes).toEqual([
    { kind: "files", stories: ["a", "c"] },
    { kind: "files", stories: ["b", "c"] },
    { kind: "resource", resource: "db", units: 1, stories: ["a", "c"] },
  ]);
});

test("what clashes never runs together in a simulation", () => {
  const stories = [story("a", [], { needs: ["db"] }), story("b", [], { needs: ["db"] })];
  const given = policy({ maxWorkers: 4 });
  expect(simulate(given, stories, () => 1000).makespanMs).toBe(2000);
  const document = planFor(stories, given);
  expect(document.makespan.at(-1)).toMatchObject({ seconds: 1200, lower_bound_seconds: 600 });
});

test("no simulation is faster than its lower bound or breaks a dependency, and the same inputs give the same one", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { stories, durations } = randomSprint(40, seed);
    const run = () => simulate(barePolicy({ maxWorkers: 4 }), stories, (one) => durations.get(one.key)!);
    const first = run();
    expect(run().stories).toEqual(first.stories);
    expect(first.stories).toHaveLength(40);
    const ends = new Map(first.stories.map((one) => [one.story, one]));
    for (const one of stories) {
      for (const { key } of one.dependsOn)
        expect(ends.get(one.key)!.startMs).toBeGreaterThanOrEqual(ends.get(key)!.endMs);
    }
    const total = [...durations.values()].reduce((sum, value) => sum + value, 0);
    expect(first.makespanMs).toBeGreaterThanOrEqual(total / 4);
  }
});

test("the plan for people shows edges, the ready set, clashes and times, within its columns", () => {
  const stories = [story("1-1", [], { needs: ["db"] }), story("1-2", ["1-1"]), story("1-3", [], { needs: ["db"] })];
  const text = formatPlan(planFor(stories, policy({ maxWorkers: 2 })), 70);
  expect(text).toContain("      after 1-1  (declared: test)\n      waits for 1-1\n");
  expect(text).toContain("Can start at once (2): 1-1, 1-3\n");
  expect(text).toContain("Longest path (2): 1-1 → 1-2\n");
  expect(text).toContain("  1-1, 1-3: db, 1 at a time\n");
  expect(text).toContain("Expected time (guessed: no earlier run timed such stories):\n  1 worker   30 min");
  const many = planFor(
    Array.from({ length: 60 }, (_, index) => story(`story-${index}`)),
    policy(),
  );
  for (const line of formatPlan(many, 50).split("\n")) expect(line.length).toBeLessThanOrEqual(50);
});
