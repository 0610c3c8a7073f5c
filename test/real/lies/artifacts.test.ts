import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Project, Ran } from "../../support/project.ts";
import { promptOf, type Status, statusOf, storyIn } from "../../support/steering.ts";
import { COMPLETIONS, workerConfiguration, workerEnvironment, workerSprint } from "../pantheon/support.ts";

vi.setConfig({ hookTimeout: 150_000 });

const REPEATED = "work; complete";

/** What workers claim in their first attempt, what is said to be missing, and the phases to be run again. */
const LIES: readonly {
  readonly key: string;
  readonly lie: string;
  readonly missing: readonly string[];
  readonly phases: string;
  /** What the second attempt does, where it is not the whole work. */
  readonly repair?: string;
}[] = [
  {
    key: "1-1-no-progress",
    lie: "work; rm $A-progress.json",
    missing: ["progress artifact (missing or incomplete)"],
    phases: "COMMIT",
    repair: "prepare; commit=0000000; reflect",
  },
  {
    key: "1-2-partial",
    lie: "work; phase=VERIFY progress VERIFY PARTIAL",
    missing: ["progress artifact (status PARTIAL at VERIFY)"],
    phases: "VERIFY",
  },
  {
    key: "1-3-no-builder",
    lie: "work; rm $A-builder.json",
    missing: ["builder artifact (no BUILD phase evidence)"],
    phases: "BUILD",
  },
  {
    key: "1-4-no-citations",
    lie: "work; sed -i 's/:[0-9-]* — / — /' $A-builder.json",
    missing: ["builder artifact (no file:line evidence in tasks_addressed)"],
    phases: "BUILD",
  },
  {
    key: "1-5-no-such-line",
    lie: "work; sed -i 's/:4-6 — /:4-900 — /' $A-builder.json",
    missing: ["builder artifact (cites src/1-5-no-such-line.ts:4-900, which has 7 lines)"],
    phases: "BUILD",
  },
  {
    key: "1-6-no-such-file",
    lie: "work; sed -i 's/\\.ts:2 — /.tsx:2 — /' $A-builder.json",
    missing: ["builder artifact (cites src/1-6-no-such-file.tsx:2, which is not there)"],
    phases: "BUILD",
  },
  {
    key: "1-7-no-review",
    lie: "work; rm $A-review.json",
    missing: ["reviewer artifact (no VERIFY phase evidence)"],
    phases: "VERIFY",
  },
  {
    key: "1-8-review-by-builder",
    lie: 'work; sed -i \'s/"multi-reviewer"/"metis"/\' $A-review.json',
    missing: ["reviewer artifact (1-8-review.json: review written by the builder 'metis')"],
    phases: "VERIFY",
  },
  {
    key: "1-9-review-is-builder",
    lie: 'work; sed \'s/"agent": "metis"/"agent": "argus"/\' $A-builder.json > $A-review.json',
    missing: ["reviewer artifact (1-9-review.json: review written by the builder, its content is 1-9-builder.json's)"],
    phases: "VERIFY",
  },
  {
    key: "1-10-copied-review",
    lie: 'work; sed -i \'s/"1-10"/"1-1"/\' $A-review.json',
    missing: ["reviewer artifact (1-10-review.json: artifact copied from another story, its story_key is 1-1)"],
    phases: "VERIFY",
  },
  {
    key: "1-11-no-themis",
    lie: "work; rm $A-themis.json",
    missing: ["themis artifact (no ASSESS phase evidence)"],
    phases: "ASSESS",
    repair: "themis; commit=0000000",
  },
  {
    key: "1-12-broken-themis",
    lie: "work; printf '{\\n  \"triage\": [\\n' > $A-themis.json",
    missing: ["themis artifact (1-12-themis.json: not JSON, line 2)"],
    phases: "ASSESS",
  },
  {
    key: "1-13-more-ticks",
    lie: "work; reconciler 3 3",
    missing: ["reconciler artifact (claims 3 ticked tasks, the story file has 2)"],
    phases: "COMMIT",
  },
  {
    key: "1-14-no-reconciler",
    lie: "work; rm $A-reconciler.json",
    missing: ["reconciler artifact (no COMMIT/reconciliation evidence)"],
    phases: "COMMIT",
  },
  {
    key: "1-15-left-before",
    lie: "prepare; build; verify; refine; settle; reflect; git checkout -q HEAD -- $A-themis.json",
    missing: ["themis artifact (1-15-themis.json: left by an earlier run)"],
    phases: "ASSESS",
  },
  {
    key: "1-16-nothing",
    lie: "mkdir -p src; file src/$STORYBOARD_STORY.ts 6; tick; commit",
    missing: [
      "builder artifact (no BUILD phase evidence)",
      "reviewer artifact (no VERIFY phase evidence)",
      "themis artifact (no ASSESS phase evidence)",
      "progress artifact (missing or incomplete)",
      "reconciler artifact (no COMMIT/reconciliation evidence)",
    ],
    phases: "BUILD, VERIFY, ASSESS, COMMIT",
  },
  // Artifacts of 1-170 are none of 1-17, whose key they begin with.
  {
    key: "1-17-short",
    lie: "work; for f in $A-*.json; do mv $f $(echo $f | sed 's/1-17-\\([a-z]*\\).json/1-170-\\1.json/'); done",
    missing: ["builder artifact (no BUILD phase evidence)", "reviewer artifact (no VERIFY phase evidence)"],
    phases: "BUILD, VERIFY, ASSESS, COMMIT",
    repair: "rm -f $folder/1-170-*; work",
  },
];
const NEVER = "1-90-never";

let project: Project;
let ran: Ran;
let status: Status;
beforeAll(async () => {
  const scripts = Object.fromEntries(
    LIES.flatMap(({ key, lie, repair }) => [
      [`${key}.1`, `${lie}; complete`],
      [`${key}.2`, repair === undefined ? REPEATED : `${repair}; complete`],
    ]),
  );
  project = workerSprint(
    [...LIES.map(({ key }) => ({ key })), { key: "1-170-long" }, { key: NEVER }],
    { ...scripts, [NEVER]: "work; rm $A-builder.json $A-review.json; complete" },
    workerConfiguration("order: parallel\nmax_workers: 4\nmax_retry_per_story: 2\n"),
  );
  project.write(`${COMPLETIONS}/1-15-themis.json`, '{"triage": [], "summary": {"must_fix": 0}}\n').commit();
  ran = await project.storyboard(["run"], workerEnvironment(project), 140_000);
  status = await statusOf(project);
});
afterAll(() => project?.remove());

const short = (key: string): string => key.split("-").slice(0, 2).join("-");

test("all is well in the end, but for the one that never mends", () => {
  expect(ran.stderr).toBe("");
  expect(ran.status).toBe(1);
  expect(project.git("status", "--porcelain")).toBe("");
});

test.each(LIES)("$key is rejected, the worker's session hears why, and what it mends lands", async (made) => {
  const { key, missing, phases } = made;
  expect(storyIn(status, short(key))).toMatchObject({ status: "done", attempt: 2 });
  const notice = ran.stdout.split("\n").find((line) => line.startsWith(`⚠ ${short(key)} rejected`)) ?? "";
  expect(notice).toMatch(/^⚠ \S+ rejected — missing: .*\. Re-queued \(attempt 2 of 2\)$/);
  const prompt = await promptOf(project, `${key}.2.WORK-2`);
  expect(prompt).toMatch(/^RETRY: Previous attempt failed: `Completion rejected, missing: /);
  for (const piece of missing) {
    expect(notice).toContain(piece);
    expect(prompt).toContain(piece);
  }
  expect(prompt).toContain(`Re-run missing phases: ${phases}`);
  const turns = readFileSync(join(project.base, "turns"), "utf8").split("\n");
  expect(turns).toContain(`${key} 2 session-of-${short(key)}`);
});

test("the one whose key begins with another's is not touched by its lie", () => {
  expect(storyIn(status, "1-170")).toMatchObject({ status: "done", attempt: 1 });
});

test("after its attempts a story fails, and its card names what is missing", () => {
  expect(storyIn(status, "1-90").status).toBe("failed");
  const lines = ran.stdout.split("\n");
  const card = lines.slice(lines.findIndex((line) => line.startsWith("❌ 1-90 FAILED"))).join("\n");
  expect(card).toContain("\n  Failed at: BUILD (Phase 2)\n");
  expect(card).toContain(
    "\n  Missing artifacts: builder artifact (no BUILD phase evidence), reviewer artifact (no VERIFY phase evidence)\n",
  );
  expect(card).toContain("\n  What was partially done:\n    ~ src/1-90-never.ts — the service and its badge\n");
  expect(card).toContain("\n  Retry: Attempt 2 of 2 exhausted\n  Action: Manual investigation required");
});
