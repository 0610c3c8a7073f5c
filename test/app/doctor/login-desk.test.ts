import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkReadiness } from "../../../src/app/doctor/preflight.ts";
import type { UserError } from "../../../src/core/model/user-error.ts";
import { claude, claudeSaying, config, LOGGED_IN, LOGGED_OUT, Machine } from "./support.ts";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => {
  vi.useRealTimers();
  machine.remove();
});

const asked = (): string[] => {
  const log = join(machine.home, "asked");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
};

const stateOf = async (script: string, environment = machine.environment(), limitMs = 5_000) => {
  machine.install("claude", script);
  return (await machine.desk({ environment, limitMs }).login(claude))?.state;
};

describe("what Claude Code says", () => {
  test("logged in, without the address of the account, and logged out", async () => {
    expect(await stateOf(LOGGED_IN)).toEqual({ kind: "logged-in", detail: "claude.ai, max" });
    expect(await stateOf(LOGGED_OUT)).toMatchObject({ kind: "logged-out" });
    expect(asked()).toEqual(["auth status", "auth status"]);
  });

  test.each([
    ["an older one does not know the question", "echo 'error: unknown command auth' >&2; exit 1"],
    ["an old one takes it for a prompt", "echo 'Hello! How can I help?'"],
    ["a broken answer", "echo '{ \"loggedIn\": fal'"],
    ["another type", 'echo \'{ "loggedIn": "no" }\''],
    ["a list", "echo '[]'"],
    ["nothing", ":"],
    ["garbage", "head -c 3000 /dev/urandom"],
    ["it dies", "kill -9 $$"],
  ])("%s: unknown, never logged out", async (_, script) => {
    expect(await stateOf(claudeSaying(script))).toMatchObject({ kind: "unknown" });
  });

  test("one that hangs is unknown when the limit is over; one that prints for ever is unknown, too", async () => {
    const before = Date.now();
    expect(await stateOf("sleep 60", machine.environment(), 300)).toMatchObject({ kind: "unknown" });
    expect(await stateOf("exec yes '{'")).toMatchObject({ kind: "unknown" });
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  test("words before the answer and terminal control do no harm", async () => {
    const state = await stateOf(`printf 'a warning\\n{"loggedIn":true,"authMethod":"\\\\u001b[31mred"}'`);
    expect(state).toEqual({ kind: "logged-in", detail: "red" });
  });
});

describe("how it is asked", () => {
  test("in the project, with the environment of a turn: its login, nothing of a surrounding agent, no updates", async () => {
    machine.install("claude", claudeSaying('pwd > "$HOME/seen"; env >> "$HOME/seen"'));
    const environment = machine.environment({
      CLAUDE_CONFIG_DIR: "/elsewhere",
      CLAUDECODE: "1",
      OTHER_SECRET: "never-passed-on",
    });
    await machine.desk({ environment }).login(claude);
    const seen = readFileSync(join(machine.home, "seen"), "utf8");
    expect(seen.split("\n")[0]).toBe(machine.project);
    expect(seen).toContain("CLAUDE_CONFIG_DIR=/elsewhere");
    expect(seen).toContain("DISABLE_AUTOUPDATER=1");
    expect(seen).not.toMatch(/CLAUDECODE=|OTHER_SECRET/);
  });

  test("a key is a login by itself, and nothing is asked; one that switches a provider off is none", async () => {
    const withKey = machine.environment({ ANTHROPIC_API_KEY: "k" });
    expect(await stateOf(LOGGED_OUT, withKey)).toEqual({ kind: "logged-in", detail: "by ANTHROPIC_API_KEY" });
    expect(asked()).toEqual([]);
    for (const value of ["0", "false", "", " "]) {
      const off = machine.environment({ CLAUDE_CODE_USE_BEDROCK: value });
      expect(await stateOf(LOGGED_OUT, off)).toMatchObject({ kind: "logged-out" });
    }
  });

  test("a key of the profile's own counts, one that its turns would not get does not", async () => {
    machine.install("claude", LOGGED_OUT);
    const desk = machine.desk();
    const login = await desk.login({ ...claude, env: { ANTHROPIC_AUTH_TOKEN: "t" } });
    expect(login?.state).toEqual({ kind: "logged-in", detail: "by ANTHROPIC_AUTH_TOKEN" });
    expect((await desk.login(claude))?.state.kind).toBe("logged-out");
  });

  test("each program once, however often it is wanted; none that is not there or is not ours to know", async () => {
    machine.install("claude", LOGGED_OUT);
    const desk = machine.desk();
    await Promise.all([desk.login(claude), desk.login(claude), desk.login(claude)]);
    expect(asked()).toHaveLength(1);
    expect(await machine.desk({ environment: { PATH: "/usr/bin" } }).login(claude)).toBeUndefined();
    expect(await desk.login({ ...claude, cli: "command", command: ["sh"] })).toBeUndefined();
    expect(await desk.login({ ...claude, cli: "demo" })).toBeUndefined();
  });
});

describe("what is remembered", () => {
  const file = () => join(machine.project, ".storyboard", "logins.json");
  const start = () => machine.desk({ remembers: true }).login(claude);

  beforeEach(() => mkdirSync(join(machine.project, ".storyboard")));

  test("a good answer for an hour, then it is asked again", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000_000 });
    machine.install("claude", LOGGED_IN);
    await start();
    expect((await start())?.state).toEqual({ kind: "logged-in", detail: "claude.ai, max" });
    expect(asked()).toHaveLength(1);
    vi.setSystemTime(Date.now() + 59 * 60_000);
    await start();
    expect(asked()).toHaveLength(1);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    await start();
    expect(asked()).toHaveLength(2);
    // A clock that was set back makes nothing last longer.
    vi.setSystemTime(Date.now() - 24 * 60 * 60_000);
    await start();
    expect(asked()).toHaveLength(3);
  });

  test("no bad answer, no key, and nothing that a look found", async () => {
    machine.install("claude", LOGGED_OUT);
    await start();
    await start();
    expect(asked()).toHaveLength(2);
    const environment = machine.environment({ ANTHROPIC_API_KEY: "secret-key" });
    await machine.desk({ remembers: true, environment }).login(claude);
    machine.install("claude", LOGGED_IN);
    await machine.desk().login(claude);
    expect(existsSync(file())).toBe(false);
  });

  test("not for another release of the program, and not for another home", async () => {
    const program = machine.install("claude", LOGGED_IN);
    await start();
    utimesSync(program, 1_000, 1_000);
    await start();
    expect(asked()).toHaveLength(2);
    const environment = machine.environment({ CLAUDE_CONFIG_DIR: "/elsewhere" });
    await machine.desk({ remembers: true, environment }).login(claude);
    expect(asked()).toHaveLength(3);
    expect(readFileSync(file(), "utf8")).not.toContain(machine.home);
  });

  test("a file that is damaged, or another's, is as none", async () => {
    machine.install("claude", LOGGED_IN);
    for (const content of ["", "{", "[]", '{"v":2,"good":{}}', '{"v":1,"good":{"x":7}}', "\0\0"]) {
      writeFileSync(file(), content);
      expect((await start())?.state.kind).toBe("logged-in");
    }
    expect(asked()).toHaveLength(6);
    expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({ v: 1 });
  });

  test("it stays small", async () => {
    const many = Array.from({ length: 500 }, (_, i) => [`${i}`, { at_ms: i, detail: "" }]);
    writeFileSync(file(), JSON.stringify({ v: 1, good: Object.fromEntries(many) }));
    machine.install("claude", LOGGED_IN);
    await start();
    expect(Object.keys(JSON.parse(readFileSync(file(), "utf8")).good)).toHaveLength(20);
    await start();
    expect(asked()).toHaveLength(1);
  });
});

describe("the check before a start", () => {
  const refusal = async (settings: object, more = {}): Promise<UserError | undefined> =>
    checkReadiness(config(settings), machine.desk(more)).then(
      () => undefined,
      (error) => error,
    );

  test("refuses an agent that is logged out, with what to do, and status 2", async () => {
    machine.install("claude", LOGGED_OUT);
    const error = await refusal({ agents: { builder: { cli: "claude" } } });
    expect(error?.message).toContain("The agent builder cannot work: claude is not logged in");
    expect(error?.nextSteps).toEqual([
      "Start claude once and log in (/login), or set ANTHROPIC_API_KEY.",
      "See what each agent says about itself: storyboard doctor",
    ]);
    expect(error?.exitStatus).toBe(2);
  });

  test("refuses an agent whose sandbox does not start, unless it may do everything anyway", async () => {
    machine.install(
      "codex",
      `[ "$1" = sandbox ] && { echo 'bwrap: No permissions to create a new namespace' >&2; exit 1; }`,
    );
    const error = await refusal({ agents: { builder: { cli: "codex" } } });
    expect(error?.message).toBe(
      "The agent builder cannot work: the sandbox of codex does not start (bwrap: No permissions to create a new namespace).",
    );
    expect(error?.nextSteps[0]).toBe("Allow user namespaces on this machine, or give the agent permissions: full.");
    expect(await refusal({ agents: { builder: { cli: "codex", permissions: "full" } } })).toBeUndefined();
    machine.install("codex", "exit 64");
    expect(await refusal({ agents: { builder: { cli: "codex" } } })).toBeUndefined();
  });

  test("does not refuse one whose login is in the project's own settings, which it does not look at", async () => {
    machine.install("claude", LOGGED_OUT);
    mkdirSync(join(machine.project, ".claude"));
    const settings = { env: { ANTHROPIC_AUTH_TOKEN: "t" } };
    writeFileSync(join(machine.project, ".claude/settings.local.json"), JSON.stringify(settings));
    expect(await refusal({ agents: { builder: { cli: "claude" } } })).toBeUndefined();
  });

  test("names all of them together, those that stand in, too, and none that the run does not use", async () => {
    machine.install("claude", LOGGED_OUT);
    const agents = {
      builder: { cli: "command", command: ["sh"], fallback: ["spare"] },
      reviewer: { cli: "claude" },
      spare: { cli: "claude" },
      unused: { cli: "claude" },
    };
    const error = await refusal({ agents });
    expect(error?.message.split("\n").map((line) => line.split(" ")[2])).toEqual(["reviewer", "spare"]);
    expect(await refusal({ agents: { ...agents, builder: agents.unused }, pipeline: "build" })).toBeDefined();
    const alone = { builder: { cli: "command", command: ["sh"] }, reviewer: { cli: "claude" } };
    expect(await refusal({ agents: alone, pipeline: "build" })).toBeUndefined();
  });

  test("says nothing of one that is logged in, has a key, is unknown, hangs or is missing", async () => {
    const settings = { agents: { builder: { cli: "claude" } } };
    expect(await refusal(settings)).toBeUndefined();
    for (const script of [LOGGED_IN, "exit 1", "sleep 60"]) {
      machine.install("claude", script);
      expect(await refusal(settings, { limitMs: 500 })).toBeUndefined();
    }
    machine.install("claude", LOGGED_OUT);
    const environment = machine.environment({ CLAUDE_CODE_OAUTH_TOKEN: "t" });
    expect(await refusal(settings, { environment })).toBeUndefined();
  });
});
