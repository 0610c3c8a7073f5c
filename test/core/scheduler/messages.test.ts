import { describe, expect, test } from "vitest";
import { commandProblem } from "../../../src/core/scheduler/decide-command.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const runOf = (takesMessages: boolean): TestRun => {
  const builder = { profile: "builder", provider: "one", escalate: [], takesMessages };
  const run = new TestRun([story("a")], policy({ agents: { builder, reviewer: { ...builder, profile: "reviewer" } } }));
  run.start();
  run.settleEffects();
  return run;
};
const lastTurn = (run: TestRun) => run.outstanding("run-turn", "a")[0];
const cutBy = (reason: "message" | "attach" | "stop") => turn({ kind: "cut", reason }, { session: "s1" });

describe("a message", () => {
  test("reaches an agent that listens in the middle of its turn, and is not said again", () => {
    const run = runOf(true);
    const before = lastTurn(run);
    run.command({ type: "message", story: "a", text: "use blue" });
    const delivery = run.outstanding("deliver-message", "a")[0];
    expect(delivery).toMatchObject({ turn: before?.id, text: "use blue" });
    run.settleEffects();
    expect(lastTurn(run)).toEqual(before);
    run.endTurn("a");
    expect(lastTurn(run)).toMatchObject({ phase: "VERIFY" });
    expect(lastTurn(run)?.messages).toBeUndefined();
  });

  test("that comes too late for an agent that listens starts another turn of its session", () => {
    const run = runOf(true);
    run.command({ type: "message", story: "a", text: "use blue" });
    run.end(run.outstanding("deliver-message")[0]!, { kind: "message", delivered: false });
    run.endTurn("a", turn({ kind: "finished" }, { session: "s1" }));
    expect(lastTurn(run)).toMatchObject({
      phase: "BUILD",
      prompt: { kind: "message" },
      messages: ["use blue"],
      session: "s1",
      attempt: 1,
    });
    run.endTurn("a");
    expect(lastTurn(run)).toMatchObject({ phase: "VERIFY" });
  });

  test("ends the turn of another agent and continues its session with it, at no cost", () => {
    const run = runOf(false);
    run.command({ type: "message", story: "a", text: "first" });
    run.command({ type: "message", story: "a", text: "second" });
    expect(run.outstanding("stop-turn")).toMatchObject([{ reason: "message" }]);
    run.endTurn("a", cutBy("message"));
    expect(lastTurn(run)).toMatchObject({
      prompt: { kind: "message" },
      messages: ["first", "second"],
      session: "s1",
      attempt: 1,
    });
    expect(run.state.busy).toBe(1);
  });

  test("that the agent never heard, because its session was lost, is said again", () => {
    const run = runOf(false);
    run.command({ type: "message", story: "a", text: "use blue" });
    run.endTurn("a", cutBy("message"));
    expect(lastTurn(run)).toMatchObject({ session: "s1", messages: ["use blue"] });
    run.endTurn("a", turn({ kind: "failed", cause: "session-lost", message: "gone" }));
    run.wait(600_000);
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ messages: ["use blue"], attempt: 1 });
    expect(lastTurn(run)?.session).toBeUndefined();
    run.endTurn("a");
    expect(lastTurn(run)?.messages).toBeUndefined();
  });

  test("to a turn that failed meanwhile is part of the retry", () => {
    const run = runOf(false);
    run.command({ type: "message", story: "a", text: "use blue" });
    run.endTurn("a", turn({ kind: "failed", cause: "exit", message: "it broke" }, { session: "s1" }));
    run.wait(600_000);
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ prompt: { kind: "retry" }, messages: ["use blue"], attempt: 2 });
  });

  test("survives a stop of the run", () => {
    const run = runOf(false);
    run.command({ type: "message", story: "a", text: "use blue" });
    run.command({ type: "stop", reason: "home" });
    run.endTurn("a", cutBy("stop"));
    run.give({ type: "resumed" });
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ messages: ["use blue"] });
  });

  test("without an agent at work is refused, and says what to do", () => {
    const run = runOf(true);
    const problem = () => commandProblem(run.state, { type: "message", story: "a", text: "hello" });
    expect(problem()).toBeUndefined();
    expect(commandProblem(run.state, { type: "message", story: "a", text: " " })).toBe("the message is empty");
    run.endTurn("a", turn({ kind: "question", question: "which?" }));
    expect(problem()).toBe('a waits for an answer: storyboard ctl answer a "your answer"');
    run.finish();
    run.command({ type: "answer", story: "a", text: "go on" });
    run.finish();
    expect(problem()).toBe("no agent of a is at work");
  });
});

describe("a person who opens the agent's session", () => {
  test("parks the story until they are done; then what was done is looked at", () => {
    const run = runOf(false);
    run.command({ type: "attach", story: "a" });
    run.endTurn("a", cutBy("attach"));
    expect(run.outcome("a")).toBe("parked");
    expect(run.state.busy).toBe(0);
    expect(run.state.stories.get("a")?.question?.kind).toBe("attached");
    run.command({ type: "detach", story: "a" });
    const looks = run.outstanding("check-evidence", "a");
    expect(looks).toMatchObject([{ purpose: "salvage" }]);
    run.end(looks[0]!, { kind: "evidence", ok: true, missing: [], notes: [], flags: [] });
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ phase: "VERIFY", attempt: 1 });
  });

  test("and had nothing to finish: the session goes on where they left it", () => {
    const run = runOf(false);
    run.command({ type: "attach", story: "a" });
    run.endTurn("a", cutBy("attach"));
    run.command({ type: "detach", story: "a" });
    run.end(run.outstanding("check-evidence", "a")[0]!, {
      kind: "evidence",
      ok: false,
      missing: ["work"],
      notes: [],
      flags: [],
    });
    run.wait(600_000);
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ phase: "BUILD", session: "s1", attempt: 1 });
  });

  test("is told when there is no session, and cannot leave what they did not open", () => {
    const run = new TestRun([story("a"), story("b", ["a"])]);
    run.start();
    expect(commandProblem(run.state, { type: "attach", story: "b" })).toContain("has no agent's session yet");
    expect(commandProblem(run.state, { type: "detach", story: "a" })).toBe("nobody has a open");
  });
});

describe("a session that is opened at an odd moment", () => {
  const attached = (): TestRun => {
    const run = runOf(false);
    run.command({ type: "attach", story: "a" });
    run.endTurn("a", cutBy("attach"));
    return run;
  };

  test("does not bring back a story that a person ended meanwhile", () => {
    const run = attached();
    run.command({ type: "cancel", story: "a" });
    expect(run.outcome("a")).toBe("failed");
    expect(commandProblem(run.state, { type: "detach", story: "a" })).toBe("nobody has a open");
    expect(commandProblem(run.state, { type: "answer", story: "a", text: "go on" })).toContain(
      "has not asked anything",
    );
  });

  test("keeps what the story was about to hear", () => {
    const run = runOf(false);
    run.endTurn("a", turn({ kind: "question", question: "which?" }, { session: "s1" }));
    run.command({ type: "pause" });
    run.command({ type: "answer", story: "a", text: "blue" });
    run.command({ type: "attach", story: "a" });
    expect(run.outcome("a")).toBe("parked");
    run.command({ type: "detach", story: "a" });
    run.command({ type: "resume" });
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ prompt: { kind: "answer", answer: "blue" }, attempt: 1 });
  });

  test("keeps an answer that the turn it ended had not heard", () => {
    const run = runOf(false);
    run.endTurn("a", turn({ kind: "question", question: "which?" }, { session: "s1" }));
    run.command({ type: "answer", story: "a", text: "blue" });
    run.settleEffects();
    run.command({ type: "message", story: "a", text: "and hurry" });
    run.endTurn("a", turn({ kind: "cut", reason: "message" }, { reportsUsage: true, wasIdle: true }));
    expect(lastTurn(run)).toMatchObject({ prompt: { kind: "answer", answer: "blue" }, messages: ["and hurry"] });
  });

  test("is refused between two turns, and does not undo a cancel", () => {
    const run = runOf(false);
    run.end(lastTurn(run)!, turn({ kind: "finished" }, { session: "s1" }));
    expect(commandProblem(run.state, { type: "attach", story: "a" })).toContain("between two turns");
    run.settleEffects();
    run.command({ type: "cancel", story: "a" });
    expect(commandProblem(run.state, { type: "attach", story: "a" })).toContain("being ended already");
  });

  test("is given back before the turn has ended for it", () => {
    const run = runOf(false);
    run.command({ type: "attach", story: "a" });
    run.command({ type: "detach", story: "a" });
    run.endTurn("a", cutBy("attach"));
    expect(run.outcome("a")).toBe("running");
  });

  test("leaves a message to the builder, not to the reviewer", () => {
    const run = runOf(false);
    run.command({ type: "message", story: "a", text: "use blue" });
    run.command({ type: "stop", reason: "home" });
    run.endTurn("a", cutBy("stop"));
    run.give({ type: "resumed" });
    const look = run.outstanding("check-evidence", "a")[0];
    if (look !== undefined) run.end(look, { kind: "evidence", ok: true, missing: [], notes: [], flags: [] });
    run.settleEffects();
    expect(lastTurn(run)).toMatchObject({ role: "builder", messages: ["use blue"] });
  });
});
