import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createNarrative } from "../../../../src/core/evidence/pantheon/narrative.ts";
import { NARRATIVE_LINE_MAX, readNarrativeLine } from "../../../../src/core/evidence/pantheon/narrative-line.ts";
import { summarizeNarrative } from "../../../../src/core/evidence/pantheon/narrative-summary.ts";

const LOG = `[14:32] PREPARE — 8 unchecked tasks, 4 checked. 3 tasks have partial implementations in codebase.
[14:34] BUILD — Spawning Metis for 8 tasks: FilterBar, sort-by-date, …
[14:37] BUILD DONE — 3 new, 2 modified (847 lines)
  + src/components/CatchList/FilterBar.tsx — filter UI with species/date/size dropdowns
  ~ src/pages/catches/index.tsx:45-78 — integrated FilterBar, added loading states
[14:38] VERIFY — 3 reviewers: Argus (code quality), Nemesis (test coverage), Eudaimonia (requirements)
[14:41] VERIFY DONE — 2 MUST_FIX, 1 SHOULD_FIX
  🔴 FilterBar missing aria-label on dropdown triggers
  🟡 SortDropdown re-renders unnecessarily (memo recommended)
[14:42] ASSESS — 2 must-fix (a11y + empty state), 1 deferred to tech debt
[14:43] REFINE — Iteration 1/3: fixing a11y labels and empty state handling
[14:45] REFINE DONE — Both must-fix resolved. Re-verification clean.
[14:46] COMMIT — 12/12 tasks (100%). feat(36-1): abc1234
`;

const entriesOf = (text: string) => {
  const narrative = createNarrative();
  narrative.push(text);
  narrative.end();
  return narrative.entries;
};

describe("the log of the prompt", () => {
  test("entry by entry", () => {
    const entries = entriesOf(LOG);
    expect(entries.map(({ time, phase, isDone }) => `${time} ${phase}${isDone ? " DONE" : ""}`)).toEqual([
      "14:32 PREPARE",
      "14:34 BUILD",
      "14:37 BUILD DONE",
      "14:38 VERIFY",
      "14:41 VERIFY DONE",
      "14:42 ASSESS",
      "14:43 REFINE",
      "14:45 REFINE DONE",
      "14:46 COMMIT",
    ]);
    expect(entries[2]).toEqual({
      time: "14:37",
      phase: "BUILD",
      isDone: true,
      text: "3 new, 2 modified (847 lines)",
      details: [
        {
          kind: "created",
          path: "src/components/CatchList/FilterBar.tsx",
          text: "filter UI with species/date/size dropdowns",
        },
        {
          kind: "modified",
          path: "src/pages/catches/index.tsx",
          lines: "45-78",
          text: "integrated FilterBar, added loading states",
        },
      ],
    });
    expect(entries[8]).toMatchObject({ text: "12/12 tasks (100%). feat(36-1): abc1234", commit: "abc1234" });
  });

  test("its summary counts what is listed, not what the header says", () => {
    expect(summarizeNarrative(entriesOf(LOG))).toEqual({
      files: [
        {
          kind: "created",
          path: "src/components/CatchList/FilterBar.tsx",
          why: "filter UI with species/date/size dropdowns",
        },
        {
          kind: "modified",
          path: "src/pages/catches/index.tsx",
          lines: "45-78",
          why: "integrated FilterBar, added loading states",
        },
      ],
      phases: [
        {
          phase: "PREPARE",
          isDone: false,
          text: "8 unchecked tasks, 4 checked. 3 tasks have partial implementations in codebase.",
        },
        { phase: "BUILD", isDone: true, text: "3 new, 2 modified (847 lines)" },
        { phase: "VERIFY", isDone: true, text: "2 MUST_FIX, 1 SHOULD_FIX" },
        { phase: "ASSESS", isDone: false, text: "2 must-fix (a11y + empty state), 1 deferred to tech debt" },
        { phase: "REFINE", isDone: true, text: "Both must-fix resolved. Re-verification clean." },
        { phase: "COMMIT", isDone: false, text: "12/12 tasks (100%). feat(36-1): abc1234" },
      ],
      mustFix: ["FilterBar missing aria-label on dropdown triggers"],
      shouldFix: ["SortDropdown re-renders unnecessarily (memo recommended)"],
      phase: "COMMIT",
      isDone: false,
      text: "12/12 tasks (100%). feat(36-1): abc1234",
      commit: "abc1234",
      runs: 1,
    });
    expect(summarizeNarrative([])).toEqual({
      files: [],
      mustFix: [],
      shouldFix: [],
      phases: [],
      isDone: false,
      runs: 0,
    });
  });
});

describe("as models write it", () => {
  test.each([
    ["[14:32] BUILD - x", { time: "14:32", phase: "BUILD", isDone: false, text: "x" }],
    ["[9:05] BUILD DONE -- x - y", { time: "09:05", phase: "BUILD", isDone: true, text: "x - y" }],
    ["  [14:32:59] FORGE – x", { time: "14:32", phase: "FORGE", isDone: false, text: "x" }],
    ["[2026-02-03 14:32] QUALITY_GATE: x", { time: "14:32", phase: "QUALITY_GATE", isDone: false, text: "x" }],
    ["**[14:32] REFLECT DONE**", { time: "14:32", phase: "REFLECT", isDone: true, text: "" }],
    ["[14:32] BUILD DONE\r", { time: "14:32", phase: "BUILD", isDone: true, text: "" }],
    ["BUILD DONE — x", { phase: "BUILD", isDone: true, text: "x" }],
    [
      "[14:46] COMMIT — done, commit `ABC1234`.",
      { time: "14:46", phase: "COMMIT", isDone: false, text: "done, commit `ABC1234`.", commit: "abc1234" },
    ],
    [
      "[14:46] COMMIT — 12/12 tasks, nothing committed",
      { time: "14:46", phase: "COMMIT", isDone: false, text: "12/12 tasks, nothing committed" },
    ],
    ["\u001b[31m[14:32] BUILD — \u001b]0;title\u0007x", { time: "14:32", phase: "BUILD", isDone: false, text: "x" }],
  ])("%j begins an entry", (line, header) => expect(readNarrativeLine(line)).toEqual({ kind: "header", header }));

  test.each([
    ["+ src/a.ts -- why", { kind: "created", path: "src/a.ts", text: "why" }],
    ["\t~ src/a.ts:4 - why - and", { kind: "modified", path: "src/a.ts", lines: "4", text: "why - and" }],
    ["  + src/my-file.ts", { kind: "created", path: "src/my-file.ts", text: "" }],
    ["  + docs/my notes.md — why", { kind: "created", path: "docs/my notes.md", text: "why" }],
    ["  + three more files", { kind: "created", text: "three more files" }],
    ["🔴️ no label", { kind: "must-fix", text: "no label" }],
    ["  🟡 slow — memo", { kind: "should-fix", text: "slow — memo" }],
  ])("%j is a detail", (line, detail) => expect(readNarrativeLine(line)).toEqual({ kind: "detail", detail }));

  test("other lines belong to the entry before; empty ones to none; what has no header before it has no phase", () => {
    expect(readNarrativeLine("   \r")).toBeUndefined();
    for (const line of ["[14:32] I built it", "NOTE - x", "- done", "[x] a", "+", "[14:32] Build — x"])
      expect(readNarrativeLine(line)).toMatchObject({ kind: "text" });
    expect(entriesOf("hello\n  + a.ts\n[14:32] BUILD — x\nmore\n\nand more\n")).toEqual([
      { isDone: false, text: "hello", details: [{ kind: "created", path: "a.ts", text: "" }] },
      { time: "14:32", phase: "BUILD", isDone: false, text: "x\nmore\nand more", details: [] },
    ]);
  });

  test("a retry appends a second run: files stay, findings are the last run's", () => {
    const retry = `[00:02] PREPARE — again
[00:03] BUILD DONE — fixed
  ~ src/components/CatchList/FilterBar.tsx:3-4 — labels
  + src/new.ts
[00:04] VERIFY DONE — 1 MUST_FIX
  🔴 empty list
`;
    const summary = summarizeNarrative(entriesOf(LOG + retry));
    expect(summary).toMatchObject({ mustFix: ["empty list"], shouldFix: [], phase: "VERIFY", isDone: true, runs: 2 });
    expect(summary.commit).toBeUndefined();
    expect(summary.files).toEqual([
      { kind: "created", path: "src/components/CatchList/FilterBar.tsx", why: "labels" },
      {
        kind: "modified",
        path: "src/pages/catches/index.tsx",
        lines: "45-78",
        why: "integrated FilterBar, added loading states",
      },
      { kind: "created", path: "src/new.ts" },
    ]);
  });
});

describe("as it grows", () => {
  test("a last line without newline is read at the end only, and each line is handed on once", () => {
    const narrative = createNarrative();
    expect(narrative.push("[14:32] BUILD — half")).toEqual([]);
    expect(narrative.entries).toEqual([]);
    expect(narrative.push(" a line\n  + a.ts")).toMatchObject([{ kind: "header", header: { text: "half a line" } }]);
    expect(narrative.end()).toMatchObject([{ kind: "detail" }]);
    expect(narrative.end()).toEqual([]);
    narrative.reset();
    expect(narrative.entries).toEqual([]);
  });

  test("the same text gives the same however it is cut", () => {
    const pieces = fc.constantFrom(
      "[14:32] ",
      "BUILD",
      " DONE",
      " — ",
      "\n",
      "  + src/a.ts",
      ":4-5",
      "🔴 x",
      "\r",
      "\u001b[3",
      "text",
      "[",
      "-",
      " ",
    );
    const text = fc.oneof(
      fc.constant(LOG),
      fc.string(),
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 12 }), (whole, cuts) => {
        const narrative = createNarrative();
        const places = [...cuts.map((cut) => Math.min(cut, whole.length)), 0, whole.length].sort((a, b) => a - b);
        const lines = places.flatMap((place, i) => narrative.push(whole.slice(places[i - 1] ?? 0, place)));
        lines.push(...narrative.end());
        const atOnce = createNarrative();
        expect(lines).toEqual([...atOnce.push(whole), ...atOnce.end()]);
        expect(narrative.entries).toEqual(atOnce.entries);
        summarizeNarrative(narrative.entries);
      }),
      { numRuns: 500 },
    );
  });

  test("no line is slow to read", () => {
    const started = performance.now();
    for (const piece of [" ", "_", "*", "- ", "A", "[", " —", "a:1 ", "[14:32] A_", "abcdefa "]) {
      for (const start of ["+ a", "[14:32] COMMIT — ", "[14:32] BUILD", ""])
        readNarrativeLine(start + piece.repeat(2_000));
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("memory is bounded: a line, an entry's details and text, and the entries", () => {
    const narrative = createNarrative();
    for (let i = 0; i < 100; i++) narrative.push("x".repeat(1_000));
    expect(narrative.push("\n")).toEqual([{ kind: "text", text: "x".repeat(NARRATIVE_LINE_MAX) }]);
    narrative.push(`[14:32] BUILD — x\n${"  + a.ts\n".repeat(2_000)}${"more\n".repeat(9_000)}`);
    expect(narrative.entries.at(-1)?.details).toHaveLength(500);
    expect(narrative.entries.at(-1)?.text.length).toBeLessThanOrEqual(4_000);
    narrative.push("[14:33] BUILD — y\n".repeat(5_000));
    expect(narrative.entries.length).toBeLessThanOrEqual(2_000);
  });
});
