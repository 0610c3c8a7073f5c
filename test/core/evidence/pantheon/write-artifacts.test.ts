import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ProgressArtifact,
  type ProgressMetrics,
  readProgress,
  writeProgress,
} from "../../../../src/core/evidence/pantheon/progress.ts";
import {
  type ReconcilerArtifact,
  readReconciler,
  writeReconciler,
} from "../../../../src/core/evidence/pantheon/reconciler.ts";
import type { ReportedFinding } from "../../../../src/core/evidence/pantheon/reported-finding.ts";
import {
  type ReviewArtifact,
  readReview,
  verdictOf,
  writeReview,
} from "../../../../src/core/evidence/pantheon/review.ts";
import {
  readThemis,
  type ThemisArtifact,
  triageVerdict,
  writeThemis,
} from "../../../../src/core/evidence/pantheon/themis.ts";
import type { Severity } from "../../../../src/core/model/review.ts";

/** Text as it is after it was read: one line, no blanks around it. */
const word = fc.stringMatching(/^[a-zA-Zé][a-zA-Z0-9 .,äß-]{0,28}[a-zA-Z0-9]$/u);
const path = fc.constantFrom("src/a.ts", "src/app/[id].tsx", "README.md");
const count = fc.integer({ min: 0, max: 5_000 });
const percent = fc.integer({ min: 0, max: 1_000 }).map((tenths) => tenths / 10);
const moment = fc.constantFrom("2026-02-03T14:32:00Z", "2026-02-03T14:32:00.250+01:00");
const words = fc.array(word, { maxLength: 3 });
const more = fc.dictionary(fc.constantFrom("zz_own", "zz_other"), fc.jsonValue({ maxDepth: 2, noUnicodeString: true }));
const severity = fc.constantFrom<Severity>("critical", "high", "medium", "low");
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(shape: T, requiredKeys: (keyof T & string)[]) =>
  fc.record(shape, { requiredKeys });

const progress = optional(
  {
    storyKey: fc.constant("36-2"),
    workerId: word,
    startedAt: moment,
    completedAt: moment,
    phase: fc.constantFrom("BUILD", "COMPLETE"),
    status: fc.constantFrom("SUCCESS", "ALREADY_DONE", "PARTIAL", "FAILED"),
    phases: fc.uniqueArray(
      optional(
        {
          name: fc.constantFrom("PREPARE", "BUILD", "VERIFY", "REFINE"),
          status: fc.constantFrom("pending", "in_progress", "complete", "skipped"),
          details: word,
          iterations: count,
          tasksStart: count,
          tasksEnd: count,
        },
        ["name"],
      ),
      { selector: ({ name }) => name },
    ),
    checkpoints: fc.dictionary(fc.constantFrom("builder_artifact", "git_commit"), fc.boolean()),
    metrics: optional(
      {
        complexity: word,
        coverage: percent,
        commit: fc.constant("481c7fd"),
        testsAdded: count,
        issuesFound: count,
        iterations: count,
        more,
      },
      ["more"],
    ) as fc.Arbitrary<ProgressMetrics>,
    commits: words,
    more,
  },
  ["phases", "checkpoints", "metrics", "commits", "more"],
) as fc.Arbitrary<ProgressArtifact>;

const finding = optional(
  {
    severity,
    title: word,
    file: path,
    line: fc.integer({ min: 1, max: 9_999 }),
    detail: word,
    id: fc.constantFrom("SEC-001", "F-2"),
    reviewer: fc.constantFrom("cerberus", "argus"),
    category: fc.constantFrom("security", "testing"),
    fix: word,
  },
  ["severity", "title", "id"],
).filter(({ title, detail }) => title !== detail) as fc.Arbitrary<ReportedFinding>;

const review = optional(
  {
    agent: word,
    storyKey: fc.constant("36-2"),
    word: fc.constantFrom("PASS", "NEEDS_FIXES"),
    findings: fc.array(finding, { maxLength: 4 }),
    hasList: fc.constant(true),
    perspectives: words,
    tasks: fc.array(
      optional({ task: word, isImplemented: fc.boolean(), evidence: words, reason: word }, ["task", "evidence"]),
      { maxLength: 2 },
    ),
    checks: fc.uniqueArray(
      optional({ name: fc.constantFrom("tests", "lint"), hasPassed: fc.boolean(), total: count, passing: count }, [
        "name",
      ]),
      { selector: ({ name }) => name },
    ),
    coverage: percent,
    counts: fc.constant({}),
    more,
  },
  ["findings", "hasList", "perspectives", "tasks", "checks", "counts", "more"],
) as fc.Arbitrary<ReviewArtifact>;

const themis = optional(
  {
    agent: fc.constant("themis"),
    storyKey: fc.constant("36-2"),
    complexity: word,
    findings: fc.array(
      fc
        .tuple(
          finding.filter(({ reviewer }) => reviewer !== undefined),
          optional(
            {
              judgment: fc.constantFrom("UPHELD", "DOWNGRADED"),
              originalSeverity: severity,
              reason: word,
              isQuickFix: fc.boolean(),
              duplicateOf: fc.constant("F-9"),
            },
            [],
          ),
        )
        .map(([found, triage]) => ({ ...found, ...triage, isDismissed: "duplicateOf" in triage })),
      { maxLength: 4 },
    ),
    counts: fc.constant({}),
    hasTriage: fc.constant(true),
    more,
  },
  ["agent", "findings", "counts", "hasTriage", "more"],
) as fc.Arbitrary<ThemisArtifact>;

const reconciler = optional(
  {
    storyKey: fc.constant("36-2"),
    reconciledAt: moment,
    tasksTotal: count,
    tasksChecked: count,
    tasksUnchecked: count,
    tasksCheckedByReconciler: count,
    tasksAlreadyChecked: count,
    completion: percent,
    isRecordFilled: fc.boolean(),
    sources: words,
    uncheckedCode: words,
    uncheckedHuman: words,
    recommendation: fc.constantFrom("done", "review", "in-progress"),
    more,
  },
  ["sources", "uncheckedCode", "uncheckedHuman", "more"],
) as fc.Arbitrary<ReconcilerArtifact>;

/** What the text says after it went through a file; counts are made anew when they are written. */
const again = <T extends object>(
  value: T,
  write: (value: T) => string,
  read: (fields: Record<string, unknown>) => T,
): T => {
  const text = write(value);
  expect(text).toMatch(/^\{\n[\s\S]*\}\n$/);
  return read(JSON.parse(text) as Record<string, unknown>);
};
/** As JSON has it: no -0, no order of keys. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));
const survives = <T extends object>(
  values: fc.Arbitrary<T>,
  write: (value: T) => string,
  read: (fields: Record<string, unknown>) => T,
): void =>
  fc.assert(
    fc.property(values, (value) => {
      expect(plain(again(value, write, read))).toEqual(plain(value));
    }),
  );

describe("what is written is read as the same", () => {
  test("progress", () => survives(progress, writeProgress, readProgress));
  test("reconciler", () => survives(reconciler, writeReconciler, readReconciler));
  test("review", () =>
    fc.assert(
      fc.property(review, (value) => {
        const read = again(value, writeReview, readReview);
        expect(plain({ ...read, counts: {} })).toEqual(plain(value));
        expect(read.counts.total).toBe(value.findings.length);
        expect(verdictOf(read)).toEqual(verdictOf(value));
      }),
    ));
  test("themis", () =>
    fc.assert(
      fc.property(themis, (value) => {
        const read = again(value, writeThemis, readThemis);
        expect(plain({ ...read, counts: {} })).toEqual(plain(value));
        expect(triageVerdict(read)?.verdict).toBe(triageVerdict(value)?.verdict);
      }),
    ));
});

test("what is dismissed is written as such and stays so", () => {
  const dismissed = { severity: "high", title: "memo", id: "F-1", reviewer: "hestia", isDismissed: true } as const;
  const text = writeThemis({ findings: [dismissed], counts: {}, hasTriage: true, more: {} });
  const value = JSON.parse(text);
  expect(value.triaged_findings[0].final_severity).toBe("DISMISSED");
  expect(value.summary).toMatchObject({ must_fix_count: 0, dismissed_count: 1 });
  expect(readThemis(value).findings[0]).toMatchObject({ title: "memo", isDismissed: true });
});

test("our exact severity refines the class that is written, and never another one", () => {
  const finding = { severity: "high", title: "t", id: "F-1" } as const;
  const text = writeReview({
    findings: [finding],
    hasList: true,
    perspectives: [],
    tasks: [],
    checks: [],
    counts: {},
    more: {},
  });
  expect(JSON.parse(text).findings[0]).toMatchObject({
    severity: "MUST_FIX",
    level: "high",
    file: "",
    description: "t",
  });
  expect(readReview({ findings: [{ severity: "MUST_FIX", level: "low", title: "t" }] }).findings[0]?.severity).toBe(
    "critical",
  );
});

/** JSON Schema as far as Pantheon's files use it. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const violations = (schema: Schema, value: unknown, at = "$"): readonly string[] => {
  const type = typeOf(value);
  const wanted = schema.type === undefined ? [] : [schema.type].flat();
  if (wanted.length > 0 && !wanted.includes(type) && !(type === "integer" && wanted.includes("number")))
    return [`${at}: ${type}`];
  const wrong = [
    schema.const !== undefined && value !== schema.const,
    schema.enum !== undefined && !schema.enum.includes(value),
    typeof value === "string" && !new RegExp(schema.pattern ?? "").test(value),
    typeof value === "string" && [...value].length > (schema.maxLength ?? Number.POSITIVE_INFINITY),
    typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)),
  ];
  const fields = type === "object" ? (value as Record<string, unknown>) : {};
  return [
    ...(wrong.includes(true) ? [`${at}: ${JSON.stringify(value)}`] : []),
    ...(type === "object"
      ? (schema.required ?? []).filter((name) => !(name in fields)).map((name) => `${at}: no ${name}`)
      : []),
    ...Object.entries(fields).flatMap(([name, each]) =>
      violations(schema.properties?.[name] ?? {}, each, `${at}.${name}`),
    ),
    ...(Array.isArray(value) ? value.flatMap((each, i) => violations(schema.items ?? {}, each, `${at}[${i}]`)) : []),
  ];
};

const corpus = resolve(process.env.STORYBOARD_CORPUS ?? "../shared/corpus", "artifacts");
const schemaFile = (name: string): string => resolve(corpus, `jschulte__pantheon__${name}.schema.json`);
const schemaOf = (name: string): Schema => JSON.parse(readFileSync(schemaFile(name), "utf8")) as Schema;

describe.skipIf(!existsSync(schemaFile("builder-completion")))("Pantheon's JSON Schemas accept what is written", () => {
  test("they refuse something", () => {
    expect(
      violations(schemaOf("builder-completion"), { agent: 1, story_key: "x", status: "SUCCESS", files_created: [1] }),
    ).toEqual([
      "$: no files_modified",
      "$: no tests_added",
      "$.agent: integer",
      '$.story_key: "x"',
      '$.status: "SUCCESS"',
      "$.files_created[0]: integer",
    ]);
  });
  test("review, also with titles that are too long for it", () =>
    fc.assert(
      fc.property(review, fc.boolean(), (value, isLong) => {
        const findings = value.findings.map((each) =>
          isLong ? { ...each, title: `${each.title} ${"ä".repeat(150)}` } : each,
        );
        const text = writeReview({ agent: "reviewer", ...value, findings, storyKey: "36-2" });
        expect(violations(schemaOf("reviewer-findings"), JSON.parse(text))).toEqual([]);
      }),
    ));
  test("themis", () =>
    fc.assert(
      fc.property(themis, (value) => {
        const text = writeThemis({ ...value, storyKey: "36-2" });
        expect(violations(schemaOf("arbiter-triage"), JSON.parse(text))).toEqual([]);
      }),
    ));
});
