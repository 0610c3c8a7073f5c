import { expect, test } from "vitest";
import { pipelineOf, pipelineSettingSchema } from "../../../src/core/model/pipeline-settings.ts";
import { PIPELINES, withPlan } from "../../../src/core/model/pipelines.ts";
import type { RunPolicy } from "../../../src/core/scheduler/policy.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const HALT = { kind: "halted", reason: "cannot" } as const;

/** A run of one story through a pipeline, started. */
const started = (pipeline: RunPolicy["pipeline"], more: Partial<RunPolicy> = {}): TestRun => {
  const run = new TestRun([story("1-1", [], { complexity: "complex" })], policy({ pipeline, ...more }));
  run.start();
  run.settleEffects();
  return run;
};

const own = (...phases: readonly Readonly<Record<string, unknown>>[]) =>
  pipelineOf("own", pipelineSettingSchema.parse({ phases }));

const turnNow = (run: TestRun) => run.outstanding("run-turn", "1-1")[0];

const findings = (severity: "high" | "low") =>
  turn({ kind: "finished" }, { verdict: { verdict: "changes", findings: [{ severity, title: "a hole" }] } });

test("a failure goes on where the pipeline says, and costs the attempt where that lies behind", () => {
  const run = started(own({ name: "PREPARE", permission: "read" }, { name: "BUILD", on_failure: "PREPARE" }));
  run.endTurn("1-1");
  run.endTurn("1-1", turn(HALT));
  run.wait(600_000);
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({ phase: "PREPARE", attempt: 2, prompt: { kind: "retry" } });
});

test("a failure whose way lies ahead costs no attempt and is noted", () => {
  const run = started(own({ name: "BUILD" }, { name: "EXTRA", permission: "read", on_failure: "COMMIT" }), {
    attemptsMax: 1,
  });
  run.endTurn("1-1");
  run.endTurn("1-1", turn(HALT));
  expect(run.outcome("1-1")).toBe("done");
  expect(run.state.stories.get("1-1")?.notes).toEqual(["EXTRA: cannot; it went on without"]);
});

test("what such a phase asks is noted, and nobody is waited for", () => {
  const pipeline = own({ name: "BUILD" }, { name: "EXTRA", permission: "read", on_failure: "COMMIT" });
  const other = started(pipeline);
  other.endTurn("1-1");
  other.endTurn("1-1", turn({ kind: "already-done" }));
  expect(other.outcome("1-1")).toBe("done");
  const run = started(pipeline);
  run.endTurn("1-1");
  run.endTurn("1-1", turn({ kind: "question", question: "Which one?" }));
  expect(run.outcome("1-1")).toBe("done");
  expect(run.state.stories.get("1-1")?.notes).toEqual([
    'EXTRA: asked "Which one?", and nobody answers there; it went on without',
  ]);
});

test("a phase runs as often as its pipeline allows, interruptions aside", () => {
  const run = started(own({ name: "BUILD", times: 2 }), { attemptsMax: 9 });
  run.endTurn("1-1", turn({ kind: "cut", reason: "crash" }));
  for (let attempt = 1; attempt <= 2; attempt++) {
    run.wait(600_000);
    run.endTurn("1-1", turn(HALT));
  }
  run.wait(600_000);
  run.settleEffects();
  expect(run.outcome("1-1")).toBe("failed");
  const failure = run.state.stories.get("1-1")?.failures.at(-1);
  expect(failure?.message).toBe('BUILD ran 2 times without holding (its "times" in the pipeline)');
});

test("a review's own times are its limit, and what is open then waits for a person", () => {
  const verify = { name: "VERIFY", role: "reviewer", permission: "read", evidence: "verdict", times: 1 };
  const run = started(own({ name: "BUILD" }, { ...verify, on_findings: "BUILD" }));
  run.endTurn("1-1");
  run.endTurn("1-1", findings("high"));
  expect(run.state.stories.get("1-1")?.question).toMatchObject({ kind: "review" });
});

test("missing evidence sends the story to the phase that has to bring it", () => {
  const run = started(PIPELINES["seven-phase"]!);
  for (const _ of ["PREPARE", "BUILD", "VERIFY"]) run.endTurn("1-1");
  run.end(turnNow(run)!);
  const check = run.outstanding("check-evidence", "1-1")[0]!;
  run.end(check, { kind: "evidence", ok: false, missing: ["builder artifact"], notes: [], flags: [], again: "BUILD" });
  run.wait(600_000);
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({ phase: "BUILD", attempt: 2, session: "s-1-1" });
});

test("findings are decided by the assessor alone: what it dismisses holds nothing up, what it keeps low is deferred", () => {
  const run = started(PIPELINES["seven-phase"]!);
  run.endTurn("1-1");
  run.endTurn("1-1");
  run.endTurn("1-1", findings("high"));
  expect(turnNow(run)).toMatchObject({ phase: "ASSESS", role: "assessor", findings: [{ title: "a hole" }] });
  run.endTurn("1-1", findings("low"));
  expect(turnNow(run)).toMatchObject({ phase: "COMMIT", role: "reconciler" });
  expect(run.state.stories.get("1-1")?.deferredFindings).toEqual([{ severity: "low", title: "a hole" }]);
});

test("work that holds is not held up by a limit that only lessons would have needed", () => {
  const run = started(PIPELINES["seven-phase"]!, { storyTurnsMax: 4 });
  run.finish();
  expect(run.outcome("1-1")).toBe("done");
  expect(run.state.stories.get("1-1")?.notes).toEqual([
    "no turn of REFLECT any more: the story used all of its 4 turns (limits.story_turns); it went on without",
  ]);
});

test("a phase that keeps the record is held to the head whose work held, until a person may have worked on it", () => {
  const run = started(PIPELINES["seven-phase"]!);
  for (const _ of ["PREPARE", "BUILD", "VERIFY"]) run.endTurn("1-1");
  run.end(turnNow(run)!);
  const first = run.outstanding("check-evidence", "1-1")[0]!;
  expect(first).toMatchObject({ phase: "COMMIT", worked: "c-1-1" });
  run.end(first, { kind: "evidence", ok: false, missing: ["a tick"], notes: [], flags: [], commit: "other" });
  run.wait(600_000);
  run.settleEffects();
  run.end(turnNow(run)!);
  expect(run.outstanding("check-evidence", "1-1")[0]).toMatchObject({ phase: "COMMIT", worked: "c-1-1" });
  run.settleEffects();
  run.end(turnNow(run)!);
  run.end(run.outstanding("land", "1-1")[0]!, { kind: "conflict", files: [], message: "by hand" });
  run.command({ type: "answer", story: "1-1", text: "look again" });
  expect(run.state.stories.get("1-1")?.worked).toBeUndefined();
});

test("a story that was in review is held to where it began", () => {
  const run = new TestRun([story("1-1", [], { status: "review" })], policy({ pipeline: PIPELINES["seven-phase"]! }));
  run.start();
  run.endTurn("1-1");
  run.end(turnNow(run)!);
  expect(run.outstanding("check-evidence", "1-1")[0]).toMatchObject({ phase: "COMMIT", worked: "base" });
});

test("what nobody looked at is not held against the phase that keeps the record", () => {
  const pipeline = own(
    { name: "BUILD" },
    { name: "POLISH", prompt: "build", evidence: "none" },
    { name: "COMMIT", prompt: "reconcile", evidence: "story" },
  );
  const run = started(pipeline);
  run.endTurn("1-1");
  run.endTurn("1-1");
  run.end(turnNow(run)!);
  expect(run.outstanding("check-evidence", "1-1")[0]).not.toHaveProperty("worked");
});

test("the status that the evidence allows is the one that the story lands with", () => {
  const run = started(PIPELINES.build!);
  run.end(turnNow(run)!);
  run.end(run.outstanding("check-evidence", "1-1")[0]!, {
    kind: "evidence",
    ok: true,
    missing: [],
    notes: [],
    flags: [],
    finalStatus: "review",
  });
  expect(run.outstanding("land", "1-1")[0]).toMatchObject({ finalStatus: "review" });
});

test("a conflict of a landing goes to the phase that repairs, and its conversation goes on", () => {
  const run = started(PIPELINES["seven-phase"]!);
  for (const _ of ["PREPARE", "BUILD", "VERIFY", "COMMIT"]) run.endTurn("1-1");
  run.end(turnNow(run)!);
  run.end(run.outstanding("land", "1-1")[0]!, { kind: "conflict", files: ["a.ts"], message: "both", onto: "c0ffee" });
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({ phase: "REFINE", prompt: { kind: "merge" }, session: "s-1-1" });
});

test("a plan waits for a person before the story's first change, and is built in the same conversation", () => {
  const run = started(withPlan(PIPELINES["seven-phase"]!), { plans: "complex" });
  run.endTurn("1-1");
  expect(turnNow(run)).toMatchObject({ phase: "PLAN", session: "s-1-1" });
  run.endTurn("1-1", turn({ kind: "finished" }, { session: "s-1-1", finalText: "1. a table" }));
  expect(run.state.stories.get("1-1")?.question).toEqual({ kind: "plan", text: "1. a table" });
  run.command({ type: "answer", story: "1-1", text: "no table" });
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({ phase: "PLAN", session: "s-1-1", prompt: { kind: "answer", ofPlan: true } });
  run.endTurn("1-1", turn({ kind: "finished" }, { session: "s-1-1", finalText: "1. a list" }));
  run.command({ type: "approve", story: "1-1" });
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({
    phase: "BUILD",
    session: "s-1-1",
    prompt: { kind: "approved", plan: "1. a list" },
  });
});

test("a story that is not complex is not planned", () => {
  const run = new TestRun([story("1-1")], policy({ pipeline: withPlan(PIPELINES.build!), plans: "complex" }));
  run.start();
  run.settleEffects();
  expect(turnNow(run)).toMatchObject({ phase: "BUILD" });
});

test("progress is told after every phase, and the last of it is the landing's", () => {
  const run = started(PIPELINES["seven-phase"]!, { keepsProgress: true });
  run.finish();
  const told = run.journal.flatMap(({ event }) =>
    event.type === "progress.requested" ? [`${event.effect.phase} ${Object.keys(event.effect.phases).length}`] : [],
  );
  expect(told).toEqual(["PREPARE 1", "BUILD 2", "VERIFY 3", "COMMIT 4", "REFLECT 5"]);
  // A phase that runs again is none that is over.
  const again = started(PIPELINES["seven-phase"]!, { keepsProgress: true });
  again.command({ type: "message", story: "1-1", text: "look at the tests" });
  again.settleEffects();
  again.endTurn("1-1", turn({ kind: "cut", reason: "message" }));
  expect(again.journal.filter(({ event }) => event.type === "progress.requested")).toEqual([]);
  const landing = run.journal.flatMap(({ event }) => (event.type === "landing.requested" ? [event.effect] : []))[0];
  expect(landing?.phases).toEqual({
    PREPARE: "complete",
    BUILD: "complete",
    VERIFY: "complete",
    COMMIT: "complete",
    REFLECT: "complete",
  });
});
