import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlainReporter, DASHBOARD_INTERVAL_MS } from "../../../src/app/headless/plain-reporter.ts";
import { phaseMark } from "../../../src/app/headless/status-mark.ts";
import { PIPELINES } from "../../../src/core/model/pipelines.ts";
import { policy, story, TestRun, turn } from "../../support/run.ts";

/** The document that says what the dashboard looks like; not part of the project. */
const LEAD = resolve(process.env.STORYBOARD_SOURCES ?? "../shared/seeds", "lead-driven-batch.md");

/** Step 3 of the document, without variation selectors. */
const step3 = (): string => {
  const text = readFileSync(LEAD, "utf8").replaceAll("\ufe0f", "");
  return text.slice(text.indexOf("### Step 3"), text.indexOf("### Step 4"));
};

/** The line of the document that holds a text, out of its quotes, with its variables filled in. */
const template = (text: string, values: Readonly<Record<string, string>>): string => {
  const line = step3()
    .split("\n")
    .find((each) => each.includes(text));
  const quoted = /"(.*)"/.exec(line ?? "")?.[1];
  if (quoted === undefined) throw new Error(`no line with ${text}`);
  return columnsOf(quoted.replaceAll(/\{\{(.+?)\}\}/g, (_, name: string) => values[name] ?? `<${name}>`));
};

/** Columns are as wide as what stands in them; claims are marked. */
const columnsOf = (line: string): string => line.replaceAll("*", "").replaceAll(/(?<=\S) {2,}/g, "  ");

describe.skipIf(!existsSync(LEAD))("the dashboard of lead-driven-batch.md", () => {
  test("has its lines for stories that are done, at work, failed, queued and blocked", () => {
    const stories = [story("36-1-a"), story("36-2-b"), story("36-3-c"), story("36-4-d", ["36-2-b"]), story("36-5-e")];
    const run = new TestRun(stories, policy({ pipeline: PIPELINES.worker!, attemptsMax: 1 }));
    let printed = "";
    const reporter = createPlainReporter({
      write: (text) => {
        printed += text;
      },
      now: () => run.nowMs,
      columns: 120,
      startedAtMs: run.nowMs,
    });
    run.start();
    run.settleEffects();
    const claim = { files: [], testsAdded: 25, coverage: "97.6%", issues: { found: 4, fixed: 4 } };
    run.endTurn("36-1-a", turn({ kind: "finished" }, { claim }));
    run.endTurn("36-3-c", turn({ kind: "halted", reason: "no access", phase: "VERIFY" }));
    reporter.events(run.journal, run.state);
    reporter.feed([{ atMs: run.nowMs, story: "36-2-b", phase: "ASSESS", narrated: "ASSESS", text: "2 must-fix" }]);
    run.nowMs += DASHBOARD_INTERVAL_MS;
    reporter.tick();
    const board = printed
      .slice(printed.indexOf("━━━ ", printed.indexOf("FAILED — ")))
      .split("\n")
      .map(columnsOf);
    const head = board.find((line) => line.includes("BATCH PROGRESS")) ?? "";
    const time = /━━━ (\S+) ━━━/.exec(head)?.[1] ?? "";
    const values = { "COMPLETED.length": "1", total: "5", "time()": time, elapsed: "00:00:10" };
    expect(head.replace(/━+$/, "━━━")).toBe(template("BATCH PROGRESS", values));
    const lines = [
      template("✅ DONE", {
        story_key: "36-1",
        summary_from_progress_artifact: "25 tests  97.6% cov  4→0 issues  l-36-1-",
      }),
      template("{{phase_emoji}} {{phase}}", {
        story_key: "36-2",
        phase_emoji: "⚖",
        phase: " ASSESS",
        phase_detail: "2 must-fix",
        age: "00:10",
      }),
      template("❌ FAILED ", { story_key: "36-3", failure_reason: "Phase VERIFY - no access" }),
      template("blocked by", { story_key: "36-4", blocked: "36-2" }),
    ];
    expect(board.map((line) => line.trimEnd())).toEqual(expect.arrayContaining(lines));
    expect(board.some((line) => line.startsWith("  36-5  "))).toBe(true);
    expect(board.find((line) => line.includes("Workers: "))).toMatch(/^ {2}Workers: \d\/\d \| Queue: \d \| Done: 1/);
  });

  test("marks each phase with the document's emoji", () => {
    const block = step3().split("**Phase emoji mapping**")[1] ?? "";
    const marks = [...block.matchAll(/([A-Z]+)\s*→ (\S+)/gu)];
    expect(marks).toHaveLength(8);
    for (const [, phase = "", mark] of marks) expect(phaseMark(phase)).toBe(mark);
  });
});
