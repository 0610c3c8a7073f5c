import { describe, expect, test } from "vitest";
import { PIPELINES, withPlan } from "../../../src/core/model/pipelines.ts";
import { countsOf } from "../../../src/core/scheduler/counts.ts";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import type { BaselineResult } from "../../../src/core/scheduler/effects.ts";
import type { Question, QuestionKind } from "../../../src/core/scheduler/events.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import { answerCommand, CHOICES, choicesOf, inboxOf, saysYes } from "../../../src/core/scheduler/inbox.ts";
import type { Command } from "../../../src/core/scheduler/inputs.ts";
import { initialState } from "../../../src/core/scheduler/state.ts";
import { barePolicy, policy, story, TestRun, turn } from "../../support/run.ts";
import { snapshot } from "../../support/state-snapshot.ts";

/** The run, folded anew from its journal as a resumed lead does. */
const replayed = (run: TestRun): unknown => {
  const folded = initialState(run.policy, run.stories);
  for (const entry of JSON.parse(JSON.stringify(run.journal))) evolve(folded, entry);
  return snapshot(folded);
};

const problem = (run: TestRun, command: Command): string | undefined => commandProblem(run.state, command);
const result = (run: TestRun) => run.state.result;
const APPROVED = { verdict: { verdict: "approved", findings: [] } } as const;

describe("what only a person can do", () => {
  const PART = "open an account at the bank";
  const landed = (more = {}): TestRun => {
    const run = new TestRun([story("a"), story("b", ["a"])], policy(more));
    run.start();
    run.endTurn("a", turn({ kind: "finished" }, { operator: PART }));
    run.endTurn("a");
    return run;
  };

  test("the agent's part lands as review, dependents start, and the story awaits its operator", () => {
    const run = landed();
    const landings = run.journal.flatMap(({ event }) => (event.type === "landing.requested" ? [event.effect] : []));
    expect(landings).toMatchObject([{ story: "a", finalStatus: "review" }]);
    expect(run.outcome("a")).toBe("awaiting-operator");
    expect(run.outcome("b")).toBe("running");
    expect(inboxOf(run.state)).toEqual([{ story: "a", question: { kind: "operator", text: PART } }]);
    expect(countsOf(run.state)).toMatchObject({ awaiting_operator: 1, done: 0, running: 1 });
  });

  test("confirmed while the run goes on: done, in the files too, and the run ends with 0", () => {
    const run = landed();
    run.command({ type: "confirm", story: "a" });
    expect(run.outstanding("write-status", "a")).toMatchObject([{ status: "done" }]);
    run.finish();
    expect(result(run)).toMatchObject({ status: "completed", exit: 0 });
    expect(countsOf(run.state)).toMatchObject({ done: 2, awaiting_operator: 0, total: 2 });
  });

  test("confirmed after the run has ended: it ends again, with its status as it is now", () => {
    const run = landed();
    run.finish();
    expect(result(run)).toMatchObject({ status: "blocked", exit: 1, reason: "1 awaiting-operator" });
    run.command({ type: "answer", story: "a", text: "Done." });
    expect(run.outstanding("write-status", "a")).toHaveLength(1);
    run.finish();
    expect(result(run)).toMatchObject({ status: "completed", exit: 0 });
    // The status is committed by a last act of its own.
    expect(run.journal.filter(({ event }) => event.type === "finish.requested")).toHaveLength(2);
    expect(inboxOf(run.state)).toEqual([]);
    expect(replayed(run)).toEqual(snapshot(run.state));
  });

  test("only a yes completes it", () => {
    const run = landed();
    expect(problem(run, { type: "answer", story: "a", text: "not done" })).toMatch(/storyboard confirm a/);
    expect(problem(run, { type: "approve", story: "a" })).toMatch(/storyboard confirm a/);
    expect(problem(run, { type: "retry", story: "a" })).toMatch(/storyboard confirm a/);
    expect(problem(run, { type: "confirm", story: "b" })).toBeDefined();
    run.command({ type: "answer", story: "a", text: "not done" });
    expect(run.outcome("a")).toBe("awaiting-operator");
    run.command({ type: "confirm", story: "a" });
    expect(problem(run, { type: "confirm", story: "a" })).toBeDefined();
  });

  test("parts of several turns are all kept, each once; those of turns that failed too", () => {
    const run = new TestRun([story("a")]);
    run.start();
    run.endTurn("a", turn({ kind: "finished" }, { operator: "one" }));
    run.endTurn(
      "a",
      turn({ kind: "finished" }, { verdict: { verdict: "changes", findings: [{ severity: "high", title: "t" }] } }),
    );
    run.endTurn("a", turn({ kind: "finished" }, { operator: "two" }));
    run.endTurn("a", turn({ kind: "finished" }, { operator: "one", ...APPROVED }));
    expect(run.state.stories.get("a")?.question?.text).toBe("one\ntwo");
  });

  test("where the end of the turn alone decides, the part of that very turn counts", () => {
    const run = new TestRun([story("a")], barePolicy());
    run.start();
    run.endTurn("a", turn({ kind: "finished" }, { operator: PART }));
    expect(run.outcome("a")).toBe("awaiting-operator");
  });

  test("it is a success for the breaker", () => {
    const run = new TestRun(
      [story("a"), story("b"), story("c")],
      barePolicy({ maxWorkers: 1, attemptsMax: 1, breakerMax: 2 }),
    );
    run.start();
    run.endTurn("a", turn({ kind: "halted", reason: "no" }));
    run.endTurn("b", turn({ kind: "finished" }, { operator: PART }));
    run.endTurn("c", turn({ kind: "halted", reason: "no" }));
    expect(result(run)).toMatchObject({ exit: 1 });
  });
});

describe("gates that are red before the first story", () => {
  const RED: BaselineResult = { kind: "baseline", red: [{ name: "test", tail: ["1 failed"] }], notes: [] };
  const asked = (): TestRun => {
    const run = new TestRun([story("a")], policy({ baseline: "ask" }));
    run.start();
    run.end(run.outstanding("check-baseline")[0]!, RED);
    return run;
  };

  test("the run asks, and nothing starts until somebody has decided", () => {
    const run = asked();
    expect(run.state.phase).toBe("baseline");
    expect(run.outstanding()).toEqual([]);
    expect(inboxOf(run.state)).toMatchObject([{ story: null, question: { kind: "baseline", red: RED.red } }]);
    run.wait(1_000_000);
    expect(run.state.busy).toBe(0);
    expect(replayed(run)).toEqual(snapshot(run.state));
  });

  test.each([
    ["accept", ["test"], []],
    ["without", ["test"], ["test"]],
  ] as const)("%s: the run goes on", (choice, red, leftOut) => {
    const run = asked();
    run.command({ type: "decide-baseline", choice });
    expect(run.state.baselineRed).toEqual(red);
    expect(run.state.leftOutGates).toEqual(leftOut);
    run.finish();
    expect(result(run)).toMatchObject({ exit: 0 });
    expect(problem(run, { type: "decide-baseline", choice: "quit" })).toBeDefined();
  });

  test("git hooks are not left out with the gates, and alone they leave nothing to go without", () => {
    const hooks = { name: "git hooks", tail: ["no terminal"], isHooks: true } as const;
    const both = new TestRun([story("a")], policy({ baseline: "ask" }));
    both.start();
    both.end(both.outstanding("check-baseline")[0]!, { ...RED, red: [hooks, ...RED.red] });
    expect(both.state.baselineQuestion?.text).toMatch(
      /git hooks, test\. .*without: this run does without test; git hooks run all the same\. quit: the run ends/,
    );
    both.command({ type: "decide-baseline", choice: "without" });
    expect(both.state.leftOutGates).toEqual(["test"]);
    expect(both.state.notes).toContain("left out of this run: test");

    const alone = new TestRun([story("a")], policy({ baseline: "ask" }));
    alone.start();
    alone.end(alone.outstanding("check-baseline")[0]!, { ...RED, red: [hooks] });
    const { question } = inboxOf(alone.state)[0]!;
    expect(question.text).not.toContain("without");
    expect(choicesOf(question)).toEqual(["accept", "quit"]);
    expect(answerCommand(null, question)).toBe("storyboard ctl answer baseline accept|quit");
    expect(problem(alone, { type: "decide-baseline", choice: "without" })).toMatch(/cannot do without git hooks/);
    expect(problem(alone, { type: "decide-baseline", choice: "accept" })).toBeUndefined();
  });

  test("quit: the run ends with 2", () => {
    const run = asked();
    run.command({ type: "decide-baseline", choice: "quit" });
    expect(result(run)).toMatchObject({ status: "error", exit: 2 });
    expect(run.state.baselineQuestion).toBeUndefined();
  });

  test("a stop and a crash leave the question where it was", () => {
    const run = asked();
    run.command({ type: "stop", reason: "test" });
    expect(result(run)).toMatchObject({ status: "paused", exit: 130 });
    run.give({ type: "resumed" });
    expect(run.state.phase).toBe("baseline");
    expect(inboxOf(run.state)).toHaveLength(1);
    run.command({ type: "decide-baseline", choice: "accept" });
    run.finish();
    expect(result(run)).toMatchObject({ exit: 0 });
  });

  test("nobody is asked where nothing is red, or where it was accepted before", () => {
    for (const [baseline, red] of [
      ["ask", []],
      ["accept", RED.red],
    ] as const) {
      const run = new TestRun([story("a")], policy({ baseline }));
      run.start();
      run.end(run.outstanding("check-baseline")[0]!, { ...RED, red });
      expect(inboxOf(run.state)).toEqual([]);
      expect(run.state.phase).toBe("running");
    }
  });
});

describe("approvals", () => {
  const PLANNED = withPlan(PIPELINES.build!);

  /** A run whose story `a` waits with a question of that kind, in its first phase. */
  const waiting = (kind: QuestionKind, more: Partial<Question> = {}): TestRun => {
    const run = new TestRun([story("a")], policy({ pipeline: PLANNED, plans: "all" }));
    run.start();
    run.settleEffects();
    const running = run.outstanding("run-turn", "a")[0]!;
    run.end(running, turn({ kind: "question", question: "?" }, { session: "s1" }));
    const parked = run.journal.at(-1)!;
    if (parked.event.type !== "story.parked") throw new Error("it does not wait");
    evolve(run.state, {
      ...parked,
      event: { ...parked.event, question: { kind, text: "1. do it", ...more } },
    });
    return run;
  };
  const nextTurn = (run: TestRun) => {
    run.settleEffects();
    return run.outstanding("run-turn", "a")[0];
  };

  test("an approved plan is built by the phase after it, in the same session, with the comments", () => {
    const run = waiting("plan");
    run.command({ type: "approve", story: "a", comments: "but keep the name" });
    expect(nextTurn(run)).toMatchObject({
      phase: "BUILD",
      session: "s1",
      prompt: { kind: "approved", plan: "1. do it", comments: "but keep the name" },
    });
  });

  test.each(["approve", "Approved.", "accept", "go on"])("%s as an answer is an approval", (text) => {
    const run = waiting("plan");
    run.command({ type: "answer", story: "a", text });
    expect(nextTurn(run)).toMatchObject({ phase: "BUILD", prompt: { kind: "approved" } });
  });

  test("other words go back to the session that planned", () => {
    const run = waiting("plan");
    run.command({ type: "answer", story: "a", text: "approve nothing of this, use SQLite" });
    expect(nextTurn(run)).toMatchObject({
      phase: "PLAN",
      session: "s1",
      prompt: { kind: "answer", ofPlan: true, answer: "approve nothing of this, use SQLite" },
    });
  });

  test.each(["review", "conflict"] as const)("a %s is approved without words alone", (kind) => {
    const run = waiting(kind);
    expect(problem(run, { type: "approve", story: "a", comments: "but" })).toMatch(/ctl answer a/);
    expect(problem(run, { type: "approve", story: "a" })).toBeUndefined();
    run.command({ type: "approve", story: "a" });
    expect(run.outstanding("land", "a")).toHaveLength(1);
  });

  test.each(["question", "blocker", "environment", "attached"] as const)("a %s is nothing to approve", (kind) => {
    const run = waiting(kind);
    expect(problem(run, { type: "approve", story: "a" })).toMatch(/waits for an answer: storyboard ctl answer a "/);
    run.command({ type: "approve", story: "a" });
    expect(run.state.parked.has("a")).toBe(true);
  });

  test("a blocker is answered in the session that met it", () => {
    const run = waiting("blocker");
    run.command({ type: "answer", story: "a", text: "the server is up again" });
    expect(nextTurn(run)).toMatchObject({ phase: "PLAN", session: "s1", prompt: { kind: "answer" } });
  });

  test("who waits for nothing can neither be approved nor answered, nor with an empty answer", () => {
    const run = waiting("question");
    expect(problem(run, { type: "answer", story: "a", text: " \n" })).toMatch(/empty/);
    run.command({ type: "cancel", story: "a" });
    expect(inboxOf(run.state)).toEqual([]);
    expect(problem(run, { type: "approve", story: "a" })).toMatch(/nothing/);
    expect(problem(run, { type: "answer", story: "a", text: "x" })).toMatch(/not asked/);
    // What a person ended can be tried again, whatever it once asked.
    expect(problem(run, { type: "retry", story: "a" })).toBeUndefined();
  });

  test("the first choice of every kind lets a story go on", () => {
    for (const kind of Object.keys(CHOICES) as QuestionKind[]) {
      if (kind === "baseline" || kind === "operator") continue;
      const run = waiting(kind);
      run.command({ type: "answer", story: "a", text: CHOICES[kind][0] ?? "blue" });
      expect(run.state.parked.size, kind).toBe(0);
      run.finish();
      // An answer to anything else lets the planning go on, and its plan waits again.
      run.command({ type: "approve", story: "a" });
      run.finish();
      expect(run.outcome("a"), kind).toBe("done");
    }
  });
});

test("the first choice of each kind is a yes, and so is what people say for it; what goes on after it is none", () => {
  for (const [kind, [first]] of Object.entries(CHOICES) as [QuestionKind, string[]][]) {
    if (first === undefined) continue;
    for (const text of [first, ` ${first.toUpperCase()} !\n`, `${first}.`]) expect(saysYes(kind, text)).toBe(true);
    for (const text of [`${first} nothing`, `not ${first}`, ""]) expect(saysYes(kind, text)).toBe(false);
  }
  expect(["approved", "accept", "go on", "land"].map((word) => saysYes("plan", word))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(["accept", "land", "done"].map((word) => saysYes("conflict", word))).toEqual([true, true, false]);
  expect(["confirm", "Confirmed.", "accept"].map((word) => saysYes("operator", word))).toEqual([true, true, false]);
  expect(saysYes("question", "")).toBe(false);
});
