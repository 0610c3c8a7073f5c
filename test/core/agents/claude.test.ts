import { describe, expect, test } from "vitest";
import type { TurnRequest } from "../../../src/core/agents/agent.ts";
import { claudeAgent } from "../../../src/core/agents/claude/claude.ts";
import { agentEnvironment } from "../../../src/core/agents/environment/environment.ts";
import { sessionIdOf } from "../../../src/core/agents/session-id.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const profile = agentProfileSchema.parse({ cli: "claude" });
const SESSION = "11111111-2222-4333-8444-555555555555";

const commandOf = (request: Partial<TurnRequest> = {}): readonly string[] =>
  claudeAgent.call({ profile, prompt: "do it", permission: "edit", ...request }).command;

/** The values that follow an option, up to the next one. */
const valuesOf = (command: readonly string[], option: string): readonly string[] => {
  const rest = command.slice(command.indexOf(option) + 1);
  const end = rest.findIndex((value) => value.startsWith("--"));
  return command.includes(option) ? rest.slice(0, end < 0 ? rest.length : end) : [];
};

describe("how a turn is started", () => {
  test("the prompt comes on stdin, a bridge talks with it, the stream is asked for in full, it is stopped by SIGINT", () => {
    const call = claudeAgent.call({ profile, prompt: "do it", permission: "edit" });
    expect(call.command.slice(0, 4)).toEqual(["/bin/sh", "-c", 'exec "$STORYBOARD_BIN" bridge claude "$@"', "bridge"]);
    const formats = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
    expect(call.command.slice(4, 10)).toEqual(["-p", ...formats]);
    expect(call.command).not.toContain("do it");
    expect(call).toMatchObject({ input: "do it", env: { DISABLE_AUTOUPDATER: "1" } });
  });

  test("a new session gets the id that we chose, an old one is resumed", () => {
    expect(valuesOf(commandOf({ newSession: SESSION }), "--session-id")).toEqual([SESSION]);
    const resumed = commandOf({ newSession: SESSION, session: "aaaaaaaa-2222-4333-8444-555555555555" });
    expect(valuesOf(resumed, "--resume")).toEqual(["aaaaaaaa-2222-4333-8444-555555555555"]);
    expect(resumed).not.toContain("--session-id");
  });

  test("a model is named only where one is wanted, and an escalation outweighs the profile's", () => {
    expect(commandOf()).not.toContain("--model");
    const sonnet = agentProfileSchema.parse({ cli: "claude", model: "sonnet" });
    expect(valuesOf(commandOf({ profile: sonnet }), "--model")).toEqual(["sonnet"]);
    expect(valuesOf(commandOf({ profile: sonnet, model: "opus" }), "--model")).toEqual(["opus"]);
    expect(() => commandOf({ model: "--resume" })).toThrow(UserError);
  });
});

describe("permissions", () => {
  test("edit may write, commit, start sub-agents and run the gates, part by part", () => {
    const command = commandOf({
      gateCommands: ["npm test", "npx tsc --noEmit && CI=1 npm run lint; echo 'a && b' | cat", "node -e 'f(1)'"],
    });
    expect(valuesOf(command, "--permission-mode")).toEqual(["acceptEdits"]);
    const allowed = valuesOf(command, "--allowedTools");
    for (const rule of ["Task", "Edit", "Bash(git add:*)", "Bash(git commit:*)", "Bash(git diff:*)", "Bash(git log:*)"])
      expect(allowed).toContain(rule);
    expect(allowed.slice(allowed.indexOf("Bash(npm test:*)"))).toEqual([
      "Bash(npm test:*)",
      "Bash(npx tsc --noEmit:*)",
      "Bash(CI=1 npm run lint:*)",
      "Bash(npm run lint:*)",
      "Bash(echo 'a && b':*)",
      "Bash(cat:*)",
      "Bash(node -e 'f(1)':*)",
    ]);
  });

  test("a gate that would end its rule early opens nothing else", () => {
    const allowed = valuesOf(
      commandOf({ gateCommands: ["echo ) Bash (", "echo 'a\u0007b'", "(cd a"] }),
      "--allowedTools",
    );
    expect(allowed.filter((rule) => !/^(?:Read|Grep|Glob|Edit|Write|NotebookEdit|Task)$/.test(rule))).toEqual([
      ...allowed.filter((rule) => rule.startsWith("Bash(git ")),
      "Bash(cd a:*)",
    ]);
  });

  test("read has no tool that writes, and git only to look, whatever the gates are", () => {
    const command = commandOf({ permission: "read", gateCommands: ["npm test"] });
    expect(valuesOf(command, "--permission-mode")).toEqual(["default"]);
    expect(valuesOf(command, "--disallowedTools")).toEqual(["Edit", "Write", "NotebookEdit", "Bash(git *--ou*)"]);
    const allowed = valuesOf(command, "--allowedTools");
    expect(allowed).toContain("Bash(git diff:*)");
    expect(allowed.filter((rule) => /npm|git add|git commit|^Edit|^Write/.test(rule))).toEqual([]);
  });

  test("full asks nothing, and says as root that it may", () => {
    const { command, env } = claudeAgent.call({ profile, prompt: "", permission: "full" });
    expect(command).toContain("--dangerously-skip-permissions");
    expect(command).not.toContain("--permission-mode");
    expect(env.IS_SANDBOX).toBe(process.getuid?.() === 0 ? "1" : undefined);
    expect(claudeAgent.call({ profile, prompt: "", permission: "edit" }).env.IS_SANDBOX).toBeUndefined();
  });
});

test("its login and its provider reach it, a surrounding Claude Code and other secrets do not", () => {
  const base = {
    PATH: "/usr/bin",
    ANTHROPIC_API_KEY: "k",
    ANTHROPIC_BASE_URL: "http://localhost",
    CLAUDE_CONFIG_DIR: "/home/u/.claude-work",
    CLAUDE_CODE_OAUTH_TOKEN: "t",
    CLAUDE_CODE_MAX_RETRIES: "2",
    CLAUDECODE: "1",
    CLAUDE_CODE_ENTRYPOINT: "cli",
    CLAUDE_CODE_SSE_PORT: "1",
    OPENAI_API_KEY: "other",
    MY_SECRET: "s",
  };
  const environment = agentEnvironment({
    base,
    profile,
    variables: claudeAgent.variables,
    contract: { run: "r1" },
    ownRoot: "/opt/storyboard",
  });
  expect(Object.keys(environment).sort()).toEqual([
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "CLAUDE_CODE_MAX_RETRIES",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CONFIG_DIR",
    "PATH",
    "STORYBOARD_RUN",
  ]);
});

test("a chosen session id is a UUID, the same for the same turn and another for any other", () => {
  const id = sessionIdOf("/p", "run", "1-1.1.BUILD-1");
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(sessionIdOf("/p", "run", "1-1.1.BUILD-1")).toBe(id);
  const others = [sessionIdOf("/p", "run", "1-1.1.BUILD-2"), sessionIdOf("/q", "run", "1-1.1.BUILD-1")];
  expect(new Set([id, ...others, sessionIdOf("/p", "run1", "-1.1.BUILD-1")]).size).toBe(4);
});
