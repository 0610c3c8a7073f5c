import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LoginState, TurnRequest } from "../../../src/core/agents/agent.ts";
import { codexAgent } from "../../../src/core/agents/codex/codex.ts";
import { commitFolders } from "../../../src/core/agents/codex/codex-permissions.ts";
import { agentEnvironment } from "../../../src/core/agents/environment/environment.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const profile = agentProfileSchema.parse({ cli: "codex" });
const SESSION = "01a1f806-6a47-7c52-a98e-b520043bd05f";

const commandOf = (request: Partial<TurnRequest> = {}): readonly string[] =>
  codexAgent.call({ profile, prompt: "do it", permission: "edit", ...request }).command;

/** The values of an option that is given any number of times. */
const valuesOf = (command: readonly string[], option: string): readonly string[] =>
  command.flatMap((value, i) => (command[i - 1] === option ? [value] : []));

describe("how a turn is started", () => {
  test("the prompt comes on stdin, the stream is asked for, no updates meanwhile, stopped by SIGINT", () => {
    const call = codexAgent.call({ profile, prompt: "do it", permission: "edit" });
    expect(call.command.slice(0, 3)).toEqual(["codex", "exec", "--json"]);
    expect(call.command.at(-1)).toBe("-");
    expect(call.command).not.toContain("do it");
    expect(valuesOf(call.command, "-c")).toContain("check_for_update_on_startup=false");
    expect(call).toMatchObject({ input: "do it", env: {} });
    expect(codexAgent).toMatchObject({ stopSignal: "SIGINT", countsSession: true, canContinue: true });
  });

  test("a thread is continued with all options in front of it, where alone they count", () => {
    const command = commandOf({ session: SESSION, newSession: "x", model: "m", gitDirectories: [tmpdir()] });
    expect(command.slice(-3)).toEqual(["resume", SESSION, "-"]);
    expect(commandOf({ newSession: "x" })).not.toContain("x");
    expect(command.slice(0, -3)).toEqual(commandOf({ model: "m", gitDirectories: [tmpdir()] }).slice(0, -1));
  });

  test("a model is named only where one is wanted, and an escalation outweighs the profile's", () => {
    expect(commandOf()).not.toContain("-m");
    const named = agentProfileSchema.parse({ cli: "codex", model: "gpt-small" });
    expect(valuesOf(commandOf({ profile: named }), "-m")).toEqual(["gpt-small"]);
    expect(valuesOf(commandOf({ profile: named, model: "gpt-large" }), "-m")).toEqual(["gpt-large"]);
    expect(() => commandOf({ model: "--yolo" })).toThrow(UserError);
  });

  test("a person enters a session in Codex's own screen, with the model that it had", () => {
    const request = { profile, session: SESSION, model: "gpt-large" };
    expect(codexAgent.attach?.(request)).toEqual({
      command: ["codex", "resume", "-m", "gpt-large", SESSION],
      env: {},
    });
    expect(codexAgent.attach?.({ profile, session: SESSION })?.command).toEqual(["codex", "resume", SESSION]);
  });

  test("all its profiles share one provider", () => {
    expect(codexAgent.provider({ ...profile, model: "any" })).toBe("codex");
  });
});

describe("permissions", () => {
  const root = mkdtempSync(join(tmpdir(), "storyboard-codex-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const repository = join(root, ".git");
  const WORKTREE = [repository, join(repository, "worktrees", "1-1")];
  for (const name of ["objects", "refs", "logs", "hooks", "worktrees/1-1"]) {
    mkdirSync(join(repository, name), { recursive: true });
  }

  test("edit may write in its folder and what a commit in a worktree writes, as far as it is there", () => {
    const command = commandOf({ gitDirectories: WORKTREE });
    expect(valuesOf(command, "-s")).toEqual(["workspace-write"]);
    expect(valuesOf(command, "--add-dir")).toEqual([
      ...["objects", "refs", "logs"].map((name) => join(repository, name)),
      join(repository, "worktrees", "1-1"),
    ]);
  });

  test("of a worktree's repository neither hooks nor settings nor other worktrees may be written", () => {
    expect(commitFolders(["/r/.git", "/r/.git/worktrees/1-1"])).toEqual([
      ...["objects", "refs", "logs", "reftable", "lfs", "rr-cache"].map((name) => `/r/.git/${name}`),
      "/r/.git/worktrees/1-1",
    ]);
    expect(commitFolders(["/r/.git", "/r/.git-2/worktrees/a"])).toEqual(["/r/.git", "/r/.git-2/worktrees/a"]);
  });

  test("edit in the repository's own folder may write its whole git folder, named once", () => {
    const command = commandOf({ gitDirectories: [repository, repository] });
    expect(valuesOf(command, "--add-dir")).toEqual([repository]);
    expect(commandOf()).not.toContain("--add-dir");
  });

  test("edit shares no temporary folder with others", () => {
    expect(valuesOf(commandOf(), "-c")).toContain("sandbox_workspace_write.exclude_slash_tmp=true");
  });

  test("edit may listen where there are gates, whose tests do", () => {
    const LISTENS = "sandbox_workspace_write.network_access=true";
    expect(valuesOf(commandOf({ gateCommands: ["npm test"] }), "-c")).toContain(LISTENS);
    expect(valuesOf(commandOf({ gateCommands: [] }), "-c")).not.toContain(LISTENS);
    expect(valuesOf(commandOf({ gateCommands: ["npm test"], permission: "read" }), "-c")).not.toContain(LISTENS);
  });

  test("read writes nowhere, whatever the gates are", () => {
    const command = commandOf({ permission: "read", gateCommands: ["npm test"], gitDirectories: WORKTREE });
    expect(valuesOf(command, "-s")).toEqual(["read-only"]);
    expect(command).not.toContain("--add-dir");
    expect(command).not.toContain("--dangerously-bypass-approvals-and-sandbox");
  });

  test("full has no sandbox", () => {
    const command = commandOf({ permission: "full", gitDirectories: WORKTREE });
    expect(command).toContain("--dangerously-bypass-approvals-and-sandbox");
    expect(command).not.toContain("-s");
  });
});

test("its login and its provider reach it, a surrounding Codex and other secrets do not", () => {
  const base = {
    PATH: "/usr/bin",
    CODEX_HOME: "/home/u/.codex-work",
    CODEX_API_KEY: "k",
    CODEX_ACCESS_TOKEN: "t",
    OPENAI_API_KEY: "k",
    OPENAI_BASE_URL: "http://localhost",
    AZURE_OPENAI_API_KEY: "k",
    AWS_BEARER_TOKEN_BEDROCK: "b",
    AWS_REGION: "r",
    AWS_SECRET_ACCESS_KEY: "other",
    CODEX_THREAD_ID: SESSION,
    CODEX_SANDBOX_NETWORK_DISABLED: "1",
    CODEX_CI: "1",
    ANTHROPIC_API_KEY: "other",
    MY_SECRET: "s",
  };
  const environment = agentEnvironment({
    base,
    profile,
    variables: codexAgent.variables,
    contract: { run: "r1" },
    ownRoot: "/opt/storyboard",
  });
  expect(Object.keys(environment).sort()).toEqual([
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_REGION",
    "AZURE_OPENAI_API_KEY",
    "CODEX_ACCESS_TOKEN",
    "CODEX_API_KEY",
    "CODEX_HOME",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "PATH",
    "STORYBOARD_RUN",
  ]);
  for (const name of ["CODEX_SESSION_ID", "CODEX_VERSION", "CODEX_MANAGED_BY_NPM", "CODEX_TOOL_CALL_ID"]) {
    expect(codexAgent.variables?.test(name)).toBe(false);
  }
});

describe("whether somebody is logged in", () => {
  const read = (stdout: string): LoginState | undefined =>
    codexAgent.probe?.logins[1]?.read({ status: 1, stdout, stderr: "" });
  const doctor = (check: unknown): string => JSON.stringify({ checks: { "auth.credentials": check } }, null, 2);

  test.each([
    ["a login", { status: "ok", summary: "auth is configured" }, "logged-in"],
    ["a provider with its own key", { status: "ok", summary: "auth is provided by the provider" }, "logged-in"],
    ["none", { status: "fail", summary: "no Codex credentials were found" }, "logged-out"],
    ["a word that is new", { status: "maybe" }, "unknown"],
    ["no such check", undefined, "unknown"],
    [
      "a key that exec does not use",
      { status: "ok", details: { "auth env vars present": "OPENAI_API_KEY" } },
      "unknown",
    ],
    ["a key that it uses", { status: "ok", details: { "auth env vars present": "CODEX_API_KEY" } }, "logged-in"],
  ])("%s", (_, check, kind) => expect(read(doctor(check))).toMatchObject({ kind }));

  test.each([
    "",
    "{",
    "[]",
    '{"checks":[]}',
    '{"checks":{"auth.credentials":7}}',
    "error: unexpected argument '--json'",
  ])("an answer that is none: %s", (stdout) => expect(read(stdout)).toMatchObject({ kind: "unknown" }));

  test("terminal control in its words never gets through", () => {
    expect(read(doctor({ status: "fail", summary: "\u001b[31mno\u0007" }))?.detail).toBe("no");
  });
});
