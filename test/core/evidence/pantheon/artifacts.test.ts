import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ARTIFACT_LENGTH_MAX, parseArtifact } from "../../../../src/core/evidence/pantheon/artifact-json.ts";
import type { ArtifactKind } from "../../../../src/core/evidence/pantheon/artifact-names.ts";
import { numberOf, percentOf, wordOf } from "../../../../src/core/evidence/pantheon/fields.ts";
import {
  type ArtifactValues,
  artifactsOf,
  readArtifact,
} from "../../../../src/core/evidence/pantheon/read-artifact.ts";
import { verdictOf } from "../../../../src/core/evidence/pantheon/review.ts";
import { joinTriage, triageVerdict } from "../../../../src/core/evidence/pantheon/themis.ts";

const KEY = "36-2-agreement-badge";
const KEYS = [KEY, "36-3-other", "36-20-many"];
const readText = (kind: ArtifactKind, text: string, suffix: string = kind) =>
  readArtifact({ kind, file: `36-2-${suffix}.json`, suffix }, text, KEY, KEYS);
const read = (kind: ArtifactKind, value: unknown, suffix?: string) => readText(kind, JSON.stringify(value), suffix);
const contentOf = <K extends keyof ArtifactValues>(kind: K, value: unknown): ArtifactValues[K] => {
  const artifact = read(kind, value);
  if (artifact.kind !== kind || !("value" in artifact)) throw new Error(`not ${kind} but ${artifact.kind}`);
  return artifact.value as ArtifactValues[K];
};

describe("what is no artifact of this story", () => {
  test.each([
    ["", "empty"],
    ["  \n", "empty"],
    ['{"a": 1,\n "b": 2,\n "c" 3}', "not JSON, line 3"],
    ['{"a": 1,\n}', "not JSON, line 2"],
    ['{"a": [1, 2\n, 3\n', "not JSON, line 2"],
    ["Done! All good.", "not JSON, line 1"],
    ['\n\n{"a": "text\nof two lines"}', "not JSON, line 3"],
    ['{"a": 1}\n\nand so on', "not JSON, line 3"],
    ["[1]", "not a JSON object"],
    ["null", "not a JSON object"],
    ['{"story_key": "36-3", "status": "SUCCESS"}', "artifact copied from another story, its story_key is 36-3"],
    ['{"story_key": "36-20"}', "artifact copied from another story, its story_key is 36-20"],
  ])("%j is named with its file", (text, problem) => {
    expect(readText("progress", text)).toMatchObject({
      kind: "unusable",
      named: "progress",
      problem: `36-2-progress.json: ${problem}`,
    });
  });

  test("one that is too long or nested too deeply is named, too", () => {
    expect(readText("progress", `{"a": "${"x".repeat(ARTIFACT_LENGTH_MAX)}"}`)).toMatchObject({
      problem: `36-2-progress.json: longer than ${ARTIFACT_LENGTH_MAX} characters`,
    });
    const deep = `{"x": ${"[".repeat(5000)}${"]".repeat(5000)}}`;
    expect(readText("progress", deep)).toMatchObject({ problem: "36-2-progress.json: nested deeper than 50 levels" });
  });

  test("a byte order mark, an unfilled key and the full key are fine", () => {
    for (const text of ['\ufeff{"status":"SUCCESS"}', '{"story_key":"{{story_key}}"}', `{"story_key":"${KEY}"}`])
      expect(readText("progress", text).kind).toBe("progress");
  });

  test("the line of a mistake is one of the text's, and no text makes a reader throw", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      "1",
      "true",
      "\n",
      " ",
      '"',
      "\\",
      "x",
      "{{a}}",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 30 }).map((all) => all.join("")),
        ),
        (text) => {
          const parsed = parseArtifact("f", text);
          const line = /not JSON, line (\d+)$/.exec("problem" in parsed ? parsed.problem : "")?.[1];
          if (line !== undefined) expect(Number(line)).toBeLessThanOrEqual(text.split("\n").length);
        },
      ),
      { numRuns: 500 },
    );
    expect(parseArtifact("f", `["${"\\n".repeat(900_000)}", x]`)).toEqual({ problem: "f: not JSON, line 1" });
  });
});

test("numbers and words as agents write them", () => {
  const numbers = ["12", "87.3%", " ~80 %", "1,234", "1,234.5 ms", "87,3%", "25 tests", 12.5].map(numberOf);
  expect(numbers).toEqual([12, 87.3, 80, 1234, 1234.5, 87.3, 25, 12.5]);
  expect(["", "n/a", "{{n}}", "-3", -3, Number.NaN, null, true, [], "1.2.3"].map(numberOf)).toEqual(
    Array(10).fill(undefined),
  );
  expect([percentOf("101"), percentOf("100")]).toEqual([undefined, 100]);
  expect(["{{ISO timestamp}}", " a\u001b[31m\nb ", "", 36.2].map(wordOf)).toEqual([
    undefined,
    "a b",
    undefined,
    "36.2",
  ]);
});

describe("progress", () => {
  test("as the prompts have it, with numbers as texts and words in any case", () => {
    const progress = contentOf("progress", {
      story_key: "36-2",
      worker_id: "theseus",
      started_at: "2026-02-03T14:32:00Z",
      completed_at: "{{ISO timestamp}}",
      current_phase: "complete",
      status: "success",
      phases: {
        PREPARE: { status: "complete", details: "standard, 2 playbooks" },
        build: { status: "In_Progress", iterations: "2", tasks_start: 8, tasks_end: "0" },
        REFINE: "skipped",
      },
      checkpoints: { builder_artifact: true, git_commit: "false", x: "{{bool}}" },
      metrics: { coverage: "87.3%", tests_added: "12", issues_found: 3, git_commit: "{{hash}}", reviewers: ["argus"] },
      git_commits: ["481c7fd"],
      note: { by: "me" },
    });
    expect(progress).toEqual({
      storyKey: "36-2",
      workerId: "theseus",
      startedAt: "2026-02-03T14:32:00Z",
      phase: "COMPLETE",
      status: "SUCCESS",
      phases: [
        { name: "PREPARE", status: "complete", details: "standard, 2 playbooks" },
        { name: "BUILD", status: "in_progress", iterations: 2, tasksStart: 8, tasksEnd: 0 },
        { name: "REFINE", status: "skipped" },
      ],
      checkpoints: { builder_artifact: true, git_commit: false },
      metrics: { coverage: 87.3, testsAdded: 12, issuesFound: 3, more: { reviewers: ["argus"] } },
      commits: ["481c7fd"],
      more: { note: { by: "me" } },
    });
  });

  test("the least that ALREADY_DONE has; an empty object is unknown and not zero", () => {
    expect(contentOf("progress", { current_phase: "COMPLETE", status: "already-done" })).toMatchObject({
      status: "ALREADY_DONE",
    });
    expect(contentOf("progress", {})).toEqual({
      phases: [],
      checkpoints: {},
      metrics: { more: {} },
      commits: [],
      more: {},
    });
  });
});

describe("builder", () => {
  test.each([
    ["SUCCESS", "SUCCESS"],
    ["complete", "SUCCESS"],
    ["completed", "SUCCESS"],
    ["Partial", "PARTIAL"],
    ["failed", "FAILED"],
    ["{{status}}", undefined],
  ])("status %s", (word, status) => expect(contentOf("builder", { status: word }).status).toBe(status));

  test("tasks as texts, as objects with evidence, and as Pantheon's schema has them", () => {
    const tasks = (value: object) => contentOf("builder", value).tasks;
    expect(tasks({ tasks_addressed: ["Add badge"] })).toEqual([{ task: "Add badge" }]);
    const evidence = "src/a.ts:42 — validates";
    expect(tasks({ tasks_addressed: [{ task: "Add badge", evidence, action: "Implemented" }] })).toEqual([
      { task: "Add badge", evidence, action: "implemented" },
    ]);
    expect(
      tasks({ tasks_addressed: [{ task: "t", evidence: [{ file: "src/a.ts", lines: "1-2" }, "b.ts:3"] }] }),
    ).toEqual([{ task: "t", evidence: "src/a.ts:1-2, b.ts:3" }]);
    expect(tasks({ tasks_implemented: [{ task: "t", status: "done", files: ["src/a.ts"] }] })).toEqual([
      { task: "t", evidence: "src/a.ts", action: "done" },
    ]);
  });

  test("tests as numbers or an object, files as texts or objects", () => {
    expect(contentOf("builder", { tests_added: "12" }).tests).toEqual({ total: 12, files: [] });
    expect(contentOf("builder", { tests_added: { total: 3, passing: "3", coverage_percent: "91%" } }).tests).toEqual({
      total: 3,
      passing: 3,
      coverage: 91,
      files: [],
    });
    expect(contentOf("builder", { tests_added: {} }).tests).toBeUndefined();
    expect(contentOf("builder", { files_created: ["a.ts", { path: "b.ts" }, 1, null] }).filesCreated).toEqual([
      "a.ts",
      "b.ts",
      "1",
    ]);
  });

  test("the record of the loop", () => {
    const value = {
      iterations: [{ iteration: "1", tasks_addressed: [{ task: "a" }], status: "partial" }],
    };
    expect(contentOf("build-progress", value)).toMatchObject({
      iterations: [{ iteration: 1, tasks: ["a"], status: "PARTIAL" }],
    });
  });

  test("apollo is a builder or a reviewer by what he says", () => {
    expect(read("by-content", { agent: "apollo", tasks_addressed: [] }, "apollo").kind).toBe("builder");
    expect(read("by-content", { agent: "apollo", files_created: [] }, "apollo").kind).toBe("builder");
    expect(read("by-content", { agent: "apollo", issues: [] }, "apollo").kind).toBe("review");
    expect(read("by-content", { agent: "apollo", verdict: "PASS" }, "apollo").kind).toBe("review");
    expect(read("by-content", { agent: "aletheia", bugs_found: ["x"] }, "aletheia").kind).toBe("review");
    expect(read("by-content", { agent: "pygmalion" }, "notes").kind).toBe("other");
  });
});

describe("review", () => {
  test("argus, with tasks and checks", () => {
    const review = contentOf("review", {
      agent: "inspector",
      verdict: "fail",
      task_verification: [
        { task: "A", implemented: true, evidence: [{ file: "src/a.ts", lines: "15-67", code_snippet: "x" }] },
        { task: "B", implemented: "false", evidence: "src/b.ts:3", reason: "empty" },
        { task: "C", verdict: "IMPLEMENTED", evidence: "src/c.ts:1", code: "x" },
      ],
      checks: {
        tests: { passed: true, total: "12", passing: 12, coverage: "87.3%" },
        lint: { passed: false, warnings: 2 },
      },
    });
    expect(review).toMatchObject({
      word: "FAIL",
      hasList: false,
      coverage: 87.3,
      tasks: [
        { task: "A", isImplemented: true, evidence: ["src/a.ts:15-67"] },
        { task: "B", isImplemented: false, evidence: ["src/b.ts:3"], reason: "empty" },
        { task: "C", isImplemented: true },
      ],
      checks: [
        { name: "tests", hasPassed: true, total: 12, passing: 12 },
        { name: "lint", hasPassed: false },
      ],
    });
    expect(verdictOf(review)).toEqual({
      verdict: "changes",
      findings: [{ severity: "critical", title: "not implemented: B", file: "src/b.ts", line: 3, detail: "empty" }],
    });
  });

  test("several reviewers in one", () => {
    const review = contentOf("review", {
      agent: "multi-reviewer",
      verdict: "NEEDS_FIXES",
      argus: {
        task_verification: [{ task: "A", implemented: true }],
        checks: { tests: { passed: true, coverage: 87.3 } },
        issues: [],
      },
      nemesis: {
        coverage_analysis: {},
        issues: [{ severity: "HIGH", file: "src/a.test.ts:45", issue: "no test of the error" }],
      },
      cerberus: {
        security_scan: {},
        issues: [{ classification: "MUST_FIX", title: "key in the log", location: "src/k.ts:9" }],
      },
      summary: { total_issues: "2", must_fix: 1, should_fix: 1 },
    });
    expect(review).toMatchObject({
      perspectives: ["argus", "nemesis", "cerberus"],
      coverage: 87.3,
      counts: { total: 2, mustFix: 1 },
    });
    expect(review.findings).toEqual([
      { severity: "high", title: "no test of the error", file: "src/a.test.ts", line: 45, reviewer: "nemesis" },
      { severity: "critical", title: "key in the log", file: "src/k.ts", line: 9, reviewer: "cerberus" },
    ]);
  });

  test("findings of the schema, as texts, by class, and of unknown severity", () => {
    const findings = (value: unknown) => contentOf("review", { findings: value }).findings;
    expect(
      findings([
        {
          id: "SEC-001",
          severity: "should_fix",
          title: "T",
          file: "a.ts",
          line: "7",
          description: "D",
          suggested_fix: "F",
          category: "security",
        },
      ]),
    ).toEqual([
      {
        severity: "medium",
        title: "T",
        file: "a.ts",
        line: 7,
        detail: "D",
        id: "SEC-001",
        category: "security",
        fix: "F",
      },
    ]);
    expect(findings(["MUST_FIX: no label (src/a.tsx:12)", "SHOULD FIX - slow", "nothing known"])).toEqual([
      { severity: "critical", title: "no label (src/a.tsx:12)", file: "src/a.tsx", line: 12 },
      { severity: "medium", title: "slow" },
      { severity: "high", title: "nothing known" },
    ]);
    expect(findings({ must_fix: [{ issue: "x" }], code_health: [{ issue: "y", locations: ["c.ts:3"] }] })).toEqual([
      { severity: "critical", title: "x" },
      { severity: "low", title: "y", file: "c.ts", line: 3 },
    ]);
    expect(
      findings([{ severity: "BLOCK", rule: "no-eval", location: "a.ts:3", description: "eval" }])[0],
    ).toMatchObject({ severity: "critical", title: "no-eval", line: 3 });
    expect(findings([{ severity: "{{severity}}", title: "t" }, {}])).toMatchObject([
      { severity: "high" },
      { severity: "high" },
    ]);
  });

  test.each([
    [{ verdict: "PASS" }, "approved"],
    [{ verdict: "pass", issues: [{ severity: "LOW", issue: "x" }] }, "approved"],
    [{ verdict: "PASS", issues: [{ severity: "MUST_FIX", issue: "x" }] }, "changes"],
    [{ verdict: "PASS", task_verification: [{ task: "a", implemented: false }] }, "changes"],
    [{ verdict: "NEEDS_IMPROVEMENT", issues: [] }, "changes"],
    [{ verdict: "looks nice" }, "changes"],
    [{ status: "BLOCKED", findings: [] }, "changes"],
    [{ status: "PASSED" }, "approved"],
    [{ status: "completed", findings: [] }, "approved"],
    [{ findings: [], summary: { must_fix: 2 } }, "changes"],
    [{ status: "completed" }, undefined],
    [{ agent: "argus" }, undefined],
    [{ verdict: "{{PASS|FAIL}}" }, undefined],
  ])("%j is %s", (value, verdict) => expect(verdictOf(contentOf("review", value))?.verdict).toBe(verdict));
});

describe("themis", () => {
  const shapes = {
    "phase 4": {
      triage: [
        {
          issue: "no label",
          reviewer: "argus",
          original_classification: "SHOULD_FIX",
          judgment: "UPGRADED",
          new_classification: "MUST_FIX",
          justification: "a11y",
        },
        {
          issue: "memo",
          reviewer: "hestia",
          original_classification: "MUST_FIX",
          judgment: "dismissed",
          new_classification: "STYLE",
          justification: "no",
        },
      ],
      summary: { must_fix: "1", should_fix: 0, style: 0 },
    },
    "agent file": {
      agent: "arbiter",
      triage: {
        must_fix: [
          {
            id: "MF-1",
            source_agent: "argus",
            original_severity: "SHOULD_FIX",
            issue: "no label",
            location: "f.ts:45",
            reasoning: "a11y",
          },
        ],
        dismissed: [
          { id: "D-1", source_agent: "hestia", original_severity: "MUST_FIX", issue: "memo", reasoning: "no" },
        ],
      },
      summary: { must_fix_count: 1, should_fix_count: "0" },
    },
    schema: {
      agent: "themis",
      triaged_findings: [
        {
          original_id: "no label",
          original_agent: "argus",
          original_severity: "SHOULD_FIX",
          final_severity: "MUST_FIX",
          triage_reason: "a11y",
        },
        {
          original_id: "memo",
          original_agent: "hestia",
          original_severity: "MUST_FIX",
          final_severity: "DISMISSED",
          triage_reason: "no",
        },
      ],
      summary: { must_fix_count: 1 },
    },
  };
  test.each(Object.entries(shapes))("the shape of %s", (_, shape) => {
    const themis = contentOf("themis", shape);
    expect(themis.counts.mustFix).toBe(1);
    expect(themis.findings).toMatchObject([
      {
        severity: "critical",
        originalSeverity: "medium",
        title: "no label",
        reviewer: "argus",
        reason: "a11y",
        isDismissed: false,
      },
      { originalSeverity: "critical", title: "memo", reviewer: "hestia", reason: "no", isDismissed: true },
    ]);
    expect(triageVerdict(themis)).toMatchObject({ verdict: "changes", findings: [{ title: "no label" }] });
  });

  test("findings that are named by number get the reviewer's words; duplicates are not left to do", () => {
    const review = contentOf("review", {
      agent: "cerberus",
      findings: [{ id: "SEC-001", severity: "MUST_FIX", title: "key in the log", file: "a.ts", line: 3 }],
    });
    const themis = joinTriage(
      contentOf("themis", {
        triaged_findings: [
          { original_id: "SEC-001", original_agent: "cerberus", final_severity: "STYLE", triage_reason: "demo only" },
          { original_id: "X-9", original_agent: "argus", final_severity: "MUST_FIX", duplicate_of: "SEC-001" },
        ],
      }),
      [review],
    );
    expect(themis.findings[0]).toMatchObject({
      severity: "low",
      title: "key in the log",
      file: "a.ts",
      line: 3,
      reason: "demo only",
    });
    expect(triageVerdict(themis)).toMatchObject({ verdict: "approved", findings: [{ id: "SEC-001" }] });
    expect(triageVerdict(contentOf("themis", { triage: [] }))).toEqual({ verdict: "approved", findings: [] });
    expect(triageVerdict(contentOf("themis", {}))).toBeUndefined();
  });
});

test("reconciler, old and new", () => {
  expect(
    contentOf("reconciler", {
      tasks_total: "12",
      tasks_checked: 12,
      completion_pct: "100%",
      dev_record_filled: "true",
      unchecked_tasks: ["deploy"],
      status_recommendation: "In Progress",
      reconciled_at: "{{now}}",
    }),
  ).toEqual({
    tasksTotal: 12,
    tasksChecked: 12,
    completion: 100,
    isRecordFilled: true,
    sources: [],
    uncheckedCode: ["deploy"],
    uncheckedHuman: [],
    recommendation: "in-progress",
    more: {},
  });
});

test("should-fix, mnemosyne and hermes", () => {
  const item = { issue_id: "SF-1", action: "DEFERRED", reason_deferred: "later", effort_estimate: "Small" };
  const items = [{ id: "SF-1", title: "SF-1", severity: "medium", action: "deferred", reason: "later" }];
  expect(contentOf("should-fix", [item, "x"])).toEqual({ items });
  expect(contentOf("should-fix", { story_key: "36-2", items: [item] })).toEqual({ storyKey: "36-2", items });
  expect(contentOf("should-fix", [{ issue: "no label", file: "src/a.ts:3", action: "fixed" }])).toEqual({
    items: [{ title: "no label", file: "src/a.ts", line: 3, severity: "medium", action: "fixed" }],
  });
  expect(
    contentOf("mnemosyne", {
      agent: "mnemosyne",
      learnings: [
        { issue: "dates", root_cause: "zones", prevention: "UTC", applies_to: ["api", "ui"] },
        { issue: "Dates", root_cause: "again" },
        "short",
        {},
      ],
    }),
  ).toMatchObject({
    lessons: [
      { title: "dates", when: "zones", what: "UTC", appliesTo: ["api", "ui"] },
      { title: "short", when: "", what: "short", appliesTo: [] },
    ],
  });
  expect(
    read("hermes", {
      agent: "hermes",
      learnings: [{ pattern: "p", domain: "d" }],
    }),
  ).toMatchObject({
    kind: "mnemosyne",
    value: { lessons: [{ title: "p", what: "p", appliesTo: ["d"] }] },
  });
  expect(
    contentOf("hermes", {
      quick_stats: { tests_added: "22", coverage: "100%", issues_found: 3 },
    }),
  ).toMatchObject({
    testsAdded: 22,
    coverage: 100,
    issuesFound: 3,
  });
});

test("no JSON makes a reader throw, not even under the names that it looks for", () => {
  const names = [
    "story_key",
    "status",
    "current_phase",
    "phases",
    "BUILD",
    "checkpoints",
    "metrics",
    "coverage",
    "tests_added",
    "git_commits",
    "tasks_addressed",
    "tasks_implemented",
    "task",
    "evidence",
    "file",
    "lines",
    "issues",
    "findings",
    "verdict",
    "severity",
    "title",
    "summary",
    "task_verification",
    "checks",
    "argus",
    "must_fix",
    "triage",
    "triaged_findings",
    "issue",
    "original_id",
    "final_severity",
    "duplicate_of",
    "level",
    "tasks_checked",
    "completion_pct",
    "learnings",
    "applies_to",
    "playbook_action",
    "quick_stats",
    "iterations",
    "__proto__",
    "constructor",
    "toString",
  ];
  const words = ["PASS", "MUST_FIX", "HIGH", "{{x}}", "12", "87%", "src/a.ts:4", "DISMISSED", "", "36-2", "true"];
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(...words),
      fc.jsonValue({ maxDepth: 1 }),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc
      .array(fc.tuple(fc.constantFrom(...names), tie("value")), { maxLength: 8 })
      .map((entries) => Object.fromEntries(entries)),
  }));
  const kinds = [
    "progress",
    "builder",
    "build-progress",
    "review",
    "themis",
    "reconciler",
    "should-fix",
    "mnemosyne",
    "hermes",
    "by-content",
    "forge",
  ] as const;
  fc.assert(
    fc.property(json.object, (value) => {
      const all = kinds.map((kind) => read(kind, value));
      for (const { value: review } of artifactsOf(all, "review")) verdictOf(review);
      for (const { value: themis } of artifactsOf(all, "themis")) triageVerdict(themis);
    }),
    { numRuns: 400 },
  );
});
