import { expect, test } from "vitest";
import { askProblem } from "../../../src/core/scheduler/decide-asked.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import { initialState, storyOf } from "../../../src/core/scheduler/state.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const asking = () => {
  const run = new TestRun([story("a"), story("b")], policy({ maxWorkers: 1 }));
  run.start();
  run.settleEffects();
  const effect = run.outstanding("run-turn", "a")[0]!;
  const ask = (kind: "question" | "blocker" = "question", text = "which one?") =>
    run.give({ type: "agent-asked", story: "a", turn: effect.id, kind, text });
  return { run, effect, ask };
};

test.each([
  ["well", { kind: "finished" }],
  ["with a failure", { kind: "failed", cause: "exit", message: "exit 1" }],
  ["with a halt", { kind: "halted", reason: "stuck" }],
  ["cut by its limit", { kind: "cut", reason: "timeout" }],
  ["with a claim", { kind: "already-done" }],
] as const)("a turn that asked and ends %s parks its story, frees the slot, and goes on with the answer", (_, end) => {
  const { run, effect, ask } = asking();
  expect(ask("blocker", "no database").map(({ event }) => event.type)).toEqual(["story.asked"]);
  expect(run.outcome("a")).toBe("running");
  run.end(effect, turn(end, { session: "s-a" }));
  expect(storyOf(run.state, "a").question).toEqual({ kind: "blocker", text: "no database" });
  expect(run.outcome("a")).toBe("parked");
  run.settleEffects();
  expect(run.outstanding("run-turn", "b")).toHaveLength(1);
  run.command({ type: "answer", story: "a", text: "it is up" });
  run.endTurn("b");
  while (run.outstanding("run-turn", "a").length === 0) run.end(run.outstanding()[0]!);
  expect(run.outstanding("run-turn", "a")[0]).toMatchObject({
    session: "s-a",
    attempt: 1,
    prompt: { kind: "answer", question: "no database", answer: "it is up" },
  });
  expect(storyOf(run.state, "a").asked).toBeUndefined();
});

test("only the turn that is under way can ask, and once", () => {
  const { run, effect, ask } = asking();
  const problem = (turn: string, key = "a") => askProblem(run.state, { story: key, turn });
  expect([problem("e99"), problem(effect.id, "b")].every((text) => text?.includes("this turn is over"))).toBe(true);
  expect(problem(effect.id, "z")).toContain("not a story");
  expect(problem(effect.id)).toBeUndefined();
  ask();
  expect(problem(effect.id)).toContain("asked already");
  expect(ask("question", "another")).toEqual([]);
  run.command({ type: "cancel", story: "a" });
  run.end(effect, turn({ kind: "cut", reason: "cancel" }));
  expect(run.outcome("a")).toBe("failed");
  expect(ask()).toEqual([]);
});

test("what was asked is in the journal: a crash between the question and the turn's end loses nothing", () => {
  const { run, effect, ask } = asking();
  ask();
  const state = initialState(run.policy, run.stories);
  for (const entry of run.journal) evolve(state, entry);
  expect(state.stories.get("a")?.asked).toEqual({ kind: "question", text: "which one?" });
  run.give({ type: "resumed" });
  run.end(effect, turn({ kind: "finished" }));
  expect(run.outcome("a")).toBe("parked");
});

test("a run that stops keeps the question for its next lead", () => {
  const { run, effect, ask } = asking();
  ask();
  run.command({ type: "stop", reason: "test" });
  run.end(effect, turn({ kind: "cut", reason: "stop" }));
  expect(storyOf(run.state, "a").question?.text).toBe("which one?");
});
