import { expect, test } from "vitest";
import type { CriteriaLedger, CriterionClaim } from "../../../src/core/model/criteria.ts";
import type { EffectResult } from "../../../src/core/scheduler/effects.ts";
import { evolve } from "../../../src/core/scheduler/evolve.ts";
import { initialState } from "../../../src/core/scheduler/state.ts";
import { goodResult, policy, story, TestRun, turn } from "../../support/run.ts";
import { snapshot } from "../../support/state-snapshot.ts";

const claim = (...criteria: CriterionClaim[]) => ({ files: [], criteria });
const built = (...criteria: CriterionClaim[]): EffectResult =>
  turn({ kind: "finished" }, { session: "b", claim: claim(...criteria) });
const changes: EffectResult = turn(
  { kind: "finished" },
  // What a reviewer claims is nobody's claim.
  {
    verdict: { verdict: "changes", findings: [{ severity: "high", title: "t" }] },
    claim: claim({ id: "1", check: "true" }),
  },
);
const ledger = (state: "proven" | "unproven"): CriteriaLedger => ({
  rows: [{ id: "1", text: "t", claim: "a", state }],
});

test("claims reach the look at evidence, what it proved the reviewer and the landing, and what the landing proved the state", () => {
  const run = new TestRun([story("1-1-a")], policy());
  run.start();
  const looks: unknown[] = [];
  const settle = (): void => {
    for (let next = run.outstanding().find(({ kind }) => kind !== "run-turn"); next; ) {
      if (next.kind === "check-evidence") {
        looks.push(next.claims);
        run.end(next, { ...(goodResult(next) as object), criteria: ledger("proven") } as EffectResult);
      } else if (next.kind === "land") {
        expect(next.criteria).toEqual(ledger("proven"));
        run.end(next, { ...(goodResult(next) as object), criteria: ledger("unproven") } as EffectResult);
      } else run.end(next);
      next = run.outstanding().find(({ kind }) => kind !== "run-turn");
    }
  };
  const next = () => {
    settle();
    return run.outstanding("run-turn")[0]!;
  };
  run.end(next(), built({ id: "1", check: "a" }, { id: "2", check: "b" }));
  const review = next();
  expect([review.role, review.criteria]).toEqual(["reviewer", ledger("proven")]);
  run.end(review, changes);
  const refine = next();
  expect([refine.role, refine.criteria]).toEqual(["builder", undefined]);
  run.end(refine, built({ id: "AC2", check: "c" }));
  run.end(next());
  settle();
  expect(run.outcome("1-1-a")).toBe("done");
  expect(looks).toEqual([
    [
      { id: "1", check: "a" },
      { id: "2", check: "b" },
    ],
    [
      { id: "1", check: "a" },
      { id: "AC2", check: "c" },
    ],
  ]);
  expect(run.state.stories.get("1-1-a")?.criteria?.ledger).toEqual(ledger("unproven"));

  const again = initialState(run.policy, run.stories);
  for (const entry of run.journal) evolve(again, JSON.parse(JSON.stringify(entry)));
  expect(snapshot(again)).toEqual(snapshot(run.state));
});

test("a story that nobody claims anything of has neither claims nor a ledger in its effects", () => {
  const run = new TestRun([story("1-1-a")], policy());
  run.start();
  run.settleEffects();
  run.end(run.outstanding("run-turn")[0]!);
  const look = run.outstanding("check-evidence")[0]!;
  expect(look).not.toHaveProperty("claims");
  run.end(look);
  run.settleEffects();
  expect(run.outstanding("run-turn")[0]).not.toHaveProperty("criteria");
});
