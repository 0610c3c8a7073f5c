import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/core/model/review.ts";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import type { LandingRefusal } from "../../../src/core/scheduler/landing-result.ts";
import { LANDING_REPAIRS_MAX, type RunPolicy } from "../../../src/core/scheduler/policy.ts";
import { barePolicy, policy, story, TestRun, turn } from "../../support/run.ts";

const finding = (title: string, severity: Finding["severity"] = "high"): Finding => ({ title, severity, file: "a.ts" });
const changes = (...findings: Finding[]) =>
  turn({ kind: "finished" }, { verdict: { verdict: "changes", findings }, session: "r" });
const types = (run: TestRun) => run.journal.map(({ event }) => event.type);
const phases = (run: TestRun) =>
  run.journal.flatMap(({ event }) => (event.type === "turn.started" ? [event.effect.phase] : []));

test("a story is built, reviewed, landed and done, with its statuses written on the way", () => {
  const run = new TestRun([story("a")]);
  run.start();
  run.finish();
  expect(run.outcome("a")).toBe("done");
  expect(phases(run)).toEqual(["BUILD", "VERIFY"]);
  const statuses = run.journal.flatMap(({ event }) => (event.type === "status.requested" ? [event.effect.status] : []));
  expect(statuses).toEqual(["in-progress", "review"]);
  expect(run.journal.find(({ event }) => event.type === "landing.requested")).toMatchObject({
    event: { effect: { finalStatus: "done" } },
  });
  expect(run.state.result).toMatchObject({ status: "completed", exit: 0 });
});

test("nothing but the end of the turn decides where no evidence is asked for", () => {
  const run = new TestRun([story("a")], barePolicy());
  run.start();
  run.finish();
  expect(types(run)).toEqual([
    "run.started",
    "story.started",
    "turn.started",
    "turn.ended",
    "story.ended",
    "run.ended",
  ]);
});

test("a story that the backlog has in review enters at VERIFY", () => {
  const run = new TestRun([story("a", [], { status: "review" })]);
  run.start();
  run.finish();
  expect(phases(run)).toEqual(["VERIFY"]);
});

describe("retries", () => {
  test("continue the agent's session with the reason, from the phase that failed", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.settleEffects();
    run.end(run.outstanding("run-turn")[0]!, turn({ kind: "finished" }, { session: "s1" }));
    run.end(run.outstanding("check-evidence")[0]!, {
      kind: "evidence",
      ok: false,
      missing: ["task 2 is not ticked"],
      notes: [],
      flags: [],
    });
    run.wait(10_000);
    const again = run.outstanding("run-turn")[0]!;
    expect(again).toMatchObject({
      attempt: 2,
      phase: "BUILD",
      session: "s1",
      prompt: { kind: "retry", failure: { type: "ValidationError" } },
    });
    expect(again.prompt.kind === "retry" && again.prompt.failure.message).toContain("task 2 is not ticked");
  });

  test("start a fresh session when the same failure came twice", () => {
    const run = new TestRun([story("a")]);
    run.start();
    const halt = turn({ kind: "halted", reason: "no config" }, { session: "s1" });
    run.endTurn("a", halt);
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]!.session).toBe("s1");
    run.endTurn("a", halt);
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]!.session).toBeUndefined();
  });

  test("end with the last attempt, and block what waits for the story", () => {
    const run = new TestRun([story("a"), story("b", ["a"]), story("c", ["b"]), story("d")]);
    run.start();
    for (let attempt = 1; attempt <= 3; attempt++) {
      run.endTurn("a", turn({ kind: "halted", reason: "no" }));
      run.wait(600_000);
    }
    run.finish();
    expect(run.outcome("a")).toBe("failed");
    expect([run.outcome("b"), run.outcome("c"), run.outcome("d")]).toEqual(["blocked", "blocked", "done"]);
    expect(run.state.stories.get("c")?.blockedBy).toBe("a");
    expect(run.state.result).toMatchObject({ status: "blocked", exit: 1 });
  });

  test("unblock dependents when a person retries and the story lands", () => {
    const run = new TestRun([story("a"), story("b", ["a"])], policy({ attemptsMax: 1 }));
    run.start();
    run.endTurn("a", turn({ kind: "halted", reason: "no" }));
    run.finish();
    expect(run.outcome("b")).toBe("blocked");
    run.command({ type: "retry", story: "a" });
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["done", "done"]);
    expect(run.state.result).toMatchObject({ exit: 0 });
  });
});

describe("what costs an attempt", () => {
  test("a usage limit does not: the provider rests, the slot serves others, the story goes on by itself", () => {
    const run = new TestRun([story("a"), story("b", [], { status: "review" })], policy({ maxWorkers: 1 }));
    run.start();
    run.endTurn("a", turn({ kind: "failed", cause: "rate-limit", message: "limit", untilMs: run.nowMs + 60_000 }));
    expect(run.state.stories.get("a")).toMatchObject({ stage: "queued", attempt: 1 });
    expect(run.outstanding("run-turn", "b")).toHaveLength(1);
    run.endTurn("b");
    run.wait(60_001);
    expect(run.outstanding("run-turn", "a")[0]).toMatchObject({ attempt: 1 });
  });

  test("an exit 75 does not, however often, until a person must look", () => {
    const run = new TestRun([story("a")]);
    run.start();
    for (let i = 0; i < 8; i++) {
      run.endTurn("a", turn({ kind: "failed", cause: "temporary", message: "exit 75" }));
      run.wait(600_000);
    }
    expect(run.state.stories.get("a")).toMatchObject({ stage: "parked", attempt: 1 });
  });

  test("an agent stopped by somebody else does not and continues; one that goes in circles does and starts afresh", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a", turn({ kind: "failed", cause: "cancelled", message: "TERM" }, { session: "s" }));
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]).toMatchObject({ attempt: 1, session: "s", prompt: { kind: "resume" } });
    run.endTurn("a", turn({ kind: "failed", cause: "loop", message: "round and round" }, { session: "s" }));
    run.wait(10_000);
    const retry = run.outstanding("run-turn")[0];
    expect(retry).toMatchObject({ attempt: 2, prompt: { kind: "retry", failure: { type: "ImplementationError" } } });
    expect(retry?.session).toBeUndefined();
  });

  test("a crash of ours does not: what was finished is looked at first and kept", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.settleEffects();
    run.end(run.outstanding("run-turn")[0]!, turn({ kind: "cut", reason: "crash" }));
    const look = run.outstanding("check-evidence")[0]!;
    expect(look.purpose).toBe("salvage");
    run.end(look, { kind: "evidence", ok: true, missing: [], notes: [], flags: [] });
    run.settleEffects();
    expect(phases(run)).toEqual(["BUILD", "VERIFY"]);
  });

  test("a timeout does, when nothing of it holds", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a", turn({ kind: "cut", reason: "timeout" }));
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]).toMatchObject({
      attempt: 2,
      prompt: { kind: "retry", failure: { type: "TimeoutError" } },
    });
  });

  test("a turn without tokens is the environment's fault where the agent reports them", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a", turn({ kind: "finished" }, { reportsUsage: true }));
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]).toMatchObject({ attempt: 1, turn: 2 });
  });

  test("an expired login stops the run with status 3 and loses nothing", () => {
    const run = new TestRun([story("a"), story("b")]);
    run.start();
    run.endTurn("a", turn({ kind: "failed", cause: "auth", message: "login expired" }));
    run.end(run.outstanding("run-turn", "b")[0]!, turn({ kind: "cut", reason: "stop" }));
    expect(run.state.result).toMatchObject({ status: "error", exit: 3 });
    expect(run.state.stories.get("a")).toMatchObject({ stage: "queued", attempt: 1 });
  });
});

describe("review", () => {
  test("blocking findings go to the builder's session, then the reviewer's session judges them", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a");
    run.endTurn("a", changes(finding("leak"), finding("typo", "low")));
    expect(run.outstanding("run-turn")[0]).toMatchObject({
      phase: "REFINE",
      session: "s-a",
      prompt: { kind: "refine", findings: [{ title: "leak" }] },
    });
    run.endTurn("a");
    expect(run.outstanding("run-turn")[0]).toMatchObject({
      phase: "VERIFY",
      session: "r",
      prompt: { kind: "reverify", findings: [{ title: "leak" }] },
    });
    run.finish();
    expect(run.outcome("a")).toBe("done");
    expect(run.journal.find(({ event }) => event.type === "landing.requested")).toMatchObject({
      event: { effect: { deferred: [{ title: "typo" }] } },
    });
  });

  test("ends after the last iteration with the open findings parked, and a person can accept them", () => {
    const run = new TestRun([story("a")], policy({ reviewsMax: 2 }));
    run.start();
    run.endTurn("a");
    run.endTurn("a", changes(finding("leak")));
    run.endTurn("a");
    run.endTurn("a", changes(finding("leak")));
    expect(run.state.stories.get("a")).toMatchObject({ stage: "parked", question: { kind: "review" } });
    run.command({ type: "answer", story: "a", text: "accept" });
    run.finish();
    expect(run.outcome("a")).toBe("done");
  });

  test("no verdict is a failed turn, never an approval", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a");
    run.endTurn("a", turn({ kind: "finished" }));
    run.wait(10_000);
    expect(run.outstanding("run-turn")[0]).toMatchObject({ phase: "VERIFY", attempt: 2, prompt: { kind: "retry" } });
  });
});

describe("a question", () => {
  test("parks the story, frees its slot, and its answer continues the same session", () => {
    const run = new TestRun([story("a"), story("b")], policy({ maxWorkers: 1 }));
    run.start();
    run.endTurn("a", turn({ kind: "question", question: "Which database?" }, { session: "s1" }));
    expect(run.state.stories.get("a")).toMatchObject({ stage: "parked" });
    expect(run.outstanding("run-turn", "b")).toHaveLength(1);
    run.command({ type: "answer", story: "a", text: "SQLite" });
    run.endTurn("b");
    run.endTurn("b");
    expect(run.outstanding("run-turn", "a")[0]).toMatchObject({
      session: "s1",
      prompt: { kind: "answer", question: "Which database?", answer: "SQLite" },
    });
  });

  test("ends the run as parked where nobody will answer", () => {
    const run = new TestRun([story("a"), story("b", ["a"])], policy({ inbox: "fail" }));
    run.start();
    run.endTurn("a", turn({ kind: "question", question: "?" }));
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["parked", "queued"]);
    expect(run.state.result).toMatchObject({ exit: 1, status: "blocked" });
  });

  test("waits for the answer without ending otherwise", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a", turn({ kind: "question", question: "?" }));
    run.finish();
    expect(run.state.result).toBeUndefined();
  });
});

describe("a person", () => {
  test("skips a story: dependents are blocked, or treat it as done when told so", () => {
    const run = new TestRun([story("a"), story("b", ["a"]), story("c"), story("d", ["c"])], policy({ maxWorkers: 1 }));
    run.start();
    run.command({ type: "skip", story: "c", satisfies: true });
    run.settleEffects();
    run.command({ type: "skip", story: "a" });
    run.end(run.outstanding("run-turn", "a")[0]!, turn({ kind: "cut", reason: "cancel" }));
    run.finish();
    expect(["a", "b", "c", "d"].map((key) => run.outcome(key))).toEqual(["skipped", "blocked", "skipped", "done"]);
  });

  test("cancels a running story, which does not count for the breaker", () => {
    const run = new TestRun([story("a"), story("b")], policy({ breakerMax: 1 }));
    run.start();
    run.settleEffects();
    run.command({ type: "cancel", story: "a" });
    run.end(run.outstanding("run-turn", "a")[0]!, turn({ kind: "cut", reason: "cancel" }));
    run.finish();
    expect(run.outcome("a")).toBe("failed");
    expect(run.state.stories.get("a")?.failures.at(-1)?.type).toBe("CancelledError");
    expect(run.outcome("b")).toBe("done");
  });

  test("pauses: running turns go on, nothing new starts until resumed", () => {
    const run = new TestRun([story("a"), story("b")], policy({ maxWorkers: 1 }));
    run.start();
    run.settleEffects();
    run.command({ type: "pause" });
    run.endTurn("a");
    expect(run.outstanding("run-turn")).toHaveLength(0);
    run.command({ type: "resume" });
    run.finish();
    expect(run.state.result).toMatchObject({ exit: 0 });
  });

  test("lowers the workers, which drains and kills nobody, and raises them at once", () => {
    const run = new TestRun([story("a"), story("b"), story("c"), story("d")], barePolicy({ maxWorkers: 2 }));
    run.start();
    run.command({ type: "workers", max: 1 });
    expect(run.outstanding("run-turn")).toHaveLength(2);
    run.endTurn("a");
    expect(run.outstanding("run-turn")).toHaveLength(1);
    run.command({ type: "workers", max: 3 });
    expect(run.outstanding("run-turn")).toHaveLength(3);
  });

  test("a turn that was being stopped when its lead left costs no attempt, however it ended", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.settleEffects();
    run.command({ type: "stop", reason: "SIGINT" });
    run.give({ type: "resumed" });
    run.end(run.outstanding("run-turn")[0]!, turn({ kind: "failed", cause: "other", message: "killed by SIGKILL" }));
    run.finish();
    expect(run.outcome("a")).toBe("done");
    expect(run.state.stories.get("a")?.attempt).toBe(1);
    expect(run.state.stories.get("a")?.failures).toEqual([]);
  });

  test("a review that ends well while the run stops is not lost, keeps nobody waiting, and is not done again", () => {
    const run = new TestRun([story("a", [], { status: "review" })]);
    run.start();
    run.settleEffects();
    run.command({ type: "stop", reason: "SIGINT" });
    run.end(
      run.outstanding("run-turn")[0]!,
      turn({ kind: "finished" }, { verdict: { verdict: "approved", findings: [] } }),
    );
    run.settleEffects();
    expect(run.state.result).toMatchObject({ status: "paused", exit: 130 });
    run.give({ type: "resumed" });
    run.finish();
    expect(run.outcome("a")).toBe("done");
    expect(phases(run)).toEqual(["VERIFY"]);
  });

  test("stops the run: turns are stopped, the run is saved, and goes on where it was", () => {
    const run = new TestRun([story("a"), story("b")], policy());
    run.start();
    run.settleEffects();
    run.command({ type: "stop", reason: "SIGINT" });
    expect(run.outstanding("stop-turn")).toHaveLength(2);
    run.end(run.outstanding("run-turn", "a")[0]!, turn({ kind: "cut", reason: "stop" }, { session: "s1" }));
    run.end(run.outstanding("run-turn", "b")[0]!, turn({ kind: "finished" }, { session: "s2" }));
    run.settleEffects();
    expect(run.state.result).toMatchObject({ status: "paused", exit: 130 });
    run.give({ type: "resumed" });
    run.end(run.outstanding("prepare-workspace", "a")[0] ?? run.outstanding("check-evidence", "a")[0]!);
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["done", "done"]);
    expect(run.state.stories.get("a")?.attempt).toBe(1);
  });
});

test("the breaker opens after stories that failed in a row, lets the others end, and the run ends with status 3", () => {
  const keys = ["a", "b", "c", "d", "e", "f", "g"];
  const run = new TestRun(
    keys.map((key) => story(key)),
    policy({ attemptsMax: 1, maxWorkers: 4 }),
  );
  run.start();
  for (const key of ["a", "b", "c"]) run.endTurn(key, turn({ kind: "halted", reason: key }));
  expect(run.state.breaker.open).toBe(true);
  run.finish();
  expect(["d", "e", "f", "g"].map((key) => run.outcome(key))).toEqual(["done", "done", "done", "queued"]);
  expect(run.state.result?.reason).toContain("3 stories failed in a row");
  expect(run.state.result).toMatchObject({ exit: 3 });
});

test("a story whose tasks were all ticked ends already done before any turn, if its evidence holds", () => {
  const task = { text: "t", done: true, line: 1, depth: 0 };
  const run = new TestRun([story("a", [], { tasks: [task] }), story("b", ["a"])]);
  run.start();
  run.end(run.outstanding("prepare-workspace", "a")[0]!);
  const look = run.outstanding("check-evidence")[0]!;
  expect(look.purpose).toBe("already-done");
  run.end(look, { kind: "evidence", ok: true, missing: [], notes: [], flags: [] });
  run.finish();
  expect(run.outcome("a")).toBe("already-done");
  expect(run.state.stories.get("a")?.turns).toBe(0);
  expect(run.outcome("b")).toBe("done");
});

test("a story whose commit an earlier run has landed is looked at first, wherever it would enter, and run where that does not hold", () => {
  for (const ok of [true, false]) {
    const run = new TestRun([story("a", [], { status: "review", recovered: { commit: "abc1234" } })]);
    run.start();
    run.end(run.outstanding("prepare-workspace")[0]!);
    const look = run.outstanding("check-evidence")[0]!;
    expect(look).toMatchObject({ purpose: "already-done", phase: "VERIFY" });
    expect(look).not.toHaveProperty("isSaid");
    run.end(look, { kind: "evidence", ok, missing: ok ? [] : ["gate 'test' is red"], notes: [], flags: [] });
    expect(run.outcome("a")).toBe(ok ? "already-done" : "running");
    expect(run.outstanding("run-turn").map(({ phase }) => phase)).toEqual(ok ? [] : ["VERIFY"]);
  }
});

test("a story that an earlier run had begun says where, and runs as any other", () => {
  const run = new TestRun([story("a", [], { recovered: { phase: "VERIFY" } })]);
  run.start();
  run.settleEffects();
  expect(run.outstanding("run-turn").map(({ phase }) => phase)).toEqual(["BUILD"]);
  expect(run.state.stories.get("a")?.notes).toEqual([
    "an earlier run had come to VERIFY, as its progress artifact says",
  ]);
});

test("resources and footprints keep stories apart, and leases name their unit", () => {
  const run = new TestRun(
    [
      story("a", [], { needs: ["db"] }),
      story("b", [], { needs: ["db"] }),
      story("c", [], { touches: ["src/api/**"] }),
      story("d", [], { touches: ["src/api/users.ts"] }),
      story("e", [], { needs: ["port"] }),
      story("f", [], { needs: ["port"] }),
    ],
    barePolicy({ maxWorkers: 6, resources: { port: { units: ["4000", "4001"], env: "PORT" } } }),
  );
  run.start();
  expect(run.outstanding("run-turn").map(({ story: key }) => key)).toEqual(["a", "c", "e", "f"]);
  expect(run.outstanding("run-turn", "f")[0]?.leases).toEqual([{ resource: "port", unit: "4001", env: "PORT" }]);
  run.endTurn("a");
  expect(run.outstanding("run-turn", "b")).toHaveLength(1);
  run.finish();
  expect(run.state.result?.exit).toBe(0);
});

test("a red baseline ends the run with status 2 unless it is accepted", () => {
  const red = { kind: "baseline", red: [{ name: "test", tail: ["1 failed"] }], notes: [] } as const;
  const strict = new TestRun([story("a")], policy({ baseline: "require" }));
  strict.start();
  strict.end(strict.outstanding("check-baseline")[0]!, red);
  expect(strict.state.result).toMatchObject({ status: "error", exit: 2 });
  const accepting = new TestRun([story("a")], policy({ baseline: "accept" }));
  accepting.start();
  accepting.end(accepting.outstanding("check-baseline")[0]!, red);
  accepting.finish();
  expect(accepting.state.result?.exit).toBe(0);
});

describe("a landing that is refused", () => {
  const CONFLICT = {
    kind: "conflict",
    files: ["x.ts"],
    message: "x.ts changed on both sides",
    onto: "c0ffee",
  } as const;

  /** A story that was built and reviewed comes to land, and is refused. */
  const refused = (run: TestRun, result: LandingRefusal = CONFLICT): void => {
    run.settleEffects();
    for (const turn of run.outstanding("run-turn", "a")) run.end(turn);
    run.end(run.outstanding("land", "a")[0]!, result);
    run.settleEffects();
  };

  const begun = (more: Partial<RunPolicy> = {}): TestRun => {
    const run = new TestRun([story("a"), story("b", ["a"])], policy(more));
    run.start();
    run.endTurn("a", turn({ kind: "finished" }, { session: "builder-session" }));
    refused(run);
    return run;
  };

  test("goes back to its builder's session, and to review after that", () => {
    const run = begun();
    const [repair] = run.outstanding("run-turn", "a");
    expect(repair).toMatchObject({
      phase: "REFINE",
      session: "builder-session",
      prompt: { kind: "merge" },
      conflict: { onto: "c0ffee", files: ["x.ts"] },
      baseline: "c0ffee",
    });
    run.endTurn("a");
    run.settleEffects();
    const [review] = run.outstanding("run-turn", "a");
    expect(review).toMatchObject({ phase: "VERIFY", prompt: { kind: "reverify" }, baseline: "c0ffee" });
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["done", "done"]);
  });

  test('is parked when the builder could not help often enough, and lands again on "go on"', () => {
    const run = begun();
    for (let i = 0; i < LANDING_REPAIRS_MAX; i++) {
      run.endTurn("a");
      refused(run);
    }
    expect(run.state.stories.get("a")).toMatchObject({
      stage: "parked",
      question: { kind: "conflict", files: ["x.ts"] },
    });
    expect(run.outcome("b")).toBe("queued");
    run.command({ type: "answer", story: "a", text: "go on" });
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["done", "done"]);
  });

  test("any other answer goes to the builder", () => {
    const run = begun();
    for (let i = 0; i < LANDING_REPAIRS_MAX; i++) {
      run.endTurn("a");
      refused(run);
    }
    run.command({ type: "answer", story: "a", text: "keep both lines" });
    expect(run.outstanding("run-turn", "a")).toMatchObject([
      { phase: "REFINE", prompt: { kind: "answer", answer: "keep both lines" }, conflict: { onto: "c0ffee" } },
    ]);
  });

  test("is parked at once where merging would not help, or where no turn is left", () => {
    const none = new TestRun([story("a")]);
    none.start();
    none.endTurn("a");
    refused(none, { kind: "conflict", files: [], message: "the branch holds none of its work" });
    expect(none.outcome("a")).toBe("parked");
    expect(begun({ storyTurnsMax: 2 }).outcome("a")).toBe("parked");
  });

  test("finished work whose builder fails to merge it has not failed: it is parked", () => {
    const run = begun({ attemptsMax: 1 });
    run.endTurn("a", turn({ kind: "halted", reason: "cannot" }));
    expect(run.state.stories.get("a")).toMatchObject({ stage: "parked", question: { kind: "conflict" } });
    expect(run.state.stories.get("a")?.question?.text).toContain("could not merge it");
  });

  test("a stop meanwhile loses nothing: the merge goes on with the run", () => {
    const run = begun();
    run.command({ type: "stop", reason: "asked" });
    run.endTurn("a", turn({ kind: "cut", reason: "stop" }));
    run.give({ type: "resumed" });
    run.settleEffects();
    run.finish();
    expect([run.outcome("a"), run.outcome("b")]).toEqual(["done", "done"]);
  });
});

describe("limits and budgets", () => {
  test("a story that used all of its turns fails with the limit's name", () => {
    const run = new TestRun([story("a")], policy({ storyTurnsMax: 2, attemptsMax: 9 }));
    run.start();
    for (let i = 0; i < 2; i++) {
      run.endTurn("a", turn({ kind: "halted", reason: `no ${i}` }));
      run.wait(600_000);
    }
    expect(run.outcome("a")).toBe("failed");
    expect(run.state.stories.get("a")?.failures.at(-1)).toMatchObject({ type: "LimitError" });
  });

  const used = { inputTokens: 80, outputTokens: 30, cachedTokens: null, usd: 2 };

  test("a story's budget fails the story, in tokens and in money", () => {
    for (const more of [{ storyTokensMax: 100 }, { storyUsdMax: 1.5 }]) {
      const run = new TestRun([story("a"), story("b")], policy(more));
      run.start();
      run.endTurn("a", turn({ kind: "finished" }, { usage: used }));
      run.finish();
      expect([run.outcome("a"), run.outcome("b")]).toEqual(["failed", "done"]);
      expect(run.state.stories.get("a")?.failures.at(-1)).toMatchObject({ type: "BudgetError" });
    }
  });

  test("a run's budget stops the run and loses nothing: no story fails for it", () => {
    for (const more of [{ runTokensMax: 100 }, { runUsdMax: 1.5 }]) {
      const run = new TestRun([story("a"), story("b")], policy({ ...more, maxWorkers: 1 }));
      run.start();
      run.endTurn("a", turn({ kind: "finished" }, { usage: used }));
      run.settleEffects();
      expect(run.state.result).toMatchObject({ exit: 3, status: "error" });
      expect([run.outcome("a"), run.outcome("b")]).toEqual(["queued", "queued"]);
    }
  });

  test("a fresh session after the same failure twice takes the stronger model", () => {
    const builder = { profile: "builder", provider: "one", model: "small", escalate: ["big", "huge"] };
    const agents = { builder, reviewer: { profile: "reviewer", provider: "two", escalate: [] } };
    const run = new TestRun([story("a")], policy({ agents, attemptsMax: 4 }));
    run.start();
    const models: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      run.settleEffects();
      models.push(run.outstanding("run-turn", "a")[0]?.model);
      run.endTurn("a", turn({ kind: "halted", reason: "the same" }, { session: "s" }));
      run.wait(600_000);
    }
    expect(models).toEqual(["small", "small", "big", "huge"]);
  });
});

describe("a person's words are taken as they are", () => {
  const parkedReview = () => {
    const run = new TestRun([story("a")], policy({ reviewsMax: 1 }));
    run.start();
    run.endTurn("a");
    run.endTurn("a", changes(finding("leak")));
    return run;
  };

  test("only the whole answer accepts findings; one that begins so goes to the builder", () => {
    const run = parkedReview();
    run.command({ type: "answer", story: "a", text: "accept nothing of this, repair it" });
    run.settleEffects();
    expect(run.outstanding("run-turn", "a")[0]).toMatchObject({
      phase: "REFINE",
      prompt: { kind: "answer", answer: "accept nothing of this, repair it" },
    });
    const other = parkedReview();
    other.command({ type: "answer", story: "a", text: " Accept. " });
    other.finish();
    expect(other.outcome("a")).toBe("done");
  });

  test("a retry of a story that waits for an answer is refused with what to do instead", () => {
    const run = parkedReview();
    expect(run.command({ type: "retry", story: "a", note: "x" })).toEqual([]);
    const problem = commandProblem(run.state, { type: "retry", story: "a", note: "x" });
    expect(problem).toBe('a waits for an answer: storyboard ctl answer a "accept"');
  });

  test("a note reaches the agent also where nothing has failed", () => {
    const run = new TestRun([story("a"), story("b")], policy({ maxWorkers: 1 }));
    run.start();
    run.command({ type: "skip", story: "b" });
    run.command({ type: "retry", story: "b", note: "mind the gap" });
    run.endTurn("a");
    run.endTurn("a");
    run.settleEffects();
    expect(run.outstanding("run-turn", "b")[0]).toMatchObject({
      phase: "BUILD",
      attempt: 1,
      prompt: { kind: "retry", note: "mind the gap" },
    });
  });
});
