import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MarkdownLine } from "../../../src/core/backlog/markdown-lines.ts";
import { readOutcome } from "../../../src/core/backlog/review-outcome.ts";
import { readReviewDocument, readReviewSections } from "../../../src/core/backlog/review-sections.ts";
import { corpusFiles, hasCorpus } from "./corpus.ts";

const STORY = "# Story 1.1: A\n\nStatus: review\n\n## Tasks / Subtasks\n- [x] Task 1\n\n## Dev Agent Record\n";
const read = (more: string, before = STORY) => readReviewSections(before, `${before}\n${more}\n`);
const verdict = (more: string, before?: string) => read(more, before)?.verdict;
const word = (outcome: string) => verdict(`## Senior Developer Review (AI)\n**Outcome:** ${outcome}`)?.verdict;

describe("alpha.7: a section with an outcome and action items", () => {
  test("changes requested, with what is to be done, once although it is listed as a task, too", () => {
    const found = read(
      [
        "### Review Follow-ups (AI)",
        "- [ ] [AI-Review][High] Use a map for the lookups (AC #1)",
        "## Senior Developer Review (AI)",
        "- **Reviewer**: R",
        "- **Outcome**: **Changes Requested**",
        "### Action Items",
        "- [ ] [High] Use a map for the lookups (AC #1) [file: src/a.ts:12-14]",
        "- [ ] [Med] Match whole words [file: src/b.ts]",
        "- Note: nothing else",
      ].join("\n"),
    );
    expect(found?.verdict).toEqual({
      verdict: "changes",
      findings: [
        { severity: "high", title: "Use a map for the lookups (AC #1)", file: "src/a.ts", line: 12 },
        { severity: "medium", title: "Match whole words", file: "src/b.ts" },
      ],
    });
  });

  test("blocked is a finding of its own, with the words of the review", () => {
    const found = verdict(
      "## Senior Developer Review (AI)\nOutcome: Blocked\nThe API key is missing.\n- [ ] [Low] Typo",
    );
    expect(found?.verdict).toBe("changes");
    expect(found?.findings).toMatchObject([
      { severity: "high", title: "The review's outcome is Blocked", detail: expect.stringContaining("API key") },
      { severity: "low", title: "Typo" },
    ]);
  });

  test("findings without boxes count where their severity is said, resolved ones do not", () => {
    const found = verdict(
      "## Senior Developer Review (AI)\nOutcome: Changes Requested\n### Key Findings\n- **[High] No lock** [src/a.ts:3] — two writers\n- plain words\n### Resolved Findings\n- [High] Old",
    );
    expect(found?.findings).toEqual([
      { severity: "high", title: "No lock", file: "src/a.ts", line: 3, detail: "two writers" },
    ]);
  });

  test.each([
    ["Approve", "approved"],
    ["✅ **APPROVED**", "approved"],
    ["Approved - all criteria are met", "approved"],
    ["Approved, all findings are fixed", "approved"],
    ["PASS → docs/qa/gates/1.3-block-fails.yml", "approved"],
    ["Changes Requested", "changes"],
    ["Changes Requested → Fixed", undefined],
    ["Approve once the lock is there", undefined],
    ["Approved with conditions", undefined],
    ["Approved? No", undefined],
    ["Approve | Changes Requested | Blocked", undefined],
    ["{{outcome}}", undefined],
    ["not approved", undefined],
    ["looks good to me", undefined],
  ])("%s", (outcome, expected) => {
    expect(word(outcome)).toBe(expected);
  });

  test("an approval after repairs is told apart: the reviewer's own are undone", () => {
    expect(read("## Code Review\nOutcome: APPROVED after fixes")).toMatchObject({ afterRepairs: true });
    expect(read("## Code Review\nOutcome: APPROVED")).toMatchObject({ afterRepairs: false });
  });

  test("two outcomes that disagree, or one that its status belies, say nothing", () => {
    const two =
      "## Senior Developer Review (AI)\nOutcome: Approve\n## Senior Developer Review (AI) - Round 2\nOutcome: Blocked";
    expect(verdict(two)).toBeUndefined();
    const belied = `${STORY.replace("Status: review", "Status: in-progress")}\n## Senior Developer Review (AI)\nOutcome: Approve\n`;
    expect(readReviewSections(STORY, belied)).toBeUndefined();
  });

  test("an outcome below a heading of its own, and the results of QA", () => {
    expect(verdict("## Senior Developer Review (AI)\n### Outcome\n\nApprove\n")?.verdict).toBe("approved");
    expect(verdict("## QA Results\n**Decision:** PASS\n")?.verdict).toBe("approved");
    expect(verdict("## QA Results\n### Gate Status\nGate: FAIL → docs/x.yml\nNo tests.\n")?.verdict).toBe("changes");
  });
});

describe("6.0: action items with a severity", () => {
  test("open ones are findings, with the status or without", () => {
    const items = "- [ ] [AI-Review][High] No lock [src/a.ts:3]\n- [ ] [AI-Review][LOW] Typo [src/a.ts]";
    const expected = {
      verdict: "changes",
      findings: [
        { severity: "high", title: "No lock", file: "src/a.ts", line: 3 },
        { severity: "low", title: "Typo", file: "src/a.ts" },
      ],
    };
    expect(verdict(items)).toEqual(expected);
    const inProgress = STORY.replace("Status: review", "Status: in-progress");
    expect(readReviewSections(STORY, `${inProgress}${items}\n`)?.verdict).toEqual(expected);
  });

  test("small ones alone are no outcome: the reviewer has to say done", () => {
    const small = "- [ ] [AI-Review][Low] Typo [src/a.ts]";
    expect(verdict(small)).toBeUndefined();
    const done = `${STORY.replace("Status: review", "Status: done")}${small}\n`;
    expect(readReviewSections(STORY, done)?.verdict).toMatchObject({
      verdict: "approved",
      findings: [{ severity: "low" }],
    });
  });

  test("done does not hide what is open", () => {
    const done = `${STORY.replace("Status: review", "Status: done")}- [ ] [AI-Review][High] No lock\n`;
    expect(readReviewSections(STORY, done)?.verdict.findings).toMatchObject([{ severity: "high" }]);
  });
});

describe("6.2 and later: decision, patch, defer", () => {
  test("decisions and patches are open, deferred ones are low, ticked patches are the reviewer's own repairs", () => {
    const found = read(
      [
        "### Review Findings",
        "- [ ] [Review][Decision] Which order — by name or by date",
        "- [ ] [Review][Patch] No `lock` [src/a.ts:12]",
        "- [x] [Review][Patch] Typo — Fixed [src/b.ts:1, src/c.ts]",
        "- [x] [Review][Defer] Slow [src/d.ts:run] — deferred, pre-existing",
      ].join("\n"),
    );
    expect(found?.verdict).toEqual({
      verdict: "changes",
      findings: [
        { severity: "high", title: "Which order", detail: "by name or by date" },
        { severity: "high", title: "No `lock`", file: "src/a.ts", line: 12 },
        { severity: "low", title: "Slow", file: "src/d.ts", detail: "deferred, pre-existing" },
      ],
    });
    expect(found?.ticked).toEqual([{ severity: "high", title: "Typo", file: "src/b.ts", line: 1, detail: "Fixed" }]);
  });
});

describe("only what is new in the turn counts", () => {
  const REVIEWED = `${STORY}## Senior Developer Review (AI)\n- **Outcome**: **Approve**\n- [ ] [AI-Review][High] No lock\n`;

  test("an earlier review says nothing, whatever was added elsewhere", () => {
    expect(readReviewSections(REVIEWED, REVIEWED)).toBeUndefined();
    expect(verdict("## Notes\nOutcome: Approve\n- [ ] [High] not of a review", REVIEWED)).toBeUndefined();
    expect(readReviewSections(REVIEWED, REVIEWED.replace("[ ] [AI", "[x] [AI"))).toBeUndefined();
  });

  test("a second review with the words of the first counts", () => {
    expect(verdict("## Senior Developer Review (AI) - Round 2\n- **Outcome**: **Approve**", REVIEWED)?.verdict).toBe(
      "approved",
    );
  });

  test("quoted code, comments and a status that nobody had set before do not", () => {
    expect(verdict("## Code Review\n```\nOutcome: Approve\n```\n<!-- Outcome: Approve -->")).toBeUndefined();
    expect(readReviewSections("", "Status: done\n")).toBeUndefined();
    expect(readReviewSections(STORY, STORY.replace("Status: review", "Status: blocked"))).toBeUndefined();
  });
});

test("a document that is a review as a whole", () => {
  const text = "# Code review 1-3\n\nVerdict: Changes requested\n\n- [ ] [High] No lock [src/a.ts:1]\n";
  expect(readReviewDocument("", text)?.verdict).toMatchObject({ verdict: "changes", findings: [{ title: "No lock" }] });
});

const PIECES = [
  "## Senior Developer Review (AI)",
  "### Review Findings",
  "Outcome: Approve",
  "**Outcome:** Changes Requested",
  "Status: done",
  "Status: in-progress",
  "- [ ] [AI-Review][High] T [a.ts:1]",
  "- [x] [Review][Defer] [[[",
  "- [ ] [Review][Patch] ** — [x](y)",
  "```",
  "<!--",
  "---",
  "|a|b|",
  "",
  "[".repeat(300),
] as const;

test("whatever the texts: it never throws, line ends make no difference, and what is old says nothing", () => {
  const document = fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 14 })
    .map((lines) => lines.join("\n").replaceAll("\r", ""));
  fc.assert(
    fc.property(document, document, (before, more) => {
      const after = `${before}\n${more}`;
      const found = readReviewSections(before, after);
      const crlf = (text: string) => text.replaceAll("\n", "\r\n");
      expect(readReviewSections(crlf(before), crlf(after))).toEqual(found);
      expect(readReviewSections(after, after)).toBeUndefined();
      for (const { title } of found?.verdict.findings ?? []) expect(title).toMatch(/^\S.*$/);
      if (found?.verdict.verdict === "changes") expect(found.verdict.findings).not.toEqual([]);
    }),
    { numRuns: 1000, seed: 5 },
  );
});

describe.skipIf(!hasCorpus)("real stories", () => {
  /** The review as if it had just been written: the story without it was there before. */
  const reviewOf = (name: string, heading: RegExp) => {
    const text = Buffer.from(corpusFiles("stories").find((file) => file.name.includes(name))?.bytes ?? []).toString(
      "utf8",
    );
    const lines = text.split("\n");
    const at = lines.findIndex((line) => heading.test(line));
    expect(at).toBeGreaterThan(0);
    const level = /^#+/.exec(lines[at] ?? "")?.[0].length ?? 1;
    const length = lines.slice(at + 1).findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
    const end = length === -1 ? lines.length : at + 1 + length;
    return readReviewSections([...lines.slice(0, at), ...lines.slice(end)].join("\n"), text);
  };

  test.each([
    ["3-7-threat-intelligence", /^## Senior Developer Review \(AI\)$/, "changes", 4],
    ["3-7-threat-intelligence", /^## Senior Developer Review \(AI\) - Round 2/, "approved", 0],
    ["1-4-enhanced-color-scheme", /^## Senior Developer Review/, "approved", 0],
    ["2-2-combat-animation-polish", /^## Senior Developer Review/, "approved", 0],
    ["4-3-long-task-detection", /^## Senior Developer Code Review/, "approved", 0],
    ["17.6.story", /^## QA Results/, "approved", 0],
    ["1.3.implement-core", /^## QA Results/, "approved", 0],
    ["1-6a-adk-runner", /^## Code Review/, undefined, 0],
    ["2-4-reference-string", /^## Senior Developer Review/, undefined, 0],
    ["2-2-list-workspaces", /^### Review Findings/, undefined, 0],
  ] as const)("%s %s: %s", (name, heading, expected, count) => {
    const found = reviewOf(name, heading);
    expect(found?.verdict.verdict).toBe(expected);
    expect(found?.verdict.findings ?? []).toHaveLength(count);
  });

  test("reviews that ticked what they repaired list it", () => {
    expect(reviewOf("2-7a-launchbar", /^### Review Findings/)).toBeUndefined();
    expect(reviewOf("2-1-ai-provider", /^### Senior Developer Review/)).toMatchObject({ afterRepairs: true });
  });
});

describe("paths in an answer are no words of it", () => {
  const outcomeOf = (answer: string) =>
    readOutcome([{ text: `Verdict: ${answer}`, kind: "text", path: [] } as unknown as MarkdownLine]);

  test.each([
    ["docs/changes-requested.md Approved", "approved"],
    ["docs/must/fix.md: Approved", "approved"],
    ["Approved (see docs/not/approved.test.md)", "approved"],
    ["Approved and/or not", "unclear"],
  ])("%s: %s", (answer, outcome) => expect(outcomeOf(answer)).toBe(outcome));

  test("however long they are", () => {
    const slashes = "/".repeat(100_000);
    expect(outcomeOf(`${slashes} approved`)).toBe("approved");
    expect(outcomeOf(`${slashes}.md approved`)).toBe("approved");
    expect(outcomeOf(`${"/.".repeat(50_000)} approved`)).toBe("approved");
  });

  test("and are found as a pattern finds them that looks at all of a word", () => {
    const piece = fc.constantFrom("/", ".", "a", "approved", " ", "not", "-", "é", "but/x.md");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((all) => all.join("")),
        (text) => {
          expect(outcomeOf(`approved ${text}`)).toBe(outcomeOf(`approved ${text.replaceAll(/\S*\/\S*\.\w+/gu, " ")}`));
        },
      ),
    );
  });
});
