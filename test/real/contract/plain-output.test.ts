import { afterEach, beforeEach, expect, test } from "vitest";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { Project, writeSprint } from "../../support/project.ts";
import { ctl, endRuns, gate, live, open, reached, script, scripted } from "../../support/steering.ts";

let project: Project;
beforeEach(() => {
  project = new Project("billing-app");
});
afterEach(() => {
  endRuns(project);
  project.remove();
});

/** Everything but lines, tabs and printable characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

const CLAIM =
  '```json\n{"files":[{"path":"src/1-1-base.txt","why":"the base"},{"path":"README.md","lines":"3-9","why":"says so"}],"tests_added":25,"coverage":"97.6%"}\n```';

test("plain output is the source form: feed, cards, summary with failures explained; no escapes and no more than the columns given", async () => {
  writeSprint(project, [{ key: "1-1-base" }, { key: "1-2-fails" }, { key: "1-3-blocked", after: ["1-2-fails"] }]);
  project.commit();
  script(
    project,
    "1-1-base.BUILD",
    `build; printf '\\033[31mred\\033[0m \\033]0;title\\007words\\n'; echo; cat <<'END'\n${CLAIM}\nEND`,
  );
  script(project, "1-2-fails", `echo "the disk said ${"no ".repeat(60)}"; exit 3`);
  const { status, stdout, stderr } = await project.storyboard(
    ["run", "--order", "parallel"],
    scripted(project, { FORCE_COLOR: "3", COLORTERM: "truecolor", TERM: "xterm-256color", COLUMNS: "80" }),
  );
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout).not.toMatch(ESCAPES);
  // Reasons and commands are whole; what is drawn keeps to the width.
  expect(
    stdout.split("\n").filter((line) => /^[━─]|^ {2}1-\d {2}(?!storyboard)| \| /.test(line) && displayWidth(line) > 80),
  ).toEqual([]);
  const places = [
    "📦 billing-app: 3 stories",
    "Pipeline: dev-review (BUILD VERIFY REFINE COMMIT)",
    "─── LIVE FEED ───",
    "1-1 | BUILD  red words",
    "✅ 1-1 COMPLETE — ",
    "+ src/1-1-base.txt — the base",
    "? README.md:3-9 — says so",
    "Tests: 25 added (97.6% coverage)",
    "Commit: feat(1-1): ",
    "❌ 1-2 FAILED — ",
    "Failed at: BUILD (Phase 1)",
    "⛔ 1-3 BLOCKED — ",
    "SWARM COMPLETE",
    "Summary: 1/3 succeeded, 1 failed, 1 blocked",
    "Landed on: main at ",
    "1-2 (FAILED):",
    "Next:",
    "storyboard ctl retry 1-2-fails",
  ].map((text) => [text, stdout.indexOf(text)] as const);
  expect(places.filter(([, place]) => place < 0)).toEqual([]);
  const again = await project.storyboard(["run", "--resume"], { COLUMNS: "80" });
  // The summary of an ended run is the one that was printed at its end.
  const summaryOf = (text: string): string => text.slice(text.indexOf("SWARM COMPLETE"));
  expect(summaryOf(again.stdout)).toBe(summaryOf(stdout));
  expect(again.status).toBe(1);
});

test("what happens between the cards is said: a pause, workers, a question with the line to type, a stop", async () => {
  writeSprint(project, [{ key: "1-1-base" }, { key: "1-2-asks" }]);
  project.commit();
  script(project, "1-1-base.BUILD", `${gate("a")}; build`);
  script(project, "1-2-asks", 'echo "QUESTION: red or blue?"');
  const run = live(project, ["run", "--order", "parallel"]);
  await reached(project, "a");
  expect(await ctl(project, "pause")).toMatchObject({ status: 0 });
  expect(await ctl(project, "workers", "5")).toMatchObject({ status: 0 });
  expect(await ctl(project, "resume")).toMatchObject({ status: 0 });
  open(project, "a");
  expect(await ctl(project, "stop")).toMatchObject({ status: 0 });
  expect(await run.ended).toBe(130);
  const text = run.stdout();
  for (const words of [
    "Paused: nothing new starts.",
    "Workers: 5 at most from now on",
    "Resumed.",
    "Stopping: asked for by ctl stop",
    "SWARM STOPPED — saved, resumable",
    "storyboard run --resume",
  ]) {
    expect(text).toContain(words);
  }
});
