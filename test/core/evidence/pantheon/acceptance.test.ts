import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AcceptanceInput,
  ALL_EVIDENCE,
  checkArtifacts,
  citationsToCheck,
} from "../../../../src/core/evidence/pantheon/acceptance.ts";
import { findArtifacts } from "../../../../src/core/evidence/pantheon/artifact-names.ts";
import { checkCitations, findCitations } from "../../../../src/core/evidence/pantheon/citations.ts";
import { readArtifact } from "../../../../src/core/evidence/pantheon/read-artifact.ts";

const KEY = "36-2-agreement-badge";
const KEYS = [KEY, "36-3-other", "36-20-many"];
const evidence = (where = "src/a.ts:42") => [
  { task: "Add badge", evidence: `${where} — renders it`, action: "implemented" },
];
const good: Readonly<Record<string, unknown>> = {
  "36-2-progress.json": { story_key: "36-2", current_phase: "COMPLETE", status: "SUCCESS" },
  "36-2-metis.json": { agent: "metis", status: "SUCCESS", tasks_addressed: evidence() },
  "36-2-review.json": { agent: "multi-reviewer", verdict: "PASS" },
  "36-2-themis.json": { triage: [] },
  "36-2-reconciler.json": { tasks_total: 2, tasks_checked: 2, completion_pct: 100, dev_record_filled: true },
};
const judge = (files: Readonly<Record<string, unknown>>, more: Partial<AcceptanceInput> = {}) => {
  const artifacts = findArtifacts(Object.keys(files), KEY, KEYS).map((found) => {
    const value = files[found.file];
    return readArtifact(found, typeof value === "string" ? value : JSON.stringify(value), KEY, KEYS);
  });
  const input = {
    key: KEY,
    keys: KEYS,
    asked: ALL_EVIDENCE,
    artifacts,
    hasCommit: true,
    citationProblems: [],
    ...more,
  };
  return checkArtifacts(input);
};
const missing = (change: Readonly<Record<string, unknown>>, more: Partial<AcceptanceInput> = {}) => {
  const files = Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined);
  return judge(Object.fromEntries(files), more).missing.map(({ message, phase }) => `${phase}: ${message}`);
};

describe("acceptance", () => {
  test("a whole set of artifacts is accepted without a note", () => {
    expect(judge(good)).toEqual({ missing: [], notes: [] });
  });

  test("nothing at all is named in the words of the lead-driven batch, in the order of the phases", () => {
    const { missing: all } = judge({}, { hasCommit: false });
    expect(all).toEqual([
      { message: "builder artifact (no BUILD phase evidence)", phase: "BUILD" },
      { message: "reviewer artifact (no VERIFY phase evidence)", phase: "VERIFY" },
      { message: "themis artifact (no ASSESS phase evidence)", phase: "ASSESS" },
      { message: "progress artifact (missing or incomplete)", phase: "COMMIT" },
      { message: "reconciler artifact (no COMMIT/reconciliation evidence)", phase: "COMMIT" },
      { message: "git commit with feat(36-2) prefix", phase: "COMMIT" },
    ]);
  });

  test.each([
    ["a phase that still runs", { current_phase: "VERIFY" }, "VERIFY: progress artifact (missing or incomplete)"],
    ["PARTIAL", { status: "partial", current_phase: "BUILD" }, "BUILD: progress artifact (status PARTIAL at BUILD)"],
    [
      "FAILED with a reason",
      { status: "FAILED", current_phase: "REFINE", phases: { REFINE: { status: "failed", details: "no way" } } },
      "BUILD: progress artifact (status FAILED at REFINE: no way)",
    ],
    ["broken JSON", '{"status":\n"SUCCESS"', "COMMIT: progress artifact (36-2-progress.json: not JSON, line 2)"],
    [
      "another story's",
      { story_key: "36-20", status: "SUCCESS" },
      "COMMIT: progress artifact (36-2-progress.json: artifact copied from another story, its story_key is 36-20)",
    ],
    [
      "a template",
      { status: "{{SUCCESS}}", current_phase: "COMPLETE" },
      "COMMIT: progress artifact (missing or incomplete)",
    ],
  ])("progress: %s", (_, progress, message) => expect(missing({ "36-2-progress.json": progress })).toEqual([message]));

  test("ALREADY_DONE is as good as SUCCESS where the story may have been done before, in whatever spelling", () => {
    for (const status of ["ALREADY_DONE", "already_done", "Already Done"]) {
      expect(judge({ "36-2-progress.json": { status } }, { asked: ["progress"] }).missing).toEqual([]);
      expect(missing({ "36-2-progress.json": { status } }, { notDoneBefore: "there is work of the story" })).toEqual([
        "COMMIT: progress artifact (status ALREADY_DONE, and there is work of the story)",
      ]);
    }
    expect(judge({ "36-2-progress.json": { status: "ALREADY_DONE" } }, { hasCommit: false }).missing).toHaveLength(5);
  });

  test.each([
    ["tasks as texts only", { tasks_addressed: ["Add badge", "Test it"] }],
    ["no tasks", { tasks_addressed: [], files_created: ["src/a.ts"] }],
    [
      "evidence without lines",
      { tasks_addressed: [{ task: "Add badge", evidence: "src/a.ts — at 12:30, see http://localhost:3000/x" }] },
    ],
  ])("builder: %s are no file:line evidence", (_, builder) => {
    expect(missing({ "36-2-metis.json": builder })).toEqual([
      "BUILD: builder artifact (no file:line evidence in tasks_addressed)",
    ]);
  });

  test("a text with a citation is evidence; entries without one are a note", () => {
    const tasks_addressed = ["Add badge (src/a.ts:42)", "Test it"];
    expect(judge({ ...good, "36-2-metis.json": { tasks_addressed } })).toMatchObject({
      missing: [],
      notes: ["1 of 2 tasks_addressed have no file:line evidence"],
    });
  });

  test("wrong citations, a failed build and a copied artifact are named", () => {
    const citationProblems = ["cites src/a.ts:400, which has 120 lines"];
    expect(missing({}, { citationProblems })).toEqual([
      "BUILD: builder artifact (cites src/a.ts:400, which has 120 lines)",
    ]);
    expect(missing({ "36-2-metis.json": { status: "failed", tasks_addressed: evidence() } })).toEqual([
      "BUILD: builder artifact (status FAILED)",
    ]);
    const copied = "36-2-metis.json: artifact copied from another story, its story_key is 36-3";
    expect(missing({ "36-2-metis.json": { story_key: "36-3", tasks_addressed: evidence() } })).toEqual([
      `BUILD: builder artifact (${copied})`,
    ]);
    // With one that holds besides, the copy is worth a note.
    const both = { "36-2-metis.json": { story_key: "36-3" }, "36-2-helios.json": { tasks_addressed: evidence() } };
    expect(judge({ ...good, ...both })).toMatchObject({ missing: [], notes: [copied] });
    expect(missing({ "36-2-metis.json": undefined, "36-2-apollo.json": "{" })[0]).toContain(
      "36-2-apollo.json: not JSON",
    );
  });

  test("any builder's and any reviewer's name counts, apollo by what he says", () => {
    for (const name of ["builder", "helios", "hephaestus", "apollo"])
      expect(missing({ "36-2-metis.json": undefined, [`36-2-${name}.json`]: good["36-2-metis.json"] })).toEqual([]);
    for (const name of ["argus", "requirements", "multi-review", "apollo", "tyche", "cerberus-verify"])
      expect(
        missing({ "36-2-review.json": undefined, [`36-2-${name}.json`]: { agent: "argus", verdict: "PASS" } }),
      ).toEqual([]);
  });

  test.each([
    ["by its agent", { agent: "Metis", verdict: "PASS" }, "review written by the builder 'metis'"],
    ["by a builder of another kind", { agent: "builder", verdict: "PASS" }, "review written by the builder 'builder'"],
    [
      "by its content",
      { agent: "argus", verdict: "PASS", tasks_addressed: evidence(), status: "SUCCESS" },
      "review written by the builder, its content is 36-2-metis.json's",
    ],
    ["or says nothing", { agent: "argus", story_key: "36-2" }, "no verdict, no findings and no verified tasks"],
  ])("a review is refused that the builder wrote, %s", (_, review, problem) => {
    expect(missing({ "36-2-review.json": review })).toEqual([
      `VERIFY: reviewer artifact (36-2-review.json: ${problem})`,
    ]);
  });

  test("an independent review beside a refused one is enough, and the refused one is a note", () => {
    const all = { ...good, "36-2-argus.json": { agent: "metis", verdict: "PASS" } };
    expect(judge(all)).toMatchObject({
      missing: [],
      notes: ["36-2-argus.json: review written by the builder 'metis'"],
    });
  });

  test("empty artifacts are no evidence", () => {
    expect(missing({ "36-2-themis.json": {}, "36-2-reconciler.json": { dev_record_filled: true } })).toEqual([
      "ASSESS: themis artifact (36-2-themis.json: no triage)",
      "COMMIT: reconciler artifact (36-2-reconciler.json: no counts of tasks)",
    ]);
  });

  test("a reconciler that claims more than the story file has is named", () => {
    const tasks = { section: { done: 1, total: 2 }, topLevel: { done: 0, total: 2 }, isRecordFilled: false };
    expect(missing({}, { tasks })).toEqual([
      "COMMIT: reconciler artifact (claims 2 ticked tasks, the story file has 1)",
      "COMMIT: reconciler artifact (claims 100 % of the tasks, the story file has 50 %)",
      "COMMIT: reconciler artifact (claims that the dev agent record is filled, and it is not)",
    ]);
    expect(missing({}, { tasks: { section: { done: 2, total: 2 } } })).toEqual([]);
    expect(missing({}, { tasks: { section: { done: 0, total: 0 }, topLevel: { done: 2, total: 2 } } })).toEqual([]);
  });
});

describe("citations", () => {
  const cited = (text: string) => findCitations(text).map(({ path, from, to }) => `${path} ${from}-${to}`);

  test.each([
    ["src/a.ts:42 — validates", ["src/a.ts 42-42"]],
    [
      'see `src/pages/[id].tsx:22-89`, (lib/b.ts:7) and "c.ts:1".',
      ["src/pages/[id].tsx 22-89", "lib/b.ts 7-7", "c.ts 1-1"],
    ],
    ["(shop)/page.tsx:3 [src/a.ts:9] ./x/y:4–6", ["(shop)/page.tsx 3-3", "src/a.ts 9-9", "x/y 4-6"]],
    ["src\\win\\a.ts:12:5 Makefile:3 src/ünïcode.ts:4", ["src/win/a.ts 12-12", "Makefile 3-3", "src/ünïcode.ts 4-4"]],
    ["at 12:30, http://localhost:3000/a.ts:4, 127.0.0.1:80, feat(36-2): 12, story:36", []],
    ["src/a.ts:42 and again src/a.ts:42", ["src/a.ts 42-42"]],
    ["../etc/passwd:1 /etc/passwd:1 C:/x.ts:4", ["../etc/passwd 1-1", "/etc/passwd 1-1", "C:/x.ts 4-4"]],
  ])("in %j", (text, found) => expect(cited(text)).toEqual(found));

  test("are checked against the files, each of which is asked for once", async () => {
    const asked: string[] = [];
    const linesOf = async (paths: readonly string[]) => {
      asked.push(...paths);
      return paths.map((path) => ({ "src/a.ts": 120, "src/one.ts": 1 })[path]);
    };
    const text =
      "src/a.ts:1 src/a.ts:120 src/a.ts:400 src/a.ts:100-121 src/a.ts:0 src/a.ts:9-4 src/one.ts:2 src/gone.ts:1 ../a.ts:1 x/../../a.ts:1 /a.ts:1 C:/a.ts:1 ~/a.ts:1";
    expect(await checkCitations(findCitations(text), { linesOf })).toEqual([
      "cites src/a.ts:400, which has 120 lines",
      "cites src/a.ts:100-121, which has 120 lines",
      "cites src/a.ts:0, which are no lines",
      "cites src/a.ts:9-4, which are no lines",
      "cites src/one.ts:2, which has 1 line",
      "cites src/gone.ts:1, which is not there",
      "cites ../a.ts:1, which is outside of the project",
      "cites x/../../a.ts:1, which is outside of the project",
      "cites /a.ts:1, which is not relative to the project",
      "cites C:/a.ts:1, which is not relative to the project",
      "cites ~/a.ts:1, which is not relative to the project",
    ]);
    expect(asked).toEqual(["src/a.ts", "src/one.ts", "src/gone.ts"]);
  });

  test("no path that leads outside is ever asked for, and no text is too much", async () => {
    const piece = fc.constantFrom(
      "../",
      "/",
      "a",
      ".ts",
      ":",
      "1",
      "-",
      " ",
      "\\",
      "C:",
      "~",
      "(",
      "[",
      "..",
      "\u0000",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 40 }).map((all) => all.join("")),
        async (text) => {
          const linesOf = async (paths: readonly string[]) => {
            for (const path of paths) {
              expect(path.split("/")).not.toContain("..");
              expect(path).not.toMatch(/^[/~]|^[A-Za-z]:|\\/);
            }
            return [];
          };
          await checkCitations(findCitations(text), { linesOf });
        },
      ),
    );
    expect(findCitations("a:".repeat(200_000))).toEqual([]);
    expect(findCitations(Array.from({ length: 9_000 }, (_, i) => `src/a.ts:${i + 1}`).join(" "))).toHaveLength(500);
  });

  test("those of the builders' tasks are to be checked, in texts, objects and lists", () => {
    const read = (name: string, value: object) =>
      findArtifacts([name], KEY, KEYS).map((found) => readArtifact(found, JSON.stringify(value), KEY, KEYS));
    const artifacts = [
      ...read("36-2-metis.json", {
        tasks_addressed: ["x (src/a.ts:1)", { task: "y", evidence: [{ file: "src/b.ts", lines: "2-3" }] }],
      }),
      ...read("36-2-review.json", { verdict: "PASS", issues: [{ file: "src/c.ts:4" }] }),
    ];
    expect(citationsToCheck(artifacts).map(({ path }) => path)).toEqual(["src/a.ts", "src/b.ts"]);
  });
});
