import fc from "fast-check";
import { expect, test } from "vitest";
import { handedOn } from "../../../../src/core/evidence/pantheon/handed-on.ts";
import { readArtifact } from "../../../../src/core/evidence/pantheon/read-artifact.ts";
import { findingIdentity } from "../../../../src/core/model/review.ts";

const read = (kind: "review" | "themis" | "should-fix" | "mnemosyne", value: unknown) =>
  readArtifact({ kind, file: `36-2-${kind}.json`, suffix: kind }, JSON.stringify(value), "36-2", ["36-2"]);

test("what was put off is handed on in the reviewer's words, what was settled is not", () => {
  const review = read("review", {
    issues: [
      { id: "S-1", severity: "SHOULD_FIX", file: "src/a.ts:3", issue: "renders twice" },
      { id: "S-2", severity: "SHOULD_FIX", issue: "no label" },
    ],
  });
  const items = [
    { issue_id: "S-1", action: "deferred", reason_deferred: "later" },
    { issue_id: "S-2", action: "fixed" },
    { issue_id: "S-3", reason: "nobody says what it is" },
    { issue: "no paging", file: "src/b.ts" },
    { issue: "No  paging", file: "./src/b.ts" },
  ];
  expect(handedOn([review, read("should-fix", items)]).deferred).toEqual([
    { severity: "medium", title: "renders twice", file: "src/a.ts", line: 3, detail: "later" },
    { severity: "medium", title: "S-3", detail: "nobody says what it is" },
    { severity: "medium", title: "no paging", file: "src/b.ts" },
  ]);
});

test("without such artifacts nothing is handed on, and whatever they hold it stays bounded and without doubles", () => {
  expect(handedOn([])).toEqual({ lessons: [], deferred: [] });
  const item = fc.record({ issue: fc.constantFrom("a", "A ", "b", "c"), action: fc.constantFrom("deferred", "fixed") });
  const learning = fc.record({ issue: fc.string(), prevention: fc.string() });
  fc.assert(
    fc.property(fc.array(item), fc.array(learning), (items, learnings) => {
      const { lessons, deferred } = handedOn([read("should-fix", items), read("mnemosyne", { learnings })]);
      expect(lessons.length).toBeLessThanOrEqual(5);
      expect(new Set(deferred.map(findingIdentity)).size).toBe(deferred.length);
    }),
  );
});
