import { expect, test } from "vitest";
import { criteriaReasons, criteriaWords } from "../../../src/app/headless/criteria-lines.ts";
import type { CriterionState, LedgerRow } from "../../../src/core/model/criteria.ts";

const rows = (...states: CriterionState[]): readonly LedgerRow[] =>
  states.map((state, i) => ({ id: `${i + 1}`, text: "t", state }));

test.each<[string, readonly LedgerRow[]]>([
  ["2/2 proven", rows("proven", "proven")],
  ["3/4 proven, 1 claimed (1 not checkable)", rows("proven", "proven", "proven", "not-checkable")],
  ["0/3 proven, 2 claimed (1 not checkable), 1 unclaimed", rows("unproven", "not-checkable", "unclaimed")],
  ["0/2 proven, 2 unclaimed", rows("unclaimed", "unclaimed")],
])("%s", (words, ledger) => {
  expect(criteriaWords({ rows: ledger })).toBe(words);
});

test("unknown is a dash, never 0", () => {
  expect(criteriaWords(undefined)).toBe("–");
  expect(criteriaReasons(undefined)).toEqual([]);
});

test("reasons are one line each, of what is not proven and has one", () => {
  const ledger: readonly LedgerRow[] = [
    { id: "1", text: "t", state: "proven", why: "never said" },
    { id: "2", text: "t", state: "unproven", why: "its check\nfails" },
    { id: "3", text: "t", state: "unclaimed" },
    { id: "4", text: "t", state: "not-checkable", why: "taste" },
  ];
  expect(criteriaReasons({ rows: ledger })).toEqual(["2 not proven: its check fails", "4 not checkable: taste"]);
});
