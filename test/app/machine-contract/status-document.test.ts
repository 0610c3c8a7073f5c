import { expect, test } from "vitest";
import { formatStatus } from "../../../src/app/machine-contract/format-status.ts";
import { type StatusDocument, statusOf } from "../../../src/app/machine-contract/status-document.ts";
import { clockMinutes } from "../../../src/app/machine-contract/time-words.ts";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { statusDocumentSchema } from "../../support/contract-schemas.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const statusFor = (run: TestRun, leadAlive = true): StatusDocument => {
  const document = statusOf(run.state, { run: "r1", startedAtMs: 1_000_000, nowMs: run.nowMs, leadAlive });
  statusDocumentSchema.parse(JSON.parse(JSON.stringify(document)));
  const words = Map.groupBy(document.stories, (one) => one.status.replaceAll("-", "_"));
  const { total: _total, ...counts } = document.counts;
  for (const [name, count] of Object.entries(counts))
    expect([name, words.get(name)?.length ?? 0]).toEqual([name, count]);
  return document;
};

const waits = (run: TestRun): Record<string, string | null> =>
  Object.fromEntries(statusFor(run).stories.map((one) => [one.key, one.waiting_for]));

test("every story says what it waits for, in words", () => {
  const run = new TestRun(
    [
      story("36-1", [], { needs: ["test-db"], touches: ["src/a.ts"] }),
      story("36-2", ["36-1"]),
      story("36-3", [], { needs: ["test-db"] }),
      story("36-4", [], { touches: ["src"] }),
      story("36-5"),
      story("36-6"),
      story("36-7", ["36-1", "36-2", "36-3", "36-4"]),
    ],
    policy({ maxWorkers: 2 }),
  );
  run.start();
  expect(waits(run)).toEqual({
    "36-1": null,
    "36-2": "36-1",
    "36-3": "resource test-db",
    "36-4": "36-1 (same files)",
    "36-5": null,
    "36-6": "worker",
    "36-7": "36-1, 36-2, 36-3 and 1 more",
  });
  run.command({ type: "pause" });
  expect(waits(run)).toMatchObject({ "36-2": "36-1", "36-3": "pause" });
  expect(statusFor(run).state).toBe("paused");
});

test("backoffs and limits are told with their time, and questions with the word answer", () => {
  const run = new TestRun([story("a"), story("b"), story("c")]);
  run.start();
  run.endTurn("a", turn({ kind: "halted", reason: "stuck" }));
  expect(waits(run).a).toMatch(/^backoff \d s$/);
  run.endTurn("c", turn({ kind: "question", question: "why?" }));
  const untilMs = run.nowMs + 3_600_000;
  run.end(run.outstanding("run-turn", "b")[0]!, turn({ kind: "failed", cause: "rate-limit", message: "", untilMs }));
  expect(waits(run)).toMatchObject({ b: `limit one until ${clockMinutes(untilMs)}`, c: "answer" });
  const document = statusFor(run);
  expect(document.state).toBe("waiting");
  expect(document.counts).toMatchObject({ total: 3, waiting: 1, queued: 2 });
});

test("a story in flight shows worker, agent, session, turn and age; an ended one its commit or its error", () => {
  const run = new TestRun([story("a", [], { epic: "7" }), story("b")], policy({ attemptsMax: 1 }));
  run.start();
  run.endTurn("a");
  run.nowMs += 5000;
  expect(statusFor(run).stories[0]).toMatchObject({
    epic: "7",
    status: "running",
    phase: "VERIFY",
    worker: "heracles",
    agent: "reviewer",
    session: null,
    turn: 2,
    attempt: 1,
    duration_ms: 5000,
  });
  run.endTurn("b", turn({ kind: "halted", reason: "stuck" }));
  run.finish();
  const document = statusFor(run);
  expect(document.state).toBe("ended");
  expect(document.stories).toMatchObject([
    { status: "done", worker: null, agent: null, commit: "l-a", error: null },
    { status: "failed", commit: null, error: { type: "HaltError" } },
  ]);
});

test("a run whose lead is gone says so", () => {
  const run = new TestRun([story("a")]);
  run.start();
  expect(statusFor(run, false).state).toBe("lead-lost");
});

test("the table for people fits its columns and holds no escapes", () => {
  const run = new TestRun([
    story("a", [], { title: "\u001b[31mRot 漢字漢字漢字漢字漢字漢字漢字漢字漢字" }),
    story("b", ["a"]),
  ]);
  run.start();
  const text = formatStatus(statusFor(run), 60);
  expect(text).toContain("run r1  RUNNING");
  expect(text).toContain("waits for a");
  expect(text).toContain("1 running, 1 queued");
  expect(text).not.toContain("\u001b");
  for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(60);
});
