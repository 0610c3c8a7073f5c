import { describe, expect, test } from "vitest";
import type { TurnFailureCause } from "../../../src/core/model/turn.ts";
import type { AgentChoice } from "../../../src/core/scheduler/policy.ts";
import { PROVIDER_EASE_MS, PROVIDER_REST_MS, PROVIDER_SLOW_AGAIN_MS } from "../../../src/core/scheduler/policy.ts";
import { governedWorkers, holdOn } from "../../../src/core/scheduler/providers.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const failed = (cause: TurnFailureCause, more: { untilMs?: number } = {}) =>
  turn({ kind: "failed", cause, message: `it is ${cause}`, ...more }, { session: "s1" });

const builder = (more: Partial<AgentChoice> = {}): AgentChoice => ({
  profile: "builder",
  provider: "one",
  escalate: [],
  ...more,
});
const reviewer: AgentChoice = { profile: "reviewer", provider: "two", escalate: [] };
const spare: AgentChoice = { profile: "spare", provider: "three", escalate: [] };

const started = (keys: readonly string[], agents = { builder: builder(), reviewer }, maxWorkers = 4): TestRun => {
  const run = new TestRun(
    keys.map((key) => story(key)),
    policy({ agents, maxWorkers }),
  );
  run.start();
  run.settleEffects();
  return run;
};
const running = (run: TestRun) => run.outstanding("run-turn").map(({ story, agent }) => `${story} ${agent}`);
const turnsOf = (run: TestRun, key: string) =>
  run.journal.flatMap(({ event }) => (event.type === "turn.started" && event.story === key ? [event.effect] : []));

describe("a usage limit", () => {
  test("rests the provider until it said, costs no attempt, frees the slots, and the stories go on by themselves", () => {
    const run = started(["a", "b", "c"], undefined, 1);
    run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 60_000 }));
    expect(running(run)).toEqual([]);
    expect(run.state.busy).toBe(0);
    expect(holdOn(run.state, "one")).toEqual({ kind: "resting", untilMs: run.nowMs + 60_000 });
    run.wait(59_999);
    expect(running(run)).toEqual([]);
    run.wait(1);
    run.settleEffects();
    expect(running(run)).toEqual(["b builder"]);
    run.finish();
    expect(turnsOf(run, "a").map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  test("without a time is asked about again after pauses that grow, and start anew once a turn has ended well", () => {
    const run = started(["a"]);
    const pauses = [1, 2, 3].map(() => {
      run.endTurn("a", failed("rate-limit"));
      const untilMs = run.state.resting.get("one") ?? 0;
      const pause = untilMs - run.nowMs;
      run.wait(pause);
      run.settleEffects();
      return pause;
    });
    expect(pauses).toEqual([PROVIDER_REST_MS, 2 * PROVIDER_REST_MS, 4 * PROVIDER_REST_MS]);
    run.endTurn("a");
    expect(run.state.rests.has("one")).toBe(false);
  });

  test("of several turns at once never shortens the rest", () => {
    const run = started(["a", "b"]);
    run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 600_000 }));
    run.endTurn("b", failed("rate-limit"));
    expect(run.state.resting.get("one")).toBe(run.nowMs + 600_000);
  });

  test("moves new turns to the fallback, in a fresh session, and back when the rest is over", () => {
    const run = started(["a", "b"], { builder: builder({ fallback: [spare] }), reviewer }, 2);
    run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 60_000 }));
    expect(running(run)).toEqual(["b builder", "a spare"]);
    expect(turnsOf(run, "a").map(({ agent, session }) => [agent, session])).toEqual([
      ["builder", undefined],
      ["spare", undefined],
    ]);
    run.wait(60_000);
    run.endTurn("a", failed("network"));
    run.wait(600_000);
    run.settleEffects();
    expect(turnsOf(run, "a").at(-1)).toMatchObject({ agent: "builder", attempt: 1 });
    expect(turnsOf(run, "a").at(-1)?.session).toBeUndefined();
  });

  test("of the fallback too: everything waits", () => {
    const run = started(["a"], { builder: builder({ fallback: [spare] }), reviewer });
    run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 90_000 }));
    run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 60_000 }));
    expect(running(run)).toEqual([]);
    run.wait(60_000);
    run.settleEffects();
    expect(running(run)).toEqual(["a spare"]);
  });
});

describe("an overload", () => {
  test("halves what runs at once, and gives one more back each time it was quiet for a while", () => {
    const run = started(["a", "b", "c", "d", "e"]);
    expect(running(run)).toHaveLength(4);
    run.endTurn("a", failed("overloaded"));
    expect(run.state.slowed.get("one")?.workers).toBe(2);
    expect(governedWorkers(run.state, 4)).toBe(2);
    // Three still run: nothing new of that provider starts.
    expect(running(run)).toEqual(["b builder", "c builder", "d builder"]);
    run.wait(PROVIDER_EASE_MS);
    expect(run.state.slowed.get("one")?.workers).toBe(3);
    run.wait(PROVIDER_EASE_MS);
    expect(run.state.slowed.size).toBe(0);
    run.settleEffects();
    expect(running(run)).toHaveLength(4);
    run.finish();
    for (const key of ["a", "b", "c", "d", "e"]) expect(run.outcome(key)).toBe("done");
    expect(turnsOf(run, "a").every(({ attempt }) => attempt === 1)).toBe(true);
  });

  test("that several turns meet together is one overload", () => {
    const run = started(["a", "b", "c", "d"]);
    run.endTurn("a", failed("overloaded"));
    run.endTurn("b", failed("overloaded"));
    expect(run.state.slowed.get("one")?.workers).toBe(2);
    run.nowMs += PROVIDER_SLOW_AGAIN_MS;
    run.endTurn("c", failed("overloaded"));
    expect(run.state.slowed.get("one")?.workers).toBe(1);
  });

  test("of the builder's provider leaves the reviewer's alone", () => {
    const run = started(["a", "b"], undefined, 2);
    run.endTurn("a", failed("overloaded"));
    run.endTurn("b");
    expect(running(run)).toContain("b reviewer");
  });

  test("lasts a night without a person being asked", () => {
    const run = started(["a"]);
    for (let i = 0; i < 50; i++) {
      run.endTurn("a", failed("overloaded"));
      run.wait(600_000);
      run.settleEffects();
    }
    expect(turnsOf(run, "a")).toHaveLength(51);
    expect(run.state.parked.size).toBe(0);
    run.finish();
    expect(run.outcome("a")).toBe("done");
  });
});

describe("what only a person can put right", () => {
  test("stops the run at once where no other provider has a part in it", () => {
    const run = started(["a", "b"], { builder: builder(), reviewer: builder() });
    run.endTurn("a", failed("auth"));
    expect(run.state.stopping).toMatchObject({ critical: true });
  });

  test("bars the provider; the others go on, and the run stops when nothing else is left", () => {
    const run = started(["a", "b", "c"], undefined, 2);
    run.endTurn("a");
    expect(running(run)).toEqual(["b builder", "a reviewer"]);
    run.endTurn("b", failed("auth"));
    expect(run.state.stopping).toBeUndefined();
    expect(run.state.barred.get("one")).toContain("it is auth");
    expect(running(run)).toEqual(["a reviewer"]);
    run.endTurn("a");
    run.settleEffects();
    expect(run.outcome("a")).toBe("done");
    expect(run.state.result).toMatchObject({ status: "error", exit: 3 });
    expect(run.state.result?.reason).toContain("it is auth");
    run.give({ type: "resumed" });
    run.settleEffects();
    expect(running(run)).toEqual(["b builder", "c builder"]);
    run.finish();
    expect(run.state.result).toMatchObject({ status: "completed" });
    expect(turnsOf(run, "b").every(({ attempt }) => attempt === 1)).toBe(true);
  });

  test("is put right while the run goes on: resume lifts the bar", () => {
    const run = started(["a", "b"], undefined, 2);
    run.endTurn("a");
    run.endTurn("b", failed("billing"));
    run.command({ type: "resume" });
    run.settleEffects();
    expect(running(run)).toEqual(["a reviewer", "b builder"]);
  });

  test("goes to the fallback where there is one", () => {
    const run = started(["a"], { builder: builder({ fallback: [spare] }), reviewer });
    run.endTurn("a", failed("auth"));
    expect(running(run)).toEqual(["a spare"]);
  });
});

test("what a turn was about is said again when it did nothing, and when its session is lost", () => {
  const run = started(["a"]);
  run.endTurn("a", turn({ kind: "question", question: "which one?" }, { session: "s1" }));
  run.command({ type: "answer", story: "a", text: "the blue one" });
  run.settleEffects();
  run.endTurn("a", failed("session-lost"));
  run.wait(600_000);
  run.settleEffects();
  expect(turnsOf(run, "a").at(-1)).toMatchObject({ prompt: { kind: "answer", answer: "the blue one" } });
  expect(turnsOf(run, "a").at(-1)?.session).toBeUndefined();
});

test("a session is continued with where it began and what it had used", () => {
  const run = started(["a"]);
  const used = { inputTokens: 100, outputTokens: 10, cachedTokens: 5, usd: null };
  run.endTurn("a", turn({ kind: "halted", reason: "no" }, { session: "s1", sessionFolder: "/w/1", sessionUsed: used }));
  run.wait(600_000);
  run.settleEffects();
  expect(turnsOf(run, "a").at(-1)).toMatchObject({ session: "s1", sessionFolder: "/w/1", sessionUsed: used });
  // A turn that was cut off knows no total of its own.
  run.endTurn("a", turn({ kind: "cut", reason: "crash" }, { session: "s1", sessionFolder: "/w/1" }));
  run.wait(600_000);
  run.settleEffects();
  expect(turnsOf(run, "a").at(-1)).toMatchObject({ session: "s1", sessionUsed: used });
});

test("a turn in which the agent never got to work costs no attempt, however it was cut off", () => {
  const run = started(["a"]);
  const silent = (wasIdle: boolean) => turn({ kind: "cut", reason: "silent" }, { reportsUsage: true, wasIdle });
  const ended = (wasIdle: boolean) => {
    run.endTurn("a", silent(wasIdle));
    run.wait(600_000);
    run.settleEffects();
    return turnsOf(run, "a").at(-1)?.attempt;
  };
  expect(ended(true)).toBe(1);
  // What a program that was killed used, nobody knows: that it worked was seen.
  expect(ended(false)).toBe(2);
});

test("of a barred provider and a resting fallback the run waits for the one that comes back by itself", () => {
  const run = started(["a"], { builder: builder({ fallback: [spare] }), reviewer });
  run.endTurn("a", failed("auth"));
  run.endTurn("a", failed("rate-limit", { untilMs: run.nowMs + 60_000 }));
  expect(run.state.stopping).toBeUndefined();
  run.wait(60_000);
  run.settleEffects();
  expect(running(run)).toEqual(["a spare"]);
});

test("turns that meet a limit together rest once, and a time that cannot be is none", () => {
  const run = started(["a", "b", "c"]);
  for (const key of ["a", "b", "c"]) run.endTurn(key, failed("rate-limit"));
  expect(run.state.resting.get("one")).toBe(run.nowMs + PROVIDER_REST_MS);
  const other = started(["a"]);
  other.endTurn("a", failed("rate-limit", { untilMs: 1.7e18 }));
  expect(other.state.resting.get("one")).toBe(other.nowMs + PROVIDER_REST_MS);
});

test("a night of overloads does not use up the patience with a crash", () => {
  const run = started(["a"]);
  for (let i = 0; i < 20; i++) {
    run.endTurn("a", failed("overloaded"));
    run.wait(600_000);
    run.settleEffects();
  }
  run.endTurn("a", turn({ kind: "cut", reason: "crash" }));
  run.wait(600_000);
  run.settleEffects();
  expect(run.state.parked.size).toBe(0);
});
