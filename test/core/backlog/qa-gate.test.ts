import fc from "fast-check";
import { expect, test } from "vitest";
import { readQaGate } from "../../../src/core/backlog/qa-gate.ts";

const ISSUES =
  "top_issues:\n  - { id: SEC-1, severity: high, finding: No rate limit, suggested_action: Add one }\n  - { id: T-1, severity: low, finding: Few tests }\n";

test.each([
  ["gate: PASS\n", "approved", []],
  ["gate: WAIVED\ntop_issues: [{ id: A-1, severity: high, finding: Slow }]\n", "approved", ["high Slow"]],
  [`gate: CONCERNS\nstatus_reason: Look at it\n${ISSUES}`, "changes", ["high No rate limit", "low Few tests"]],
  ["gate: FAIL\nstatus_reason: Nothing works\n", "changes", ["high Nothing works"]],
  [
    "gate: fail\nstatus_reason: Too little\ntop_issues: [{ severity: low, finding: Typo }]\n",
    "changes",
    ["high Too little", "low Typo"],
  ],
])("%j is %s", (text, verdict, findings) => {
  const found = readQaGate(text);
  expect(found?.verdict).toBe(verdict);
  expect(found?.findings.map(({ severity, title }) => `${severity} ${title}`)).toEqual(findings);
});

test.each(["", "gate: MAYBE\n", "gate: [PASS]\n", "- PASS\n", "gate: PASS: x: [\n", "gate: FAIL\n", "a: &a [*a]\n"])(
  "%j is no verdict",
  (text) => {
    expect(readQaGate(text)).toBeUndefined();
  },
);

test("whatever the text, it never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => void readQaGate(`gate: CONCERNS\n${text}`)),
    { numRuns: 500, seed: 3 },
  );
});
