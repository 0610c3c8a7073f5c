import fc from "fast-check";
import { expect, test } from "vitest";
import { addDeferred } from "../../../src/core/backlog/deferred-work.ts";
import type { Finding } from "../../../src/core/model/review.ts";

const finding = (title: string, more: Partial<Finding> = {}): Finding => ({ severity: "low", title, ...more });

test("findings go under a heading of their review, in a new file or at the end of an old one", () => {
  const first = addDeferred(
    "",
    "1-1-a",
    [finding("No timeout", { file: "src/a.ts", line: 3, detail: "It\nhangs." })],
    "2031-02-03T04:05:06Z",
  );
  expect(first).toBe(
    "# Deferred Work\n\n## Deferred from: code review of 1-1-a (2031-02-03)\n\n- **No timeout** [src/a.ts:3] (low) — It hangs.\n",
  );
  const second = addDeferred(first, "1-2-b", [finding("Slow", { severity: "medium" })], "2031-02-04");
  expect(second).toBe(`${first}\n## Deferred from: code review of 1-2-b (2031-02-04)\n\n- **Slow** (medium)\n`);
});

test("a later finding of the same review joins its section", () => {
  const text = "# D\n\n## Deferred from: code review of a (2031-02-03)\n\n- **One** (low)\n\n## Other\n\n- two\n";
  expect(addDeferred(text, "a", [finding("Three")], "2031-02-03")).toBe(
    text.replace("- **One** (low)\n", "- **One** (low)\n- **Three** (low)\n"),
  );
});

test("what the file already has is not added again, whoever wrote it and whatever the line", () => {
  const text =
    "## Deferred from: code review of x (2030-01-01)\n\n- **No   Timeout** [src/a.ts:99] — why\n- Plain words [src/b.ts]\n";
  const known = [finding("no timeout", { file: "src/a.ts", line: 1 }), finding("Plain words", { file: "src/b.ts" })];
  expect(addDeferred(text, "a", known, "2031-02-03")).toBe(text);
  expect(addDeferred(text, "a", [finding("no timeout", { file: "src/c.ts" })], "2031-02-03")).not.toBe(text);
});

test("CRLF stays CRLF", () => {
  const text = "# D\r\n\r\n- x\r\n";
  expect(addDeferred(text, "a", [finding("One")], "2031-02-03").replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
});

test("whatever the findings say: twice is once, the old text stays, and each is one line", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "*", "[", "]", "\n", "—", " ", "<!--", "(low)", ":1", "#") });
  const findings = fc.array(
    fc.record({ severity: fc.constant("low" as const), title: text, file: text, detail: text }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(findings, (all) => {
      const old = "# Mine\n\nWords.\n";
      const once = addDeferred(old, "k", all, "2031-02-03");
      expect(addDeferred(once, "k", all, "2031-02-04")).toBe(once);
      expect(once.startsWith(old.trimEnd())).toBe(true);
      expect(once).not.toContain("<!--");
      for (const line of once.split("\n").slice(3)) expect(line).toMatch(/^(?:$|## Deferred from|- )/);
    }),
    { numRuns: 1000, seed: 9 },
  );
});
