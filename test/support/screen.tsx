import { renderToString } from "ink";
import { labelsOf } from "../../src/app/headless/print-lines.ts";
import { createStoryRecords } from "../../src/app/headless/story-record.ts";
import { type FeedWindow, type ScreenFacts, screenProps } from "../../src/app/screen/view-model.ts";
import { INITIAL_VIEW_STATE, type Size, type ViewState } from "../../src/components/props.ts";
import { Screen } from "../../src/components/Screen.tsx";
import type { FeedLine } from "../../src/core/engine/feed.ts";
import type { RunFile } from "../../src/core/engine/run-file.ts";
import { configSchema } from "../../src/core/model/config.ts";
import type { Story } from "../../src/core/model/story.ts";
import { policy, story, TestRun, turn } from "./run.ts";

// Clocks on the screen are the machine's own; the frames of tests are the same everywhere.
process.env.TZ = "UTC";

/** The text of a frame, as a terminal of that size shows it. */
export const frame = (facts: ScreenFacts, view: Partial<ViewState>, size: Size, nowMs: number): string =>
  renderToString(<Screen {...screenProps(facts, { ...INITIAL_VIEW_STATE, ...view }, size, nowMs)} />, {
    columns: size.columns,
  });

/** A feed window over an array. */
export const feedOf = (lines: readonly FeedLine[], sinceMs = 0): FeedWindow => ({
  start: 0,
  end: lines.length,
  sinceMs,
  at: (number) => lines[number],
  lastOf: (key) => lines.findLast((line) => line.story === key),
});

/** A run file with all that the screen reads. */
export const runFile = (stories: readonly Story[], more: Partial<RunFile> = {}): RunFile => {
  const run: Partial<RunFile> = {
    run: "20251120-091500-1f2e",
    startedAtMs: 0,
    project: "/p",
    projectName: "billing-app",
    config: configSchema.parse({
      agents: { builder: { cli: "claude", model: "sonnet" }, reviewer: { cli: "codex" } },
    }),
    policy: policy(),
    stories,
    left: [],
    source: "bmad",
    gates: [
      { name: "typecheck", run: "npx tsc --noEmit", cwd: "", paths: [], minutes: 30, foundIn: "package.json" },
      { name: "test", run: "npm test", cwd: "", paths: [], minutes: 30, foundIn: "package.json" },
    ],
    setup: { clone: ["node_modules"], copy: [".env"], carried: ["_bmad/"], dependencies: [] },
    target: { branch: "main", commit: "8a1a0f0c" },
    notes: [],
  };
  return { ...run, ...more } as RunFile;
};

/** What the screen knows of a test run. */
export const factsOf = (run: TestRun, more: Partial<ScreenFacts> = {}): ScreenFacts => {
  const records = createStoryRecords();
  records.fold(run.journal);
  return {
    state: run.state,
    file: runFile(run.stories, { policy: run.policy, startedAtMs: 1_000_000 }),
    records,
    feed: feedOf([]),
    label: labelsOf(run.stories.map(({ key }) => key)),
    lead: "alive",
    keys: KEYS,
    help: HELP,
    choices: CHOICES,
    uncommitted: [],
    summary: undefined,
    ...more,
  };
};

const KEYS = (
  [
    ["p", "pause"],
    ["r", "retry"],
    ["s", "skip"],
    ["+/-", "workers"],
    ["⏎", "card"],
    ["tab", "pane"],
    ["/", "find"],
    ["f", "feed"],
    ["?", "help"],
    ["q", "quit"],
  ] as const
).map(([key, label]) => ({ key, label }));

const CHOICES = [
  { key: "l", label: "leave it running", hint: "storyboard watch comes back" },
  { key: "s", label: "stop and save", hint: "agents are told to stop; storyboard run --resume goes on" },
  { key: "esc", label: "stay", hint: "" },
];

const HELP = [
  {
    title: "The run",
    keys: [
      { keys: "p", does: "pause, or go on: nothing new starts while paused" },
      { keys: "+ -", does: "more or fewer workers" },
      { keys: "q", does: "leave; asks when agents run" },
    ],
  },
  {
    title: "The selected story",
    keys: [
      { keys: "⏎", does: "its card" },
      { keys: "r", does: "try again, with a note to the agent if you like" },
      { keys: "s", does: "skip; asks whether dependents should treat it as done" },
      { keys: "x", does: "cancel" },
      { keys: "i", does: "answer what it asks" },
    ],
  },
  {
    title: "Looking",
    keys: [
      { keys: "j k ↑ ↓", does: "move" },
      { keys: "g G", does: "first, last" },
      { keys: "tab", does: "the other pane" },
      { keys: "f", does: "feed full or beside the stories" },
      { keys: "/", does: "find: stories by name and state, feed lines by text" },
      { keys: "?", does: "this help" },
    ],
  },
];

const STORIES: readonly Story[] = [
  story("36-1-agreement-model", [], { title: "Agreement model and migration" }),
  story("36-2-agreement-badge", ["36-1-agreement-model"], { title: "Agreement status badge" }),
  story("36-3-invoice-totals", [], { title: "Invoice totals with mixed tax rates" }),
  story("36-4-export-csv", ["36-3-invoice-totals"], { title: "Export invoices as CSV" }),
  story("36-5-reminder-mail", [], { title: "Reminder mails, three and seven days late" }),
  story("36-6-locale-ja", [], { title: "日本語の請求書レイアウト 🧾" }),
  story("36-7-audit-log", ["36-2-agreement-badge"], { title: "Audit log of every change to an agreement" }),
  story("36-8-permissions", [], { title: "Permissions per billing role" }),
  story("36-9-retention", ["36-7-audit-log"], { title: "Retention of the audit log" }),
  story("36-10-cleanup", ["36-4-export-csv"], { title: "Remove the old exporter" }),
].map((one) => ({ ...one, epic: "36", file: `docs/stories/${one.key}.md` }));

const CLAIM = {
  files: [
    { path: "src/models/agreement.ts", why: "the model" },
    { path: "src/routes/agreements.ts", lines: "22-89", why: "create and list" },
    { path: "test/agreement.test.ts", why: "25 tests" },
  ],
  testsAdded: 25,
  coverage: "97.6%",
};

/** A run in its middle: stories done, failed, running, silent, parked, queued and behind one another. */
export const sampleRun = (): TestRun => {
  const usage = { inputTokens: 41_000, outputTokens: 9_000, cachedTokens: null, usd: 1.27 };
  const run = new TestRun(STORIES, policy({ maxWorkers: 4, attemptsMax: 1 }));
  run.start();
  run.settleEffects();
  run.wait(420_000);
  run.endTurn("36-1-agreement-model", turn({ kind: "finished" }, { claim: CLAIM, usage, session: "s1" }));
  run.wait(60_000);
  run.endTurn(
    "36-1-agreement-model",
    turn(
      { kind: "finished" },
      { verdict: { verdict: "changes", findings: [{ severity: "high", title: "No index on agreement_id" }] } },
    ),
  );
  run.wait(90_000);
  run.endTurn("36-1-agreement-model", turn({ kind: "finished" }, { usage }));
  run.wait(30_000);
  run.endTurn("36-1-agreement-model");
  run.endTurn(
    "36-5-reminder-mail",
    turn({ kind: "question", question: "Should reminders be sent on weekends too, or on the next working day?" }),
  );
  run.wait(45_000);
  run.endTurn(
    "36-6-locale-ja",
    turn({ kind: "halted", reason: "the font for 日本語 is not licensed" }, { lastLines: ["no licence found"] }),
  );
  run.wait(65_000);
  run.endTurn("36-3-invoice-totals", turn({ kind: "finished" }, { usage, session: "s3" }));
  run.wait(65_000);
  return run;
};

/** The feed of the sample run. */
export const sampleFeed = (nowMs: number): FeedWindow => {
  const words: readonly (readonly [number, string, FeedLine["phase"], string])[] = [
    [540, "36-1-agreement-model", "BUILD", "wrote a failing test for the migration"],
    [520, "36-3-invoice-totals", "BUILD", "Read src/services/invoice.ts"],
    [405, "36-5-reminder-mail", "BUILD", "asks about weekends"],
    [300, "36-3-invoice-totals", "BUILD", "Bash npm test -- invoice"],
    [95, "36-8-permissions", "BUILD", "Edit src/services/permissions.ts"],
    [60, "36-3-invoice-totals", "BUILD", "all 12 tests pass; committing"],
    [44, "36-3-invoice-totals", "VERIFY", "reads the diff: 4 files, 180 lines"],
    [12, "36-2-agreement-badge", "BUILD", "wrote a failing test for the status badge"],
    [7, "36-3-invoice-totals", "VERIFY", "checks rounding against the acceptance criteria"],
    [2, "36-2-agreement-badge", "BUILD", "Edit src/services/agreement.ts"],
  ];
  return feedOf(
    words.map(([secondsAgo, key, phase, text]) => ({ atMs: nowMs - secondsAgo * 1000, story: key, phase, text })),
    nowMs - 600_000,
  );
};

/** The sizes at which every view is looked at. */
export const SIZES: readonly Size[] = [
  { columns: 200, rows: 50 },
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
  { columns: 50, rows: 20 },
  { columns: 20, rows: 5 },
];
