import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countTopLevelBoxes, falseClaims, judgeTaskCounts } from "../../../src/core/evidence/task-thresholds.ts";
import { configSchema } from "../../../src/core/model/config.ts";

const swarm = configSchema.parse({}).evidence.thresholds;
const lead = { warn: 80, review: 80, done: 95 };
const judged = (done: number, total: number, thresholds = swarm, isRecordFilled = true) => {
  const judgement = judgeTaskCounts({ section: { done, total }, isRecordFilled }, thresholds);
  return judgement.kind === "accepted"
    ? `${judgement.status}${judgement.warn === undefined ? "" : " WARN"}`
    : judgement.kind;
};

test("the defaults are swarm-batch.md's: none is a block, fewer than half is said", () => {
  expect(swarm).toEqual({ warn: 50, review: 0, done: 0 });
  const shares = [0, 1, 49, 50, 100].map((done) => judged(done, 100));
  expect(shares).toEqual(["block", "done WARN", "done WARN", "done", "done"]);
  expect(judged(1, 2, swarm, false)).toBe("done");
});

test("those of the lead-driven batch: 80 for a review, 95 and a filled record for done", () => {
  const shares = [0, 1, 79, 80, 94, 95, 100].map((done) => judged(done, 100, lead));
  expect(shares).toEqual(["block", "partial", "partial", "review", "review", "done", "done"]);
  expect(judged(100, 100, lead, false)).toBe("review");
  // 19 of 20 are exactly 95 %, 18 of 19 are not.
  expect([judged(19, 20, lead), judged(18, 19, lead)]).toEqual(["done", "review"]);
});

test("a story without tasks is accepted; a partial one says what is asked for", () => {
  expect(judged(0, 0, lead)).toBe("done");
  expect(judgeTaskCounts({ section: { done: 1, total: 2 } }, lead)).toEqual({
    kind: "partial",
    status: "in-progress",
    message: "only 1 of 2 tasks are ticked, and a review asks for 80 %",
  });
  expect(judgeTaskCounts({ section: { done: 0, total: 1 } }, lead)).toEqual({
    kind: "block",
    message: "none of 1 task is ticked",
  });
});

test("more ticks never make it worse", () => {
  const rank = { block: 0, partial: 1, review: 2, done: 3 };
  const rankOf = (done: number, total: number, thresholds: typeof swarm) =>
    rank[judged(done, total, thresholds).replace(" WARN", "") as keyof typeof rank];
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.nat(59),
      fc.nat(100),
      fc.nat(100),
      (total, done, review, doneAt) => {
        const thresholds = { warn: 50, review, done: doneAt };
        const some = Math.min(done, total - 1);
        expect(rankOf(some + 1, total, thresholds)).toBeGreaterThanOrEqual(rankOf(some, total, thresholds));
        expect(rankOf(total, total, thresholds)).toBe(rank.done);
        expect(rankOf(0, total, thresholds)).toBe(rank.block);
      },
    ),
  );
});

describe("Pantheon's own count", () => {
  test("is of the boxes at the beginning of a line, in the whole file", () => {
    const text = "## Tasks\n- [x] a\n  - [ ] a.1\n- [X] b\n- [ ] c\n* [ ] d\n## Done\n- [ ] e\n- [-] f\n";
    expect(countTopLevelBoxes(text)).toEqual({ done: 2, total: 4 });
  });

  test("stands in where there is no task section, and is said where it comes to something else", () => {
    const topLevel = { done: 1, total: 4 };
    expect(judgeTaskCounts({ section: { done: 0, total: 0 }, topLevel }, lead).kind).toBe("partial");
    expect(judgeTaskCounts({ section: { done: 2, total: 2 }, topLevel }, lead)).toEqual({
      kind: "accepted",
      status: "done",
      warn: "2 of 2 tasks are ticked; by its top-level boxes it would be 1 of 4",
    });
    expect(judgeTaskCounts({ section: { done: 0, total: 2 }, topLevel }, lead)).toMatchObject({
      kind: "block",
      message: "none of 2 tasks is ticked; by its top-level boxes it would be 1 of 4",
    });
    expect(judgeTaskCounts({ section: { done: 2, total: 2 }, topLevel: { done: 4, total: 4 } }, lead)).toEqual({
      kind: "accepted",
      status: "done",
    });
  });
});

test("what a reconciler claims is held against the larger of the two counts", () => {
  const facts = { section: { done: 7, total: 12 }, topLevel: { done: 3, total: 4 } };
  expect(falseClaims({ tasksChecked: 7, completion: 75.9 }, facts)).toEqual([]);
  expect(falseClaims({ tasksChecked: 8 }, facts)).toEqual(["claims 8 ticked tasks, the story file has 7"]);
  expect(falseClaims({ completion: 76 }, facts)).toEqual(["claims 76 % of the tasks, the story file has 75 %"]);
  expect(falseClaims({ isRecordFilled: true }, facts)).toEqual([]);
  expect(falseClaims({}, { section: { done: 0, total: 0 } })).toEqual([]);
});
