import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "../../support/project.ts";
import { eventually } from "../../support/steering.ts";
import { KEYS, TestTerminal } from "../../support/terminal.ts";

const LIMIT_MS = 60_000;

let project: Project;
let tmp: string;
let screen: TestTerminal | undefined;
beforeEach(() => {
  project = new Project();
  tmp = join(project.base, "tmp");
  mkdirSync(tmp);
});
afterEach(() => {
  screen?.close();
  project.remove();
});

/** The demo on a screen; `pace` is a share of the normal speed. */
const opened = (pace: string): TestTerminal => {
  screen = new TestTerminal(project, ["demo"], {
    columns: 120,
    rows: 36,
    environment: { TMPDIR: tmp, STORYBOARD_DEMO_PACE: pace },
  });
  return screen;
};

test(
  "on a screen the demo invites to press keys, and what a person answers is what is built",
  async () => {
    const terminal = opened("0.4");
    await terminal.shows("1-3 asks you something: i opens the inbox, enter answers");
    terminal.press("i");
    await terminal.shows("How large is a cup");
    terminal.press(KEYS.enter);
    await terminal.shows("Answer for 1-3");
    terminal.press("US: 240 ml", KEYS.enter);
    await terminal.shows("SWARM COMPLETE", LIMIT_MS);
    terminal.press("q");
    expect(await terminal.exit()).toBe(0);
    const said = terminal.history();
    expect(said).toContain("storyboard demo: a small sprint");
    expect(said).toContain("8 of 8 stories are done");
    expect(said).toContain("1-3 asked, and you answered");
    expect(said).not.toContain("the demo answered");
    expect(readdirSync(tmp)).toEqual([]);
  },
  LIMIT_MS,
);

test(
  "a question that nobody answers is answered by the demo, which says so",
  async () => {
    const terminal = opened("0.05");
    await terminal.shows("The demo answers 1-3", LIMIT_MS);
    await terminal.shows("SWARM COMPLETE", LIMIT_MS);
    terminal.press("q");
    expect(await terminal.exit()).toBe(0);
    expect(terminal.history()).toContain('1-3 asked; the demo answered "metric: 250 ml"');
  },
  LIMIT_MS,
);

test(
  "left running it goes on and stays, and says how to come back and how to stop it",
  async () => {
    const terminal = opened("1");
    await terminal.shows("BUILD");
    terminal.press("q");
    await terminal.shows("leave it running");
    terminal.press(KEYS.enter);
    expect(await terminal.exit()).toBe(0);
    const [, folder = ""] = /Come back to it: storyboard --project (\S+)/.exec(terminal.history()) ?? [];
    const status = await project.storyboard(["status", "--json", "--project", folder]);
    expect(JSON.parse(status.stdout)).toMatchObject({ counts: { total: 8 } });
    expect((await project.storyboard(["ctl", "stop", "--project", folder])).status).toBe(0);
    const lock = join(folder, ".git/storyboard/lock");
    await eventually("the lead to leave", async () => !existsSync(lock));
  },
  LIMIT_MS,
);

test(
  "stopped, or robbed of its terminal, it ends the run and leaves nothing behind",
  async () => {
    const stopped = opened("1");
    await stopped.shows("BUILD");
    stopped.press("q");
    await stopped.shows("stop and save");
    stopped.press(KEYS.down, KEYS.enter);
    expect(await stopped.exit()).toBe(130);
    expect(stopped.history()).toContain("The demo was stopped. Its project is removed");
    expect(readdirSync(tmp)).toEqual([]);
    const robbed = opened("1");
    await robbed.shows("BUILD");
    robbed.signal("SIGHUP");
    expect(await robbed.exit()).toBe(129);
    expect(readdirSync(tmp)).toEqual([]);
  },
  LIMIT_MS,
);
