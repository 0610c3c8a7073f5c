import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { eventually, script, statusOf } from "../../support/steering.ts";
import { endProject, KEYS, TestTerminal } from "../../support/terminal.ts";

// Each goes from the start of a run to what is done after its end.
vi.setConfig({ testTimeout: 90_000 });

let project: Project;
let screen: TestTerminal;
beforeEach(() => {
  project = new Project();
});
afterEach(() => {
  screen.close();
  endProject(project);
});

const RED = `gates: { commands: { test: "test -e ok || { seq 1 30; echo it is not ok; false; }" } }\n`;
const red = agentConfiguration("order: parallel\nmax_workers: 2\n").replace("gates: { commands: {} }\n", RED);
const PART = "OPERATOR: open an account at the bank and note its number";
const ASKS = `if [ -z "$STORYBOARD_SESSION" ]; then echo '{"t":"session","id":"x"}'; echo '{"t":"finished","text":"QUESTION: blue or red?"}'; else build; fi`;

const begin = (columns: number, rows: number): void => {
  writeSprint(project, [{ key: "1-1-bank" }, { key: "1-2-asks" }], { configuration: red });
  project.commit();
  script(project, "1-1-bank.BUILD", `build; echo "${PART}"`);
  script(project, "1-2-asks.BUILD", ASKS);
  screen = new TestTerminal(project, ["run"], { columns, rows });
};

const expectFits = (text: string, columns: number): void => {
  for (const row of text.split("\n")) expect([...row].length).toBeLessThanOrEqual(columns);
};

/** What a screen of that size shows is whole: nothing is wider than it, and the way out is in sight. */
const expectWhole = (text: string, columns: number): void => {
  expectFits(text, columns);
  expect(text).toMatch(/q quit/);
};

test.each([
  [50, 20],
  [200, 50],
])("at %i×%i: red gates, a question and a person's own part are all done in place", async (columns, rows) => {
  begin(columns, rows);
  // The run stands still until that is decided, so it is asked at once.
  const asked = await screen.shows("red gates");
  expect(asked).toMatch(/Inbox: the run waits for you/);
  expect(asked).toMatch(/WAITS FOR YOU/);
  expect(asked).toMatch(/a accept +w go without/);
  expectWhole(asked, columns);
  screen.press(KEYS.enter);
  if (columns > 100) await screen.shows("a accepts, w goes without");
  screen.press("v");
  const shown = await screen.until("the gate's last lines", (text) => !text.includes("Inbox"));
  expect(shown).toMatch(/Red before the first story: test/);
  expect(shown).toMatch(/30[ │]*\n[│ ]*it is not ok/);
  expectWhole(shown, columns);
  screen.press(KEYS.escape);
  await screen.shows("Inbox: the run waits for you");
  screen.press("w");

  await eventually("both wait", async () => (await statusOf(project)).inbox.length === 2);
  await screen.until("the dashboard", (text) => /OPERATOR|👤/.test(text) && !text.includes("Inbox"));
  screen.press("i");
  const both = await screen.shows("2 stories wait for you");
  expect(both).toMatch(/▸ 1-1 +your part/);
  expect(both).toMatch(/1-2 +question/);
  expect(both).toMatch(/a confirm/);
  expectWhole(both, columns);
  screen.press("j");
  expect(await screen.until("the question is marked", (text) => /▸ 1-2 +question/.test(text))).toMatch(/⏎ answer/);
  screen.press("a");
  if (columns > 100) await screen.shows("it wants an answer in words");
  screen.press(KEYS.enter);
  await screen.shows("Answer for 1-2");
  screen.press("blue", KEYS.enter);

  // What is left for a person outlives the run.
  await screen.until("the summary", (text) => /Summary|storyboard confirm/.test(text));
  expect((await statusOf(project)).state).toBe("ended");
  screen.press("i");
  await screen.shows("1 story waits for you");
  screen.press("a");
  const sure = await screen.until("it asks", (text) => text.includes("Is it done?") || text.includes("y it is done"));
  expectFits(sure, columns);

  screen.press("y");
  await eventually("it is done", async () => (await statusOf(project)).counts.done === 2);
  expect((await statusOf(project)).inbox).toEqual([]);
  await screen.until("the summary of a completed run", (text) => text.includes("COMPLETE"));
  screen.press("q");
  expect(await screen.exit()).toBe(0);
});

test("ending the run whose gates are red asks first, and leaves with 2", async () => {
  begin(100, 30);
  await screen.shows("red gates");
  screen.press("x");
  await screen.shows("End the run before its first story?");
  screen.press("n");
  await screen.shows("Nothing was done");
  screen.press("x", "y");
  await screen.until("the end", (text) => text.includes("HALTED"));
  screen.press("q");
  expect(await screen.exit()).toBe(2);
});
