import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "../../support/project.ts";
import { eventually, gate, open, reached, script, statusOf, storyIn, writePlain } from "../../support/steering.ts";
import { endProject, leadPid, TestTerminal } from "../../support/terminal.ts";

/** product.md: a lost lead is said within two seconds. */
const LOST_LIMIT_MS = 2_000;

let project: Project;
let screen: TestTerminal;
beforeEach(async () => {
  project = new Project();
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\n");
  for (const key of ["a", "b"]) script(project, key, `${gate(key)}; build`);
  screen = new TestTerminal(project, ["run", "--fresh"]);
  for (const key of ["a", "b"]) await reached(project, key);
});
afterEach(() => {
  screen.close();
  endProject(project);
});

test("a screen that is killed touches nothing: the run goes on", async () => {
  screen.signal("SIGKILL");
  await screen.exit();
  open(project, "a");
  await eventually("a to end", async () => storyIn(await statusOf(project), "a").status === "done");
  expect(await statusOf(project)).toMatchObject({ state: "running", counts: { running: 1 } });
  const other = new TestTerminal(project, []);
  try {
    await other.shows("1/2 done");
    open(project, "b");
    await other.shows("2/2 succeeded");
    other.press("q");
    expect(await other.exit()).toBe(0);
  } finally {
    other.close();
  }
});

test("a lead that is killed is said to be lost at once; the run is resumed from there and adopts its agents", async () => {
  const lead = leadPid(project);
  if (lead === undefined) throw new Error("nobody leads");
  await screen.shows("RUNNING");
  const killedAtMs = Date.now();
  process.kill(lead, "SIGKILL");
  await screen.shows("LEAD LOST", LOST_LIMIT_MS);
  expect(Date.now() - killedAtMs).toBeLessThan(LOST_LIMIT_MS);
  await screen.shows("resume");
  expect(await statusOf(project)).toMatchObject({ state: "lead-lost" });
  screen.press("r");
  await screen.shows("RUNNING");
  expect(leadPid(project)).not.toBe(lead);
  for (const key of ["a", "b"]) open(project, key);
  await screen.shows("2/2 succeeded");
  const { stories } = await statusOf(project);
  expect(stories.map(({ attempt, turn }) => [attempt, turn])).toEqual([
    [1, 1],
    [1, 1],
  ]);
  screen.press("q");
  expect(await screen.exit()).toBe(0);
});

test("a lost run is looked at before it is left", async () => {
  process.kill(leadPid(project) ?? 0, "SIGKILL");
  await screen.shows("LEAD LOST");
  screen.press("\u001b");
  await screen.shows("Live feed");
  screen.press("p");
  await screen.shows("the lead of this run is lost");
  screen.press("q");
  await screen.shows("resume");
  screen.press("q");
  expect(await screen.exit()).toBe(1);
  expect(screen.history()).toContain("storyboard run --resume");
});

test("a screen that is left while its lead is starting says that the run goes on only where it does", async () => {
  const lead = leadPid(project);
  process.kill(lead ?? 0, "SIGKILL");
  await screen.shows("LEAD LOST");
  screen.press("r", "q");
  expect(await screen.exit()).toBe(0);
  expect(screen.history()).toContain("The run goes on without this screen");
  expect(leadPid(project)).not.toBe(lead);
  expect(await statusOf(project)).toMatchObject({ state: "running", counts: { running: 2 } });
});

test("a lead that cannot start is told of also where the screen was left before", async () => {
  process.kill(leadPid(project) ?? 0, "SIGKILL");
  await screen.shows("LEAD LOST");
  const { run } = await statusOf(project);
  project.write(join(".storyboard", "runs", run, "journal.jsonl"), "this is\nno journal\n");
  screen.press("r", "q");
  expect(await screen.exit()).not.toBe(0);
  expect(screen.history()).toContain("storyboard: ");
  expect(screen.history()).not.toContain("goes on without");
});
