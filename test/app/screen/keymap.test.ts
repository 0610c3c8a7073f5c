import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CommandContext, ScreenActions } from "../../../src/app/screen/command-context.ts";
import { SCREEN_COMMANDS } from "../../../src/app/screen/commands.ts";
import { bindingOf, choicesOf, helpSections, KEYMAP, keyHints, keysTable } from "../../../src/app/screen/keymap.ts";
import { openStillWindow } from "../../../src/app/screen/run-window.ts";
import { INITIAL_VIEW_STATE, type View, type ViewState } from "../../../src/components/props.ts";
import { TestRun } from "../../support/run.ts";
import { aRunFile } from "./support.ts";

const nothing = (): void => {};
const ACTIONS: ScreenActions = {
  set: nothing,
  say: nothing,
  send: nothing,
  ask: nothing,
  prompt: nothing,
  move: nothing,
  start: nothing,
  resume: nothing,
  plan: nothing,
  stopAndLeave: nothing,
  attach: nothing,
  leave: nothing,
};

const contextOf = (view: Partial<ViewState>, lead: "alive" | "none" = "alive"): CommandContext => {
  const file = aRunFile(["a", "b"]);
  const run = new TestRun(file.stories, file.policy);
  run.start();
  const still = openStillWindow({ file, directory: "" }, run.journal, async () => ({ ok: true }));
  const window = { ...still, lead };
  const story = window.state.stories.get("a");
  return {
    window,
    view: { ...INITIAL_VIEW_STATE, selected: "a", ...view },
    story,
    label: (key) => key,
    wantedWorkers: window.state.maxWorkers,
    actions: ACTIONS,
  };
};

test("every key of the product's list does something on the dashboard", () => {
  const wanted = [
    "p",
    "r",
    "s",
    "x",
    "+",
    "-",
    "j",
    "k",
    "g",
    "G",
    "up",
    "down",
    "enter",
    "tab",
    "f",
    "i",
    "/",
    "?",
    "q",
  ];
  const missing = wanted.filter((key) => bindingOf(key, "dashboard") === undefined);
  expect(missing).toEqual([]);
});

test("no key means two things in one view, and every command has a key", () => {
  const views: View[] = ["dashboard", "card", "help", "quit", "confirm", "inbox", "summary", "lost"];
  for (const view of views) {
    const keys = KEYMAP.filter((binding) => binding.views.includes(view)).flatMap(({ keys, also = [] }) => [
      ...keys,
      ...also,
    ]);
    expect(
      keys.filter((key, i) => keys.indexOf(key) !== i),
      view,
    ).toEqual([]);
  }
  const bound = new Set<string>(KEYMAP.map(({ command }) => command));
  expect(Object.keys(SCREEN_COMMANDS).filter((name) => !bound.has(name))).toEqual([]);
});

test("the footer shows the keys that work now, and calls them by what they do now", () => {
  const running = keyHints(contextOf({})).map(({ key, label }) => `${key} ${label}`);
  expect(running.slice(0, 4)).toEqual(["p pause", "s skip", "x cancel", "+/- workers"]);
  expect(running).not.toContain("r retry");
  expect(keyHints(contextOf({}, "none")).map(({ key }) => key)).not.toContain("p");
  const full = keyHints(contextOf({ feedFull: true, pane: "feed" })).map(({ label }) => label);
  expect(full).toContain("feed small");
});

test("the quit dialog offers to leave it running, to stop and save, to stay", () => {
  expect(choicesOf(contextOf({ view: "quit" }))).toEqual([
    { key: "l", label: "leave it running", hint: expect.stringContaining("go on") },
    { key: "s", label: "stop and save", hint: expect.stringContaining("resumed") },
    { key: "esc", label: "stay", hint: "" },
  ]);
  expect(choicesOf(contextOf({ view: "lost" })).map(({ label }) => label)).toEqual([
    "resume",
    "fresh",
    "look at the run as it was",
    "quit",
  ]);
});

test("help and README come from the table", () => {
  const shown = helpSections().flatMap(({ keys }) => keys.map((each) => each.keys));
  for (const key of ["p", "r", "s", "x", "+", "-", "j ↓", "/", "?", "q"]) expect(shown).toContain(key);
  const table = keysTable();
  expect(table).toMatch(/^\| key +\| what it does +\|\n\| -+ \| -+ \|\n\| `p` +\| pause and go on/);
  expect(table).toMatch(/\| `q` +\| quit; asks when agents run: leave it running, stop and save, or stay +\|/);
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
  const section = /^## Keys\n\n([\s\S]*?)\n(?=## )/m.exec(readme)?.[1];
  // Where they differ: what the table says is put into the README.
  expect(section).toBe(table);
});
