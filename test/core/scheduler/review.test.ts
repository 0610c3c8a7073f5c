import { expect, test } from "vitest";
import type { Finding, Verdict } from "../../../src/core/model/review.ts";
import type { TurnResult } from "../../../src/core/model/turn.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const finding = (title: string, more: Partial<Finding> = {}): Finding => ({
  title,
  severity: "high",
  file: "a.ts",
  ...more,
});
const verdict = (findings: readonly Finding[], more: Partial<TurnResult> = {}, word: Verdict["verdict"] = "changes") =>
  turn({ kind: "finished" }, { verdict: { verdict: word, findings }, session: "r", ...more });

/** A story that was reviewed once, with these findings, and refined since. */
const refined = (findings: readonly Finding[], tree = "t1"): TestRun => {
  const run = new TestRun([story("a")], policy());
  run.start();
  run.endTurn("a");
  run.endTurn("a", verdict(findings, { reviewed: tree }));
  run.endTurn("a");
  return run;
};
const deferredIn = (run: TestRun): readonly Finding[] =>
  run.journal.flatMap(({ event }) => (event.type === "landing.requested" ? event.effect.deferred : []));

test("the second review is asked about the tree that the first one judged; the first one about none", () => {
  const run = refined([finding("leak")]);
  const turns = run.journal.flatMap(({ event }) => (event.type === "turn.started" ? [event.effect] : []));
  expect(turns.map(({ phase, lastReviewed }) => [phase, lastReviewed])).toEqual([
    ["BUILD", undefined],
    ["VERIFY", undefined],
    ["REFINE", undefined],
    ["VERIFY", "t1"],
  ]);
});

test("a finding that the second review leaves out is repaired", () => {
  const run = refined([finding("leak"), finding("race")]);
  run.endTurn("a", verdict([], { reviewed: "t2" }, "approved"));
  run.finish();
  expect(run.outcome("a")).toBe("done");
  expect(deferredIn(run)).toEqual([]);
});

test("one that it repeats is the same one, whatever its line, case and spaces, also in a file that did not change", () => {
  const run = refined([finding("No lock", { line: 3 })]);
  const again = finding("no  LOCK ", { line: 99, file: "./a.ts" });
  run.endTurn("a", verdict([again], { reviewed: "t2", unchangedFiles: ["./a.ts"] }));
  expect(run.outstanding("run-turn")[0]).toMatchObject({ phase: "REFINE", prompt: { findings: [again] } });
});

test("new findings about files that did not change are put off and noted; those about what changed block", () => {
  const run = refined([finding("leak")]);
  const late = finding("old matter", { file: "b.ts" });
  const fresh = finding("new matter");
  run.endTurn("a", verdict([late, fresh], { reviewed: "t2", unchangedFiles: ["b.ts"] }));
  expect(run.outstanding("run-turn")[0]).toMatchObject({ phase: "REFINE", prompt: { findings: [fresh] } });
  expect(run.state.stories.get("a")?.notes.join()).toContain("b.ts: old matter");
  run.finish();
  expect(run.outcome("a")).toBe("done");
  expect(deferredIn(run)).toEqual([late]);
});

test("where nobody knows what changed, or a finding names no file, it blocks", () => {
  for (const result of [{}, { reviewed: "t2", unchangedFiles: ["b.ts"] }]) {
    const run = refined([finding("leak")]);
    const { file: _, ...nowhere } = finding("somewhere");
    run.endTurn("a", verdict([result.reviewed ? nowhere : finding("x", { file: "b.ts" })], result));
    expect(run.outstanding("run-turn")[0]).toMatchObject({ phase: "REFINE" });
  }
});

test("the same findings about the same tree wait for a person at once; about another tree they go back again", () => {
  const still = refined([finding("leak")]);
  still.endTurn("a", verdict([finding("Leak")], { reviewed: "t1", unchangedFiles: ["a.ts"] }));
  expect(still.state.stories.get("a")).toMatchObject({
    stage: "parked",
    question: { kind: "review", text: expect.stringContaining("nothing was changed between") },
  });
  const moved = refined([finding("leak")]);
  moved.endTurn("a", verdict([finding("leak")], { reviewed: "t2" }));
  expect(moved.outstanding("run-turn")[0]).toMatchObject({ phase: "REFINE" });
});

test("an approval with a finding that blocks is none", () => {
  const run = refined([finding("leak")]);
  run.endTurn("a", verdict([finding("leak")], { reviewed: "t2" }, "approved"));
  expect(run.outstanding("run-turn")[0]).toMatchObject({ phase: "REFINE" });
});
