import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, writeSprint } from "../../support/project.ts";
import {
  eventually,
  gate,
  open,
  reached,
  script,
  scripted,
  statusOf,
  storyIn,
  writePlain,
} from "../../support/steering.ts";
import { endProject, KEYS, leadPid, type TerminalOptions, TestTerminal } from "../../support/terminal.ts";

let project: Project;
let terminals: TestTerminal[];
beforeEach(() => {
  project = new Project();
  terminals = [];
});
afterEach(() => {
  for (const terminal of terminals) terminal.close();
  endProject(project);
});

const terminal = (args: readonly string[] = [], options: TerminalOptions = {}): TestTerminal => {
  const opened = new TestTerminal(project, args, options);
  terminals.push(opened);
  return opened;
};

const runsOf = (): string[] => {
  const folder = join(project.path, ".storyboard", "runs");
  return existsSync(folder) ? readdirSync(folder) : [];
};

test("a sprint from the confirmation over the run to the summary, which stays on the normal screen", async () => {
  writeSprint(project, [{ key: "1-1-first" }, { key: "1-2-second", after: ["1-1-first"] }]);
  project.commit();
  script(project, "1-1-first.BUILD", `echo "hammering away"; ${gate("first")}; build`);
  const screen = terminal();
  const confirmation = await screen.shows("Start 2 stories?");
  expect(confirmation).toMatch(/Builder +builder \(sh/);
  expect(confirmation).toMatch(/Target +main at [0-9a-f]{7}/);
  expect(confirmation).toMatch(/1-2 .*after 1-1/);
  expect(runsOf()).toEqual([]);
  screen.press(KEYS.enter);
  await screen.shows("hammering away");
  expect(screen.isAlternate).toBe(true);
  const { run } = await statusOf(project);
  expect(runsOf()).toEqual([run]);
  open(project, "first");
  const summary = await screen.shows("SWARM COMPLETE");
  expect(summary).toContain("2/2 succeeded");
  screen.press("q");
  expect(await screen.exit()).toBe(0);
  expect(screen.isAlternate).toBe(false);
  const left = screen.history();
  expect(left).toContain("SWARM COMPLETE");
  expect(left).toMatch(/1-1 +heracles +DONE/);
  expect(left).toContain("2/2 succeeded, 0 failed");
  expect(project.git("log", "--format=%s", "main")).toContain("feat(1-2)");
});

test("the exit status is the run's, and a run that starts without a question shows its stories at once", async () => {
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\nmax_retry_per_story: 1\n");
  script(project, "b", "echo no; exit 3");
  const screen = terminal(["run", "--fresh"]);
  await screen.shows("1 failed");
  await screen.shows("Summary");
  screen.press("q");
  expect(await screen.exit()).toBe(1);
  expect(screen.history()).toContain("b (FAILED):");
});

test("leaving at the confirmation starts nothing and writes nothing", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const screen = terminal();
  await screen.shows("Start 1 story?");
  screen.press("q");
  expect(await screen.exit()).toBe(0);
  expect(existsSync(join(project.path, ".storyboard"))).toBe(false);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("nothing to do is said in lines, without a screen", async () => {
  writeSprint(project, [{ key: "1-1-first", status: "done" }]);
  project.commit();
  const screen = terminal();
  expect(await screen.exit()).toBe(0);
  expect(screen.written).not.toContain("\u001b[?1049h");
  expect(screen.history()).not.toBe("");
});

test("a run goes on without its screen; it is come back to, watched twice, and stopped from one of them", async () => {
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\n");
  for (const key of ["a", "b"]) script(project, key, `${gate(key)}; build`);
  const first = terminal(["run", "--fresh"]);
  await reached(project, "a");
  first.press("q");
  await first.shows("leave it running");
  first.press("l");
  expect(await first.exit()).toBe(0);
  expect(first.history()).toContain("The run goes on without this screen.");
  open(project, "a");
  await eventually("a to end without a screen", async () => storyIn(await statusOf(project), "a").status === "done");

  const back = terminal();
  const watching = [terminal(["watch"], { columns: 50, rows: 20 }), terminal(["watch"], { columns: 200, rows: 50 })];
  for (const each of [back, ...watching]) await each.shows("1/2 done");
  watching[0]?.press("p");
  for (const each of [back, ...watching]) await each.shows("PAUSED");
  expect(await statusOf(project)).toMatchObject({ state: "paused" });
  back.press("q");
  await back.shows("stop and save");
  back.press("s");
  expect(await back.exit()).toBe(130);
  expect(back.history()).toContain("SWARM STOPPED");
  // Whoever else looks at it is told the same.
  for (const each of watching) expect(await each.exit()).toBe(130);
  expect(await statusOf(project)).toMatchObject({ state: "ended" });
});

test("a run that was left unfinished is offered again: resume, fresh, or quit", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  const first = terminal(["run", "--fresh"]);
  await reached(project, "a");
  await project.storyboard(["ctl", "stop"]);
  expect(await first.exit()).toBe(130);
  const [run] = runsOf();

  const quitting = terminal();
  await quitting.shows("resume");
  quitting.press("q");
  await quitting.exit();
  expect(runsOf()).toEqual([run]);

  const fresh = terminal();
  await fresh.shows("fresh");
  fresh.press("n");
  await fresh.shows("Start 1 story?");
  fresh.press("q");
  expect(await fresh.exit()).toBe(0);
  expect(runsOf()).toEqual([run]);

  open(project, "a");
  const resuming = terminal();
  await resuming.shows("resume");
  resuming.press("r");
  await resuming.shows("SWARM COMPLETE");
  resuming.press("q");
  expect(await resuming.exit()).toBe(0);
  expect(runsOf()).toEqual([run]);
  expect(leadPid(project)).toBeUndefined();
});

test("what ended while nobody looked is shown first, once; its failed story is retried from there", async () => {
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\nmax_retry_per_story: 1\n");
  script(project, "b", '[ -e "$OUT/mended" ] && { build; exit; }; exit 3');
  expect((await project.storyboard(["run", "--headless"], scripted(project))).status).toBe(1);
  const screen = terminal();
  await screen.shows("SWARM COMPLETE");
  project.write("../mended", "");
  screen.press(KEYS.escape);
  await screen.shows("Stories");
  screen.press("G", "r");
  await screen.shows("2/2 succeeded");
  screen.press("q");
  expect(await screen.exit()).toBe(0);
  // All is done and seen: there is nothing to open on.
  const again = terminal();
  expect(await again.exit()).toBe(0);
  expect(again.history()).not.toContain("SWARM");
});

test("a lead that cannot start says why on the normal screen", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  // Another project of the same repository, which has one lead at a time.
  project.write("other/storyboard.yaml", project.read("storyboard.yaml")).commit();
  const first = terminal(["run", "--fresh"]);
  await reached(project, "a");
  const second = terminal(["run", "--fresh", "--project", "other"]);
  expect(await second.exit()).toBe(2);
  expect(second.isAlternate).toBe(false);
  expect(second.history()).toContain("The lead could not start:");
  expect(second.history()).toMatch(/A run is under way in .*project \(process \d+\)/);
  expect(existsSync(join(project.path, "other", ".storyboard", "runs"))).toBe(false);
  first.press("q", "q");
  expect(await first.exit()).toBe(0);
});

test("where nobody could see a screen there is none", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const dumb = terminal([], { environment: { TERM: "dumb" } });
  expect(await dumb.exit()).toBe(0);
  expect(dumb.written).not.toContain("\u001b[?1049h");
  expect(dumb.history()).toContain("SWARM COMPLETE");
});
