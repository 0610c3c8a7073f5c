import { expect, test } from "vitest";
import type { ContractLine } from "../../../src/app/machine-contract/contract-line.ts";
import { createProjector } from "../../../src/app/machine-contract/projector.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";
import { contractLineSchema } from "../../support/contract-schemas.ts";
import { goodResult, policy, story, TestRun, turn } from "../../support/run.ts";

/** A run whose every step is projected as it comes, as a lead does it. */
const watched = (run: TestRun) => {
  const projector = createProjector("r1");
  const lines: ContractLine[] = [];
  let from = 0;
  const catchUp = (): ContractLine[] => {
    const entries: JournaledEvent[] = run.journal.slice(from);
    from = run.journal.length;
    const more = entries.flatMap((entry) => projector.event(entry, run.state));
    lines.push(...more);
    return more;
  };
  return { lines, catchUp, projector };
};

const bodies = (lines: readonly ContractLine[]) =>
  lines.map(({ v: _v, seq: _seq, at: _at, run: _run, ...body }) => body);

/** Checks every line against the contract and that the numbers have no gap. */
const expectContract = (lines: readonly ContractLine[]): void => {
  for (const line of lines) contractLineSchema.parse(JSON.parse(JSON.stringify(line)));
  expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index + 1));
};

test("a story that goes well says each thing once, in order", () => {
  const run = new TestRun([story("1-1-a")]);
  const { lines, catchUp } = watched(run);
  run.start();
  catchUp();
  for (let effect = run.outstanding()[0]; effect !== undefined; effect = run.outstanding()[0]) {
    run.nowMs += 1000;
    run.end(effect);
    catchUp();
  }
  expectContract(lines);
  const usage = { tokens: null, usd: null };
  expect(bodies(lines)).toEqual([
    { type: "run.started", stories: ["1-1-a"], max_workers: 3 },
    { type: "story.started", story: "1-1-a", attempt: 1, worker: "heracles" },
    { type: "phase.started", story: "1-1-a", phase: "BUILD", agent: "builder" },
    { type: "turn.started", story: "1-1-a", phase: "BUILD", session: null },
    { type: "turn.ended", story: "1-1-a", phase: "BUILD", ok: true, session: "s-1-1-a", usage },
    { type: "evidence.checked", story: "1-1-a", missing: [] },
    { type: "phase.started", story: "1-1-a", phase: "VERIFY", agent: "reviewer" },
    { type: "turn.started", story: "1-1-a", phase: "VERIFY", session: null },
    { type: "turn.ended", story: "1-1-a", phase: "VERIFY", ok: true, session: "s-1-1-a-reviewer", usage },
    { type: "phase.started", story: "1-1-a", phase: "COMMIT", agent: "storyboard" },
    {
      type: "story.ended",
      story: "1-1-a",
      outcome: "done",
      attempts: 1,
      duration_ms: expect.any(Number),
      commit: "l-1-1-a",
    },
    { type: "run.ended", status: "completed", counts: expect.objectContaining({ total: 1, done: 1, running: 0 }) },
  ]);
});

test("a story that fails says why, how often, and what it blocks", () => {
  const run = new TestRun([story("a"), story("b", ["a"])], policy({ attemptsMax: 2 }));
  const { lines, catchUp } = watched(run);
  run.start();
  run.endTurn("a", turn({ kind: "halted", reason: "no \u001b[31mschema" }));
  catchUp();
  run.wait(600_000);
  run.endTurn("a", turn({ kind: "failed", cause: "exit", message: "exit 1" }));
  run.finish();
  catchUp();
  expectContract(lines);
  const said = bodies(lines);
  expect(said.filter((line) => line.type === "phase.started")).toHaveLength(2);
  expect(said.find((line) => line.type === "story.retrying")).toMatchObject({
    attempt: 2,
    error: { type: "HaltError", message: "BUILD: no schema" },
  });
  expect(said.slice(-4)).toMatchObject([
    { type: "story.ended", story: "a", outcome: "failed", attempts: 2, error: { type: "ImplementationError" } },
    { type: "story.blocked", story: "b", by: "a" },
    { type: "story.ended", story: "b", outcome: "blocked", attempts: 0, duration_ms: 0 },
    { type: "run.ended", status: "blocked" },
  ]);
});

test("gates, limits, questions, workers, the breaker and feed lines have lines of their own", () => {
  const run = new TestRun(
    [story("a"), story("b"), story("c")],
    policy({ breakerMax: 1, attemptsMax: 1, inbox: "fail" }),
  );
  const { lines, catchUp, projector } = watched(run);
  run.start();
  run.command({ type: "workers", max: 5 });
  run.endTurn("a", turn({ kind: "question", question: "Which\u202e database?" }));
  run.settleEffects();
  run.end(
    run.outstanding("run-turn", "b")[0]!,
    turn({ kind: "failed", cause: "rate-limit", message: "limit", untilMs: run.nowMs + 60_000 }),
  );
  run.end(run.outstanding("run-turn", "c")[0]!);
  run.end(run.outstanding("check-evidence", "c")[0]!, {
    ...goodResult(run.outstanding("check-evidence", "c")[0]!),
    ok: false,
    missing: ["tests"],
    gates: [
      { name: "lint", ok: true, cached: true },
      { name: "test", ok: false, cached: false },
    ],
  } as never);
  run.settleEffects();
  catchUp();
  lines.push(projector.feed({ atMs: run.nowMs, story: "a", phase: "BUILD", text: "reads" }));
  expectContract(lines);
  const said = bodies(lines);
  expect(said).toContainEqual({ type: "workers.changed", max: 5, effective: expect.any(Number) });
  expect(said).toContainEqual({ type: "story.parked", story: "a", question: "Which database?" });
  expect(said).toContainEqual({ type: "limit.waiting", provider: "one", until: new Date(1_060_000).toISOString() });
  expect(said).toContainEqual({ type: "gate.ended", name: "lint", ok: true, cached: true });
  expect(said).toContainEqual({ type: "gate.ended", name: "test", ok: false, cached: false });
  expect(said).toContainEqual({ type: "evidence.checked", story: "c", missing: ["tests"] });
  expect(said).toContainEqual({ type: "breaker.opened" });
  expect(said.at(-1)).toEqual({ type: "feed", story: "a", text: "reads" });
});

test("a stopped run that goes on starts its stream again and does not end its stories twice", () => {
  const run = new TestRun([story("a")]);
  const { catchUp } = watched(run);
  run.start();
  run.settleEffects();
  run.command({ type: "stop", reason: "SIGINT" });
  run.end(run.outstanding("run-turn")[0]!, turn({ kind: "cut", reason: "stop" }));
  run.finish();
  const stopped = catchUp();
  expect(bodies(stopped).at(-1)).toMatchObject({ type: "run.ended", status: "paused", counts: { queued: 1 } });
  run.give({ type: "resumed" });
  run.finish();
  const resumed = bodies(catchUp());
  expect(resumed[0]).toMatchObject({ type: "run.started", stories: ["a"] });
  expect(resumed.filter((line) => line.type === "story.ended")).toHaveLength(1);
});

test("a turn that goes on with its phase does not start the phase again; the next attempt does", () => {
  const run = new TestRun([story("a")]);
  const { catchUp } = watched(run);
  run.start();
  run.endTurn("a", turn({ kind: "question", question: "why?" }));
  run.command({ type: "answer", story: "a", text: "because" });
  run.endTurn("a", turn({ kind: "halted", reason: "stuck" }));
  run.wait(600_000);
  run.finish();
  const said = catchUp().filter((line) => line.type === "phase.started" || line.type === "turn.started");
  expect(said.map((line) => `${line.type} ${line.phase}`)).toEqual([
    "phase.started BUILD",
    "turn.started BUILD",
    "turn.started BUILD",
    "phase.started BUILD",
    "turn.started BUILD",
    "phase.started VERIFY",
    "turn.started VERIFY",
    "phase.started COMMIT",
  ]);
});
