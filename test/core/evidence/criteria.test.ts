import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CheckRun,
  type CheckRuns,
  judgeCriteria,
  judgeMerged,
} from "../../../src/core/evidence/criteria-judgement.ts";
import { criteriaSetting, planCriteria } from "../../../src/core/evidence/criteria-plan.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { type CriterionClaim, criteriaCounts, criterionId, laterClaims } from "../../../src/core/model/criteria.ts";

const rows = (...ids: string[]) => ids.map((id) => ({ id, text: `Text of ${id}` }));
const GATES = [
  { name: "test", run: "npm test", cwd: ".", timeoutMs: 1 },
  { name: "web", run: "npm test", cwd: "web", timeoutMs: 2 },
];
const passes: CheckRun = { end: "passes" };
const fails: CheckRun = { end: "fails", tail: ["first", "last line"] };

/** Judges claims whose checks end as `ends` says, by their shell lines. */
const judge = (
  ids: readonly string[],
  claims: readonly CriterionClaim[],
  ends: Readonly<Record<string, CheckRuns>> = {},
) => {
  const plan = planCriteria(rows(...ids), claims, GATES);
  return judgeCriteria(
    plan,
    new Map(plan.checks.flatMap((check) => (ends[check.line] ? [[check, ends[check.line]!]] : []))),
  );
};

describe("ids", () => {
  test.each(["1", "AC1", "AC-1", "ac 1.", "#1", " AC#1: ", "Criterion 1", "acceptance criterion 1)"])(
    "%j is 1",
    (id) => {
      expect(criterionId(id)).toBe("1");
    },
  );

  test.each([
    ["2.3.1", "AC-2.3.1"],
    ["UI-013", "AC-UI-013"],
    ["UI-013", "ui-013"],
  ])("%s is %s", (one, other) => {
    expect(criterionId(one)).toBe(criterionId(other));
  });

  test.each([
    ["1", "11"],
    ["1", "1.1"],
    ["2", "36-2"],
    ["1", "1a"],
  ])("%s is not %s", (one, other) => {
    expect(criterionId(one)).not.toBe(criterionId(other));
  });
});

describe("planning", () => {
  test("each check is run once, however many criteria name it", () => {
    const plan = planCriteria(
      rows("1", "2", "3"),
      [1, 2, 3].map((id) => ({ id: `AC${id}`, check: "make it" })),
      GATES,
    );
    expect(plan.checks).toEqual([{ line: "make it", cwd: "." }]);
    expect(plan.rows.every(({ check }) => check === plan.checks[0])).toBe(true);
  });

  test.each([
    ["test", "test"],
    ["gate test", "test"],
    ["gate: web", "web"],
    ["gate 'web'", "web"],
    ["npm test", "test"],
    ["npm test -- x", undefined],
    ["tests", undefined],
  ])("%j means the gate %s", (check, gate) => {
    expect(planCriteria(rows("1"), [{ id: "1", check }], GATES).checks[0]?.gate).toBe(gate);
  });

  test("of two claims for one criterion the later one counts", () => {
    const plan = planCriteria(
      rows("1"),
      [
        { id: "1", check: "a" },
        { id: "AC-1", check: "b" },
      ],
      GATES,
    );
    expect(plan.checks.map(({ line }) => line)).toEqual(["b"]);
  });

  test("claims for what is no criterion are named and not run", () => {
    const claims = Array.from({ length: 9 }, (_, i) => ({ id: `36-2/${i}`, check: "rm -rf /" }));
    const plan = planCriteria(rows("1", "2"), claims, GATES);
    expect(plan.checks).toEqual([]);
    expect(plan.notes).toEqual([
      "the builder named checks for '36-2/0', '36-2/1', '36-2/2', '36-2/3', '36-2/4' and 4 more: no acceptance criterion of this story",
    ]);
  });

  test("neither more checks nor longer ones than can be meant are run", () => {
    const ids = Array.from({ length: 60 }, (_, i) => String(i));
    const plan = planCriteria(
      rows(...ids),
      ids.map((id) => ({ id, check: `check ${id}` })),
      GATES,
    );
    expect(plan.checks).toHaveLength(50);
    expect(plan.rows[50]?.refused).toContain("more than 50");
    const long = planCriteria(rows("1"), [{ id: "1", check: "x".repeat(1_001) }], GATES);
    expect(long.checks).toEqual([]);
    expect(judgeCriteria(long, new Map()).ledger.rows[0]).toMatchObject({ state: "unproven" });
  });

  test("nothing is looked at without evidence, or where no story has a tree of its own", () => {
    const setting = (given: object) => criteriaSetting(configSchema.parse(given));
    expect(setting({})).toBe("warn");
    expect(setting({ evidence: { criteria: "require" } })).toBe("require");
    expect(setting({ evidence: { profile: "none" } })).toBe("off");
    expect(setting({ isolation: "shared" })).toBe("off");
  });
});

describe("judging", () => {
  const claim = { id: "1", check: "c" };
  test.each<[string, CheckRuns, string, RegExp | undefined]>([
    ["fails before, passes now", { commit: passes, baseline: fails }, "proven", undefined],
    [
      "passes before, too",
      { commit: passes, baseline: passes },
      "unproven",
      /passes on the baseline, too.*\(`c`\); write a check/,
    ],
    [
      "fails now",
      { commit: fails },
      "unproven",
      /its check fails: last line \(`c`\); make it pass.*first\nlast line$/s,
    ],
    [
      "fails now without a word",
      { commit: { end: "fails", tail: [] } },
      "unproven",
      /its check fails \(`c`\); make it pass on your commit; it printed nothing$/,
    ],
    ["fails now and passed before", { commit: fails, baseline: passes }, "unproven", /fails/],
    ["never ends", { commit: { end: "cut", why: "timeout: it took longer" } }, "unproven", /timeout/],
    ["never ends on the baseline", { commit: passes, baseline: { end: "cut", why: "timeout" } }, "unproven", /timeout/],
    ["had no time left", { commit: { end: "left", why: "timeout" } }, "unproven", /not run: timeout/],
  ])("a check that %s", (_, runs, state, missing) => {
    const judged = judge(["1"], [claim], { c: runs });
    expect(judged.ledger.rows[0]?.state).toBe(state);
    expect(judged.missing).toEqual(missing === undefined ? [] : [expect.stringMatching(missing)]);
  });

  test.each<[string, CheckRuns]>([
    ["on the commit", { commit: { end: "unknown", why: "no space left" } }],
    ["on the baseline", { commit: passes, baseline: { end: "unknown", why: "no space left" } }],
    ["on the baseline, without a word", { commit: passes }],
  ])("trouble of ours %s proves nothing and is held against nobody", (_, runs) => {
    const judged = judge(["1"], [claim], { c: runs });
    expect(judged.ledger.rows[0]).toMatchObject({
      state: "unproven",
      why: expect.stringContaining("could not be run"),
    });
    expect(judged.missing).toEqual([]);
  });

  test("what is not checkable needs a reason", () => {
    const { ledger, missing } = judge(
      ["1", "2", "3"],
      [
        { id: "1", check: null, why: "taste" },
        { id: "2", check: null },
      ],
    );
    expect(ledger.rows.map(({ state, why }) => [state, why])).toEqual([
      ["not-checkable", "taste"],
      ["unclaimed", "said not to be checkable, without a reason"],
      ["unclaimed", undefined],
    ]);
    expect(missing).toHaveLength(2);
    expect(criteriaCounts(ledger)).toEqual({ total: 3, claimed: 1, proven: 0, unproven: 0, notCheckable: 1 });
  });

  test("a message names only so many", () => {
    const { missing } = judge(
      Array.from({ length: 200 }, (_, i) => String(i)),
      [],
    );
    expect(missing).toHaveLength(21);
    expect(missing.at(-1)).toBe("180 more acceptance criteria are not proven");
  });

  test("on the merged tree a proven criterion can only lose", () => {
    const { ledger } = judge(["1", "2", "3"], [claim, { id: "2", check: "d" }], {
      c: { commit: passes, baseline: fails },
      d: { commit: passes, baseline: passes },
    });
    const onMerged = (run: CheckRun) =>
      judgeMerged(
        ledger,
        new Map([
          ["1", run],
          ["2", passes],
        ]),
      ).rows.map(({ state }) => state);
    expect(onMerged(passes)).toEqual(["proven", "unproven", "unclaimed"]);
    for (const run of [fails, { end: "cut", why: "x" }, { end: "unknown", why: "x" }] as const) {
      expect(onMerged(run)).toEqual(["unproven", "unproven", "unclaimed"]);
    }
  });
});

const ends = fc.constantFrom<CheckRun>(passes, fails, { end: "cut", why: "w" }, { end: "unknown", why: "w" });

test("whatever is claimed and whatever checks do: one row a criterion, proven by one way alone, the counts add up", () => {
  const claims = fc.array(
    fc.record({ id: fc.constantFrom("1", "AC2", "#3", "9", ""), check: fc.constantFrom("a", "b", "test", null) }),
  );
  fc.assert(
    fc.property(
      claims,
      fc.dictionary(fc.constantFrom("a", "b", "npm test"), fc.record({ commit: ends, baseline: ends })),
      (given, runs) => {
        const { ledger, missing } = judge(["1", "2", "3"], given, runs);
        expect(ledger.rows.map(({ id }) => id)).toEqual(["1", "2", "3"]);
        const counts = criteriaCounts(ledger);
        expect(counts.claimed).toBe(counts.proven + counts.unproven + counts.notCheckable);
        for (const row of ledger.rows) {
          const run = runs[row.claim === "test" ? "npm test" : (row.claim ?? "")];
          const isProven = run?.commit.end === "passes" && run.baseline.end === "fails";
          expect(row.state === "proven").toBe(isProven);
          if (!isProven && row.claim !== undefined) expect(row.why).not.toBe("");
        }
        expect(missing.length).toBeLessThanOrEqual(3 - counts.proven);
      },
    ),
  );
});

test("a later turn's claims replace an earlier one's for the same criterion alone, and stay bounded", () => {
  const earlier = [
    { id: "1", check: "a" },
    { id: "2", check: "b" },
  ];
  expect(laterClaims(earlier, [{ id: "AC-2", check: null, why: "w" }])).toEqual([
    { id: "1", check: "a" },
    { id: "AC-2", check: null, why: "w" },
  ]);
  const many = Array.from({ length: 150 }, (_, i) => ({ id: `x${i}`, check: "c" }));
  expect(
    laterClaims(
      many,
      many.map(({ id }) => ({ id: `y${id}`, check: "c" })),
    ),
  ).toHaveLength(200);
});
