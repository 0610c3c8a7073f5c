import { describe, expect, test } from "vitest";
import type { ArtifactKind } from "../../../../src/core/evidence/pantheon/artifact-names.ts";
import { digestArtifacts } from "../../../../src/core/evidence/pantheon/card-digest.ts";
import { createNarrative } from "../../../../src/core/evidence/pantheon/narrative.ts";
import { summarizeNarrative } from "../../../../src/core/evidence/pantheon/narrative-summary.ts";
import { readProgress } from "../../../../src/core/evidence/pantheon/progress.ts";
import { readArtifact } from "../../../../src/core/evidence/pantheon/read-artifact.ts";
import { recoverStories } from "../../../../src/core/evidence/pantheon/recovery.ts";

const read = (kind: ArtifactKind, value: object) =>
  readArtifact({ kind, file: `36-2-${kind}.json`, suffix: kind }, JSON.stringify(value), "36-2-x", ["36-2-x"]);
const narrative = (text: string) => {
  const log = createNarrative();
  log.push(text);
  return summarizeNarrative(log.entries);
};

describe("the card's digest", () => {
  test("of the artifacts of a whole story", () => {
    const artifacts = [
      read("progress", {
        metrics: { tests_added: "22", coverage: "100%", issues_found: 3, fixes_applied: 3, iterations: "1" },
        git_commits: ["feat(36-2): badge 481c7fd"],
      }),
      read("builder", {
        files_created: ["src/s.ts", "src/only-builder.ts"],
        files_modified: ["src/m.ts"],
        tests_added: { total: 20 },
        tasks_addressed: [{ task: "a", evidence: "src/m.ts:5-18 — added StatusType" }],
      }),
    ];
    const log = narrative("[14:37] BUILD DONE — x\n  + src/s.ts — CRUD\n  ~ src/p.tsx:22-89 — wired up\n");
    expect(digestArtifacts(artifacts, log)).toEqual({
      files: [
        { kind: "created", path: "src/s.ts", why: "CRUD" },
        { kind: "modified", path: "src/p.tsx", lines: "22-89", why: "wired up" },
        { kind: "created", path: "src/only-builder.ts" },
        { kind: "modified", path: "src/m.ts", why: "added StatusType" },
      ],
      tests: 22,
      coverage: "100%",
      issuesFound: 3,
      issuesFixed: 3,
      iterations: 1,
      commit: "481c7fd",
    });
  });

  test("without numbers has none, and never a zero that nobody wrote", () => {
    expect(digestArtifacts([])).toEqual({ files: [] });
    expect(
      digestArtifacts([read("progress", {}), read("builder", {}), read("review", {}), read("themis", {})]),
    ).toEqual({ files: [] });
    expect(digestArtifacts([read("review", { issues: [] })])).toEqual({ files: [], issuesFound: 0 });
  });

  test("takes a number from where it is: the report, the builder, the reviews, triage, the log", () => {
    expect(
      digestArtifacts([
        read("hermes", { quick_stats: { tests_added: 5, coverage: "80%", issues_found: 2, issues_fixed: 1 } }),
      ]),
    ).toEqual({ files: [], tests: 5, coverage: "80%", issuesFound: 2, issuesFixed: 1 });
    const review = read("review", {
      findings: [
        { severity: "LOW", title: "a" },
        { severity: "LOW", title: "b" },
      ],
      coverage_percentage: 70.5,
    });
    expect(digestArtifacts([read("builder", { tests_added: 4 }), review])).toMatchObject({
      tests: 4,
      coverage: "70.5%",
      issuesFound: 2,
    });
    const themis = read("themis", {
      triage: [
        { issue: "a", judgment: "UPHELD" },
        { issue: "b", judgment: "DISMISSED" },
      ],
    });
    expect(digestArtifacts([review, themis]).issuesFound).toBe(1);
    const refine = read("progress", { phases: { REFINE: { status: "complete", iterations: 2 } } });
    expect(digestArtifacts([refine], narrative("[14:46] COMMIT — feat(36-2): abc1234\n"))).toMatchObject({
      iterations: 2,
      commit: "abc1234",
    });
  });
});

describe("recovery from progress artifacts", () => {
  const recover = (progress: Record<string, unknown>) =>
    recoverStories([{ key: "k", progress: readProgress(progress) }]);

  test.each([
    [{ status: "success" }, { isAlreadyDone: false }],
    [{ status: "ALREADY_DONE", current_phase: "COMPLETE" }, { isAlreadyDone: true }],
    [
      { current_phase: "complete", metrics: { git_commit: "481c7fd" } },
      { isAlreadyDone: false, commit: "481c7fd" },
    ],
    [
      { status: "SUCCESS", git_commits: ["a1", "b2"] },
      { isAlreadyDone: false, commit: "b2" },
    ],
  ])("%j is complete", (progress, story) =>
    expect(recover(progress)).toEqual({ complete: [{ key: "k", ...story }], begun: [] }),
  );

  test.each([
    [{}, "PREPARE"],
    [{ current_phase: "STARTING" }, "PREPARE"],
    [{ current_phase: "VERIFY" }, "VERIFY"],
    [{ current_phase: "VERIFY", phases: { VERIFY: { status: "in_progress" } } }, "VERIFY"],
    [{ current_phase: "BUILD", phases: { BUILD: { status: "complete" } } }, "VERIFY"],
    [{ current_phase: "REFINE", phases: { REFINE: { status: "skipped" } } }, "COMMIT"],
    [{ current_phase: "REFLECT", phases: { REFLECT: { status: "complete" } } }, "REFLECT"],
    // The map is partial: what is absent ran nevertheless, the last one named counts.
    [{ phases: { PREPARE: { status: "complete" }, BUILD: { status: "complete" } } }, "VERIFY"],
    [{ current_phase: "ASSESS", status: "FAILED" }, "ASSESS"],
    [{ current_phase: "COMPLETE", status: "PARTIAL" }, "COMMIT"],
    [{ current_phase: "COMPLETE", status: "FAILED" }, "COMMIT"],
  ])("%j goes on at %s", (progress, phase) =>
    expect(recover(progress)).toEqual({ complete: [], begun: [{ key: "k", phase }] }),
  );
});
