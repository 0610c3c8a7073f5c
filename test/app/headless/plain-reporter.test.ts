import { expect, test } from "vitest";
import {
  createPlainReporter,
  DASHBOARD_INTERVAL_MS,
  FEED_INTERVAL_MS,
  HEARTBEAT_INTERVAL_MS,
} from "../../../src/app/headless/plain-reporter.ts";
import type { OutputWeight } from "../../../src/app/headless/reporter.ts";
import type { SummaryFacts } from "../../../src/app/headless/summary.ts";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { PIPELINES } from "../../../src/core/model/pipelines.ts";
import type { BuildClaim } from "../../../src/core/model/review.ts";
import type { EffectResult } from "../../../src/core/scheduler/effects.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

const CLAIM: BuildClaim = {
  files: [
    { path: "src/agreement.ts", why: "CRUD operations" },
    { path: "src/index.ts", lines: "22-89", why: "wired up" },
  ],
  testsAdded: 25,
  coverage: "97.6%",
};

const finished = (claim?: BuildClaim): EffectResult =>
  turn({ kind: "finished" }, { session: "s", ...(claim === undefined ? {} : { claim }) });

const verdict = (...titles: string[]): EffectResult =>
  turn(
    { kind: "finished" },
    {
      verdict: {
        verdict: titles.length === 0 ? "approved" : "changes",
        findings: titles.map((title) => ({ severity: "high", title, file: "src/index.ts", line: 3 })),
      },
    },
  );

/** A run with a reporter on it; `text()` gives what was printed since the last call. */
const reported = (run: TestRun, columns = 100) => {
  let printed = "";
  const weights: OutputWeight[] = [];
  const reporter = createPlainReporter({
    write: (text, weight) => {
      printed += text;
      weights.push(weight);
    },
    now: () => run.nowMs,
    columns,
    startedAtMs: run.nowMs,
  });
  let from = 0;
  const text = (): string => {
    const entries = run.journal.slice(from);
    from = run.journal.length;
    reporter.events(entries, run.state);
    const now = printed;
    printed = "";
    for (const forbidden of ["\u001b", "\ufe0f", "\r"]) expect(now).not.toContain(forbidden);
    for (const line of now.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    return now;
  };
  const end = (more: Partial<SummaryFacts> = {}): string => {
    text();
    reporter.end({ state: run.state, elapsedMs: 2_533_000, unlanded: [], notes: [], next: [], ...more });
    return text();
  };
  return { reporter, text, end, weights };
};

test("a done story gets a card: files, tests, gates, issues, commit; what the agent says is marked", () => {
  const run = new TestRun([story("36-2-badge", [], { title: "Agreement badge" })]);
  const { text } = reported(run);
  run.start();
  run.settleEffects();
  run.nowMs += 100_000;
  run.endTurn("36-2-badge", finished(CLAIM));
  run.endTurn("36-2-badge", verdict("No error boundary", "Bad name"));
  run.endTurn("36-2-badge");
  run.endTurn("36-2-badge", verdict());
  expect(text()).toBe(`${"━".repeat(71)}
✅ 36-2 COMPLETE — Agreement badge                              [01:40]
${"━".repeat(71)}

  Files created*:
    + src/agreement.ts — CRUD operations

  Files modified*:
    ~ src/index.ts:22-89 — wired up

  Tests: 25 added (97.6% coverage)*
  Gates: none
  Issues: 2 found → 2 fixed (1 iteration)
  Criteria: –
  Commit: feat(36-2): l-36-2-
  Attempts: 1  Cost: –, – tokens
  Phases: BUILD 00:01 –, VERIFY 00:02 –, REFINE 00:01 –
  * said by the agent, not checked

${"━".repeat(71)}
All stories have ended; bookkeeping ...
`);
});

test("files are what git has, with the agent's reasons; what it says it changed and did not is named", () => {
  const run = new TestRun([story("36-2-badge")], policy({ pipeline: PIPELINES.build! }));
  const { text } = reported(run);
  run.start();
  run.settleEffects();
  run.end(
    run.outstanding("run-turn")[0]!,
    finished({
      files: [
        { path: "./src/agreement.ts", why: "CRUD operations" },
        { path: "src/index.ts", lines: "22-89", why: "wired up" },
        { path: "src/never.ts", why: "nothing" },
      ],
    }),
  );
  run.end(run.outstanding("check-evidence")[0]!, {
    kind: "evidence",
    ok: true,
    missing: [],
    notes: [],
    flags: [],
    files: [
      { path: "src/agreement.ts", kind: "created" },
      { path: "src/index.ts", kind: "modified" },
      { path: "src/quiet.ts", kind: "created" },
      { path: "src/old.ts", kind: "deleted" },
    ],
  });
  run.finish();
  expect(text()).toContain(`
  Files created:
    + src/agreement.ts — CRUD operations
    + src/quiet.ts

  Files modified:
    ~ src/index.ts:22-89 — wired up

  Files deleted:
    - src/old.ts

  Said to be changed, and is not in the work:
    ? src/never.ts — nothing

  Tests: –
`);
});

test("an agent that ran its own review is quoted with the mark of its word", () => {
  const run = new TestRun([story("36-2-badge")], policy({ pipeline: PIPELINES.worker! }));
  const { text } = reported(run);
  run.start();
  run.settleEffects();
  run.end(run.outstanding("run-turn")[0]!, finished({ files: [], issues: { found: 3, fixed: 3 }, iterations: 1 }));
  run.finish();
  expect(text()).toContain("  Issues: 3 found → 3 fixed (1 iteration)*\n");
});

test("what nobody knows is a dash on the card, never 0", () => {
  const run = new TestRun(
    [story("a")],
    policy({ pipeline: { ...policy().pipeline, phases: policy().pipeline.phases } }),
  );
  const { text } = reported(run);
  run.start();
  run.finish();
  const card = text();
  expect(card).toContain("  Tests: –\n");
  expect(card).toContain("  Issues: 0 found → 0 fixed (0 iterations)\n");
  expect(card).not.toContain("Files");
  expect(card).not.toContain("said by the agent");
});

test("findings that were repaired count as fixed, also where nothing lands", () => {
  const run = new TestRun([story("a")], policy({ landing: false, workspace: false }));
  const { text } = reported(run);
  run.start();
  run.endTurn("a");
  run.endTurn("a", verdict("No error boundary"));
  run.finish();
  expect(text()).toContain("  Issues: 1 found → 1 fixed (1 iteration)\n");
});

test("findings that nobody repaired and nothing deferred are not called fixed", () => {
  const run = new TestRun([story("a")], policy({ pipeline: PIPELINES["seven-phase"]! }));
  const { text } = reported(run);
  run.start();
  run.endTurn("a");
  run.endTurn("a");
  run.endTurn("a", verdict("No error boundary"));
  run.endTurn("a", verdict());
  run.finish();
  expect(text()).toContain("  Issues: 1 found → 0 fixed (0 iterations), 1 dismissed\n");
});

test("an already done story gets two lines", () => {
  const run = new TestRun([story("a", [], { tasks: [{ text: "x", done: true, line: 1, depth: 0 }] })]);
  const { text } = reported(run);
  run.start();
  run.finish();
  expect(text()).toContain("⏭ a ALREADY DONE — Story a\n   All tasks checked, no gaps. Skipped pipeline.\n");
});

test("a failed story tells where, why, what is missing, every attempt and phase, and what to do", () => {
  const run = new TestRun([story("36-6-x"), story("36-7-y", ["36-6-x"])], policy({ attemptsMax: 2 }));
  const { text, end } = reported(run);
  run.start();
  run.endTurn("36-6-x", turn({ kind: "halted", reason: "no \u001b]0;pwned\u0007access" }));
  expect(text()).toBe("⚠ 36-6 rejected — BUILD: no access. Re-queued (attempt 2 of 2)\n");
  run.wait(600_000);
  run.settleEffects();
  run.end(run.outstanding("run-turn")[0]!, finished(CLAIM));
  const check = run.outstanding("check-evidence")[0]!;
  run.end(check, { kind: "evidence", ok: false, missing: ["commit feat(36-6)"], notes: [], flags: [] });
  const printed = text();
  expect(printed).toContain("❌ 36-6 FAILED — Story 36-6-x");
  expect(printed).toContain(
    "  Failed at: BUILD (Phase 1)\n  Reason: Completion rejected, missing: commit feat(36-6)\n  Type: ValidationError\n",
  );
  expect(printed).toContain("  Missing: commit feat(36-6)\n");
  expect(printed).toContain("    ~ src/index.ts:22-89 — wired up\n");
  expect(printed).toContain(
    "  Attempt 1: BUILD: no access\n  Attempt 2: Completion rejected, missing: commit feat(36-6)\n",
  );
  expect(printed).toContain(
    "  BUILD: Completion rejected, missing: commit feat(36-6) [FAILED]\n  VERIFY: Skipped\n  REFINE: Skipped\n  COMMIT: Skipped\n",
  );
  expect(printed).toContain("  Retry: Attempt 2 of 2 exhausted\n  Action: Manual investigation required");
  expect(printed).toContain("⛔ 36-7 BLOCKED — Story 36-7-y\n   by 36-6 failed\n");
  run.settleEffects();
  const summary = end({ unlanded: [{ story: "36-6-x", branch: "storyboard/r1-36-6-x", folder: "/trees/36-6-x" }] });
  expect(summary).toMatch(/ {2}36-6 {2}heracles {2}FAILED {3}Phase BUILD - Completion rejected, missing: commit/);
  expect(summary).toMatch(/ {2}36-7 {2}-- {8}BLOCKED {2}blocked by 36-6\n/);
  expect(summary).toContain("Summary: 0/2 succeeded, 1 failed, 1 blocked\nTime: 00:42:13  Tokens: –  Cost: –\n");
  expect(summary).toContain("\n36-6 (FAILED):\n  Attempt 1: BUILD: no access\n");
  expect(summary).toContain("Not landed, kept on branches:\n  36-6  storyboard/r1-36-6-x  in /trees/36-6-x\n");
  expect(summary).toContain("Next:\n  storyboard ctl retry 36-6-x");
});

test("the summary is the source's table, with heroes, and says what waits for a person", () => {
  const run = new TestRun([story("5-1-a"), story("5-2-b"), story("5-3-c")], policy({ inbox: "fail" }));
  const { text, end, weights } = reported(run);
  run.start();
  run.endTurn("5-1-a", finished(CLAIM));
  run.endTurn("5-2-b", turn({ kind: "question", question: "Which database?\nPick one." }));
  const asked = text();
  expect(asked).toContain("❓ 5-2 WAITS FOR YOU — Story 5-2-b\n   Which database?\n   Pick one.\n");
  expect(asked).toContain('   storyboard ctl answer 5-2-b "your answer"\n');
  run.finish();
  const summary = end({ landedOn: "main at 1234567", notes: ["note one"], next: ["storyboard run --epic 6"] });
  expect(summary).toContain("SWARM COMPLETE\n");
  expect(summary).toContain("  5-1  heracles  DONE    25 tests  97.6% cov*  0→0 issues  l-5-1-a\n");
  expect(summary).toContain("  5-2  theseus   PARKED  Which database? Pick one.\n");
  expect(summary).toContain("  5-3  perseus   DONE    – tests   – cov       0→0 issues  l-5-3-c\n");
  expect(summary).toContain("Summary: 2/3 succeeded, 0 failed, 1 waiting for an answer\n");
  expect(summary).toContain(
    'Waits for you:\n  5-2  Which database?\n       Pick one.\n    storyboard ctl answer 5-2-b "your answer"\n',
  );
  expect(summary).toContain("Landed on: main at 1234567\n");
  expect(summary).toContain("Note: note one\n");
  expect(summary).toContain("Next:\n  storyboard run --epic 6\n");
  expect(weights.at(-1)).toBe("summary");
});

test("the dashboard comes after a change, not too often, and every 45 s as a heartbeat", () => {
  const run = new TestRun([story("36-1"), story("36-2"), story("36-3", ["36-1"])], policy({ maxWorkers: 2 }));
  const { reporter, text } = reported(run);
  run.start();
  text();
  reporter.tick();
  expect(text()).toBe("");
  run.settleEffects();
  run.nowMs += DASHBOARD_INTERVAL_MS;
  reporter.feed([{ atMs: run.nowMs, story: "36-1", phase: "BUILD", text: "wrote a test" }]);
  run.endTurn("36-2", turn({ kind: "halted", reason: "stuck" }));
  text();
  reporter.tick();
  const board = text().split("\n").slice(-8);
  expect(board[0]).toMatch(/^━━━ \d\d:\d\d:\d\d ━━━ BATCH PROGRESS \(0\/3\) ━━━ 00:00:10 elapsed ━━━/);
  expect(board.slice(1, 5)).toEqual([
    "  36-1  🔨 BUILD     wrote a test    [00:10]",
    "  36-2  ⏳ QUEUED    waits for backoff 1 s",
    "  36-3  ⏳ QUEUED    blocked by 36-1",
    "  Workers: 1/2 | Queue: 2 | Done: 0",
  ]);
  run.nowMs += HEARTBEAT_INTERVAL_MS - 1;
  reporter.tick();
  expect(text()).toBe("");
  run.nowMs += 1;
  reporter.tick();
  expect(text()).toContain("BATCH PROGRESS");
});

test("feed lines come in blocks, a flood is counted, and an agent's escapes are gone", () => {
  const run = new TestRun([story("36-1-a"), story("36-2-b")]);
  const { reporter, text, weights } = reported(run);
  run.start();
  text();
  const line = (words: string) => ({ atMs: run.nowMs, story: "36-1-a", phase: undefined, text: words });
  reporter.feed([line("\u001b[2J\u001b[31mBUILD  reads\u0007"), line("x".repeat(500))]);
  run.nowMs += FEED_INTERVAL_MS;
  reporter.tick();
  const block = text();
  expect(block).toMatch(/^─── LIVE FEED ─+\n {2}36-1 \| BUILD {2}reads\n {2}36-1 \| x+…\n─+\n$/);
  expect(weights).toContain("feed");
  reporter.feed(Array.from({ length: 1000 }, (_, index) => line(`line ${index}`)));
  reporter.tick();
  expect(text()).toBe("");
  run.nowMs += FEED_INTERVAL_MS;
  reporter.tick();
  const flood = text();
  expect(flood.split("\n")).toHaveLength(44);
  expect(flood).toContain("  … 960 more lines\n");
});

test("a big sprint's dashboard shows what is under way and counts the rest", () => {
  const run = new TestRun(Array.from({ length: 300 }, (_, index) => story(`s${index}`)));
  const { reporter, text } = reported(run);
  run.start();
  run.nowMs += DASHBOARD_INTERVAL_MS;
  text();
  reporter.tick();
  const board = text();
  expect(board.split("\n").length).toBeLessThan(50);
  expect(board).toContain("  … 260 more\n");
});

test("hundreds of stories that a failure blocks do not bury the failure", () => {
  const run = new TestRun(
    [story("a"), ...Array.from({ length: 300 }, (_, index) => story(`b${index}`, ["a"]))],
    policy({ attemptsMax: 1 }),
  );
  const { text } = reported(run);
  run.start();
  run.endTurn("a", turn({ kind: "halted", reason: "stuck" }));
  const printed = text();
  expect(printed.split("\n").length).toBeLessThan(100);
  expect(printed).toContain("❌ a FAILED");
  expect(printed).toContain("… 281 more stories ended (see the summary)\n");
});

test("two stories with the same short key are called by their full ones", () => {
  const run = new TestRun([story("1-1-a"), story("1-1-b"), story("1-10-c")], policy({ attemptsMax: 1 }));
  const { end } = reported(run);
  run.start();
  run.finish();
  const summary = end();
  expect(summary).toContain("  1-1-a  ");
  expect(summary).toContain("  1-10   ");
});

test("events of before this process fill cards and summary, and are not printed again", () => {
  const run = new TestRun([story("a"), story("b")], policy({ maxWorkers: 1 }));
  run.start();
  run.endTurn("a", finished(CLAIM));
  run.endTurn("a", verdict());
  const old = run.journal.splice(0);
  const { reporter, text, end } = reported(run);
  reporter.recall(old, run.state);
  expect(text()).toBe("");
  run.finish();
  expect(end()).toContain("  a  heracles  DONE  25 tests  97.6% cov*  0→0 issues  l-a\n");
});
