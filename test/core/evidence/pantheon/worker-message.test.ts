import fc from "fast-check";
import { expect, test } from "vitest";
import { readWorkerMessage as read } from "../../../../src/core/evidence/pantheon/worker-message.ts";

const readWorkerMessage = (text: string) => read(text, () => true);

test.each([
  [
    "✅ 36-2 COMPLETE - 25 tests, 97.6% cov, 4→0 issues, commit 8a1a0f0",
    {
      kind: "complete",
      key: "36-2",
    },
  ],
  [
    "Story 5-1 COMPLETE - 25 tests, 97.6% cov, 4->0 issues, commit 8a1a0f0",
    {
      kind: "complete",
      key: "5-1",
    },
  ],
  [
    "All done.\n\n✅ 36-2-agreement-badge COMPLETE\nTests: 22/22 (100% coverage)\nIssues: 3→3 (1 iterations)\nCommit: feat(36-2): 481c7fd\nArtifacts: 5\nCheckpoints: All passed",
    {
      kind: "complete",
      key: "36-2-agreement-badge",
    },
  ],
  ["**✅ 36-2 COMPLETE**", { kind: "complete", key: "36-2" }],
  ["✅ 36-2 COMPLETE — Tests pass, commit pending", { kind: "complete", key: "36-2" }],
  [
    "❌ 36-2 FAILED at Phase VERIFY - Cerberus found a hole",
    { kind: "failed", key: "36-2", phase: "VERIFY", reason: "Cerberus found a hole" },
  ],
  [
    "Story 5-3 FAILED at Phase VERIFY - critical security issue",
    { kind: "failed", key: "5-3", phase: "VERIFY", reason: "critical security issue" },
  ],
  [
    "❌ 36-2 FAILED at Phase 3 Verify\n- **Reason:** no reviewer\n- Missing checkpoint: reviewer artifact\n- Partial artifacts: progress, builder\n- Recommendation: run VERIFY again",
    {
      kind: "failed",
      key: "36-2",
      phase: "VERIFY",
      reason: "no reviewer",
      missing: "reviewer artifact",
      advice: "run VERIFY again",
    },
  ],
  ["❌ 36-2 FAILED", { kind: "failed", key: "36-2" }],
  [
    "⚠️ 36-2 BLOCKED\nIssue: no key\nNeed: an account",
    { kind: "blocked", key: "36-2", reason: "no key", advice: "an account" },
  ],
  [
    "Story 5-5 BLOCKED - dependency 5-4 failed, cannot proceed",
    { kind: "blocked", key: "5-5", reason: "dependency 5-4 failed, cannot proceed" },
  ],
  ["⏭️ 36-2 ALREADY_DONE", { kind: "already-done", key: "36-2" }],
  [
    "⏭️ 36-2 ALREADY IMPLEMENTED — all tasks checked",
    { kind: "already-done", key: "36-2", reason: "all tasks checked" },
  ],
  ["⏭ 36-2 ALREADY DONE: nothing to do", { kind: "already-done", key: "36-2", reason: "nothing to do" }],
  [
    "Idle — no unblocked tasks available. Standing by.",
    { kind: "idle", reason: "no unblocked tasks available. Standing by." },
  ],
])("%j", (text, message) => expect(readWorkerMessage(text)).toEqual(message));

test.each([
  "",
  "COMPLETE",
  "The story 36-2 is COMPLETE - 25 tests",
  "I would then write: ✅ 36-2 COMPLETE - 25 tests",
  '"Story 5-1 COMPLETE - 25 tests"',
  "> ✅ 36-2 COMPLETE - 25 tests",
  "```\n✅ 36-2 COMPLETE - 25 tests\n```",
  "~~~~md\n```\n❌ 36-2 FAILED at Phase BUILD - x\n```\n~~~~",
  "✅ 36-2 COMPLETENESS checked",
  "✅ 36-2 COMPLETE apart from the tests",
  "✅ COMPLETE",
  "Idle hands make mistakes",
])("%j is no message", (text) => expect(readWorkerMessage(text)).toBeUndefined());

test("the last message counts, with the lines below it alone", () => {
  const text =
    "❌ 36-2 FAILED at Phase BUILD - flaky\nReason: the first try\nafter another try:\n✅ 36-2 COMPLETE\nTests: 4/5";
  expect(readWorkerMessage(text)).toEqual({ kind: "complete", key: "36-2" });
  const turned = "✅ 36-2 COMPLETE\nTests: 4/5\n\n❌ 36-2 FAILED at Phase COMMIT - lock";
  expect(readWorkerMessage(turned)).toMatchObject({ kind: "failed", phase: "COMMIT", reason: "lock" });
  const two = "✅ 36-2 COMPLETE\nIdle — no unblocked tasks available.";
  expect(readWorkerMessage(two)).toMatchObject({ kind: "idle" });
});

test("a message about another story is none, and an earlier one about its own is still heard", () => {
  const isOwn = (key: string): boolean => key === "1-2";
  expect(read("❌ 1-9 FAILED at Phase BUILD - flaky", isOwn)).toBeUndefined();
  expect(read("❌ 1-2 FAILED\nReason: a\n⏭️ 1-9 ALREADY_DONE\nReason: b", isOwn)).toEqual({
    kind: "failed",
    key: "1-2",
    reason: "a",
  });
  expect(read("⏭️ 1-9 ALREADY_DONE\nIdle — no unblocked tasks available.", isOwn)?.kind).toBe("idle");
});

test("what a terminal would act upon is taken out, and no text makes it throw", () => {
  expect(readWorkerMessage("\u001b[31m❌ 36-2 FAILED at Phase BUILD - a\u001b]8;;x\u0007b")?.reason).toBe("ab");
  const pieces = fc.constantFrom(
    "✅ ",
    "❌ ",
    "Story ",
    "36-2 ",
    "COMPLETE",
    "FAILED at Phase ",
    "BLOCKED",
    " - ",
    "\n",
    "Reason: ",
    "Tests: ",
    "1/2",
    "```",
    "> ",
    "Idle — no unblocked tasks",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 40 }).map((all) => all.join("")),
      ),
      (text) => {
        readWorkerMessage(text);
      },
    ),
    { numRuns: 500 },
  );
  // Where a pattern went back and forth in these, they would not end.
  for (const piece of ["*_# ", "Story a", "Story a_", "_", "- a ", "✅ a_*"])
    readWorkerMessage(`Story a${piece.repeat(20_000)}`);
});

test("a line of digits below a message is looked at in part", () => {
  const digits = "1".repeat(99_000);
  expect(readWorkerMessage(`✅ 36-2 COMPLETE\nTests: ${digits}`)?.kind).toBe("complete");
  expect(readWorkerMessage(`✅ 36-2 COMPLETE\nIssues: ${digits}\nCommit: 481c7fd`)).toEqual({
    kind: "complete",
    key: "36-2",
  });
});
