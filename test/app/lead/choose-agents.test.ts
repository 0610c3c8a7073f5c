import { afterEach, beforeEach, expect, test } from "vitest";
import { chooseAgents } from "../../../src/app/lead/choose-agents.ts";
import { AGENTS } from "../../../src/core/agents/agents.ts";
import type { Config } from "../../../src/core/model/config.ts";
import { claudeSaying, config, LOGGED_IN, LOGGED_OUT, Machine } from "../doctor/support.ts";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

/** Another program than Claude Code that storyboard would choose; it does not understand any question. */
const OTHER = AGENTS.filter(({ program }) => program !== undefined)[1];

const chosen = async (settings: Config = config(), model?: string) => {
  const { config: with_, notes } = await chooseAgents(settings, machine.desk({ limitMs: 2_000 }), model);
  const agents = Object.entries(with_.agents).map(([name, { cli }]) => `${name}: ${cli}`);
  return { agents, notes, profiles: with_.agents };
};

test("with agents configured, nothing is chosen and nobody is asked", async () => {
  machine.install("claude", claudeSaying('touch "$HOME/asked"', "1"));
  const { agents, notes } = await chosen(config({ agents: { mine: { cli: "command", command: ["sh"] } } }));
  expect({ agents, notes }).toEqual({ agents: ["mine: command"], notes: [] });
});

test("with none installed, there is none", async () => {
  expect(await chosen()).toMatchObject({ agents: [], notes: [] });
});

test("one that is installed builds, with the model that was asked for, and reviews by being the only one", async () => {
  const path = machine.install("claude", LOGGED_IN);
  const { agents, notes, profiles } = await chosen(config(), "opus");
  expect(agents).toEqual(["builder: claude"]);
  expect(profiles.builder).toMatchObject({ model: "opus", permissions: "edit" });
  expect(notes).toEqual([`no agent is configured: claude builds, because it is installed (${path})`]);
});

test("a second, different one reviews, with a model of its own; without a review it does nothing", async () => {
  if (OTHER?.program === undefined) throw new Error("there is only one program to choose");
  machine.install("claude", LOGGED_IN);
  const path = machine.install(OTHER.program, "exit 1");
  const { agents, notes, profiles } = await chosen(config(), "opus");
  expect(agents).toEqual(["builder: claude", `reviewer: ${OTHER.cli}`]);
  expect(profiles.reviewer?.model).toBeUndefined();
  expect(notes[1]).toBe(`${OTHER.program} reviews, because it is installed, too (${path})`);
  expect((await chosen(config({ pipeline: "build" }))).agents).toEqual(["builder: claude"]);
});

test("one that is logged out is passed over, and it is said what would change that", async () => {
  if (OTHER?.program === undefined) throw new Error("there is only one program to choose");
  machine.install("claude", LOGGED_OUT);
  machine.install(OTHER.program, "exit 1");
  const { agents, notes } = await chosen();
  expect(agents).toEqual([`builder: ${OTHER.cli}`]);
  expect(notes).toHaveLength(2);
  expect(notes[1]).toMatch(/^claude is not used: it is not logged in \(.*\)\. Start claude once and log in/);
});

test("where nobody is logged in, the first one is chosen all the same: the check before the start refuses it", async () => {
  machine.install("claude", LOGGED_OUT);
  expect((await chosen()).agents).toEqual(["builder: claude"]);
});

test("one that hangs counts as usable when its time is over", async () => {
  machine.install("claude", "sleep 60");
  expect((await chosen()).agents).toEqual(["builder: claude"]);
});
