import { describe, expect, test } from "vitest";
import type { TurnRequest } from "../../../src/core/agents/agent.ts";
import { agentEnvironment } from "../../../src/core/agents/environment/environment.ts";
import { geminiAgent } from "../../../src/core/agents/gemini/gemini.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const profile = agentProfileSchema.parse({ cli: "gemini" });
const SESSION = "11111111-2222-4333-8444-555555555555";
const OLD_SESSION = "aaaaaaaa-2222-4333-8444-555555555555";
const DIRECTORY = "/runs/r1/jobs/1-1.1.BUILD-1";
const POLICY = "gemini-policy.toml";

const callOf = (request: Partial<TurnRequest> = {}) =>
  geminiAgent.call({
    ...{ profile, prompt: "do it", permission: "edit", turnDirectory: DIRECTORY, environment: { HOME: "/home/u" } },
    ...request,
  });
const commandOf = (request: Partial<TurnRequest> = {}): readonly string[] => callOf(request).command;
const policyOf = (request: Partial<TurnRequest> = {}): string => callOf(request).files?.[POLICY] ?? "";

/** The values that follow an option wherever it stands. */
const valuesOf = (command: readonly string[], option: string): readonly (string | undefined)[] =>
  command.flatMap((word, i) => (word === option ? [command[i + 1]] : []));

describe("how a turn is started", () => {
  test("the prompt comes on stdin, in one process that trusts the worktree and that a signal reaches", () => {
    const call = callOf();
    expect(call.command.slice(0, 3)).toEqual(["gemini", "--output-format", "stream-json"]);
    expect(call.command).not.toContain("do it");
    expect(call.input).toBe("do it");
    expect(call.env).toEqual({ GEMINI_CLI_NO_RELAUNCH: "true", GEMINI_CLI_TRUST_WORKSPACE: "true" });
    expect(geminiAgent.stopSignal).toBe("SIGTERM");
  });

  test("a new session gets the id that we chose, an old one is resumed", () => {
    expect(valuesOf(commandOf({ newSession: SESSION }), "--session-id")).toEqual([SESSION]);
    const resumed = commandOf({ newSession: SESSION, session: OLD_SESSION });
    expect(valuesOf(resumed, "--resume")).toEqual([OLD_SESSION]);
    expect(resumed).not.toContain("--session-id");
  });

  test("a model is named only where one is wanted, and an escalation outweighs the profile's", () => {
    expect(commandOf()).not.toContain("--model");
    const flash = agentProfileSchema.parse({ cli: "gemini", model: "flash" });
    expect(valuesOf(commandOf({ profile: flash }), "--model")).toEqual(["flash"]);
    expect(valuesOf(commandOf({ profile: flash, model: "pro" }), "--model")).toEqual(["pro"]);
    expect(() => commandOf({ model: "--yolo" })).toThrow(UserError);
  });

  test("a person enters the session in the program's own form, which trusts the worktree, too", () => {
    expect(geminiAgent.attach?.({ profile, session: SESSION, model: "pro" })).toEqual({
      command: ["gemini", "--model", "pro", "--resume", SESSION],
      env: { GEMINI_CLI_TRUST_WORKSPACE: "true" },
    });
  });
});

describe("the prompt", () => {
  test("no at sign names a file, and the agent is told how to read them", () => {
    const { input } = callOf({ prompt: "Use @Injectable() of @nestjs/common, mail a@b.c, keep \\@x" });
    expect(input).not.toMatch(/(?<!\\)@/);
    expect(input).toMatch(/^\(In these instructions .*\)\n\nUse \\@Injectable\(\) of \\@nestjs\/common, mail a\\@b\.c/);
    expect(input).toMatch(/keep \\@x$/);
  });

  test("a slash at its beginning is no command", () => {
    expect(callOf({ prompt: "/quit" }).input).toBe("\n/quit");
    expect(callOf({ prompt: "See /quit" }).input).toBe("See /quit");
  });

  test("one of which a part would be lost is refused", () => {
    expect(callOf({ prompt: "é".repeat(4 * 2 ** 20) }).input).toHaveLength(4 * 2 ** 20);
    expect(() => callOf({ prompt: `${"é".repeat(4 * 2 ** 20)}x` })).toThrow(UserError);
  });
});

describe("permissions", () => {
  test("the rules are read from the turn's folder, and the user's own still count", () => {
    const command = commandOf();
    expect(valuesOf(command, "--approval-mode")).toEqual(["auto_edit"]);
    expect(valuesOf(command, "--policy")).toEqual([`${DIRECTORY}/${POLICY}`, "/home/u/.gemini/policies"]);
    const environment = { HOME: "/home/u", GEMINI_CLI_HOME: "/opt/gemini" };
    expect(valuesOf(commandOf({ environment }), "--policy")[1]).toBe("/opt/gemini/.gemini/policies");
    expect(valuesOf(commandOf({ environment: {} }), "--policy")).toHaveLength(1);
    expect(valuesOf(commandOf({ environment: { HOME: "/home/a,b" } }), "--policy")).toHaveLength(1);
  });

  test("a folder that would be read as two is refused; without any there are no rules and so less is allowed", () => {
    expect(() => commandOf({ turnDirectory: "/runs/a,b" })).toThrow(UserError);
    const call = geminiAgent.call({ profile, prompt: "", permission: "edit" });
    expect(call.command).not.toContain("--policy");
    expect(call.files).toEqual({});
  });

  test("edit may look, commit, change files in place and run the gates, part by part", () => {
    const policy = policyOf({ gateCommands: ["npm test", "CI=1 npm run lint; (cd a && npx tsc)", `node -e "f(1)"`] });
    for (const command of ["git diff", "git log", "git add", "git commit", "rm", "cat"])
      expect(policy).toMatch(new RegExp(`commandPrefix = \\[.*"${command}".*\\]\ndecision = "allow"`));
    const gates = [...policy.matchAll(/^commandPrefix = (".*")$/gm)].map(([, json = ""]) => JSON.parse(json));
    for (const gate of ["npm test", "CI=1 npm run lint", "npm run lint", "cd a", "npx tsc", `node -e "f(1)"`])
      expect(gates).toContain(gate);
    expect(policy).not.toContain("git push");
  });

  test("a gate that cannot be written as a rule opens nothing and breaks nothing", () => {
    const policy = policyOf({ gateCommands: ['echo "]\n[[rule]]\ntoolName = "*"', "a\u007fb", "x\ud800"] });
    expect(policy.match(/^\[\[rule\]\]$/gm)).toHaveLength(policy.match(/^decision = /gm)?.length ?? 0);
    expect(policy).not.toMatch(/^toolName = "\*"/m);
    expect(policy).not.toMatch(/\u007f|\\ud800/);
  });

  test.each([
    ["rm -rf /home/u", true],
    ["rm /home/u/x", true],
    ["cp a ../b", true],
    ["mv 'a b' \"/tmp/x\"", true],
    ["rm ~/x", true],
    ["rm $HOME/x", true],
    ["cp --target-directory=/tmp a", true],
    ["rm -rf src/old lib", false],
    ["mv src/a.ts src/b/c.ts", false],
    ["mkdir -p a/b && ls /tmp", false],
  ])("changing files outside of the worktree is refused: %s", (command, isRefused) => {
    const regex = /^commandRegex = (".*")$/m.exec(policyOf())?.[1] ?? "";
    // As the policy engine tests it: against the JSON of the tool's arguments.
    const pattern = new RegExp(`"command":"${JSON.parse(regex)}`);
    expect(pattern.test(JSON.stringify({ command }))).toBe(isRefused);
  });

  test.each([
    ["/w/package.json", true],
    ["package.json", true],
    ["/w/Dockerfile.dev", true],
    ["/w/rules.mk", true],
    ["/w/src/package.json.ts", false],
    ["/w/mypackage.json", false],
    ["/w/build/index.ts", false],
  ])("a build file is refused with advice, at every level that writes: %s", (path, isRefused) => {
    for (const permission of ["edit", "full"] as const) {
      const policy = policyOf({ permission });
      expect(policy).toContain("cat > NAME <<'EOF'");
      const pattern = new RegExp(JSON.parse(/^argsPattern = (".*")$/m.exec(policy)?.[1] ?? ""));
      expect(pattern.test(JSON.stringify({ content: "package.json", file_path: path }))).toBe(isRefused);
    }
  });

  test("read has no tool that writes, and commands only to look, whatever the gates and the user's rules are", () => {
    const request = { permission: "read", gateCommands: ["npm test"] } as const;
    const policy = policyOf(request);
    expect(valuesOf(commandOf(request), "--approval-mode")).toEqual(["default"]);
    expect(policy).toMatch(/toolName = \["write_file","replace"\]\ndecision = "deny"\npriority = 999/);
    expect(policy).toMatch(/toolName = "run_shell_command"\ndecision = "deny"\npriority = 997/);
    expect(policy).toContain('"git diff"');
    expect(policy).not.toMatch(/npm|git add|git commit|"rm"/);
    const regex = JSON.parse(/^commandRegex = (".*")$/m.exec(policy)?.[1] ?? "");
    expect("git diff HEAD --output=x").toMatch(new RegExp(regex));
  });

  test("no level with limits can go through a plan, which would be approved unseen and allow everything", () => {
    for (const permission of ["read", "edit"] as const)
      expect(policyOf({ permission })).toMatch(/toolName = \["enter_plan_mode","exit_plan_mode"\]\ndecision = "deny"/);
  });

  test("full asks nothing", () => {
    expect(valuesOf(commandOf({ permission: "full" }), "--approval-mode")).toEqual(["yolo"]);
    expect(policyOf({ permission: "full" }).match(/\[\[rule\]\]/g)).toHaveLength(1);
  });
});

test("its login and its provider reach it, a surrounding Gemini CLI and other secrets do not", () => {
  const base = {
    PATH: "/usr/bin",
    GEMINI_API_KEY: "k",
    GEMINI_CLI_HOME: "/opt/gemini",
    GOOGLE_API_KEY: "k",
    GOOGLE_APPLICATION_CREDENTIALS: "/k.json",
    GOOGLE_CLOUD_PROJECT: "p",
    GOOGLE_CLOUD_LOCATION: "l",
    GOOGLE_GENAI_USE_VERTEXAI: "true",
    GOOGLE_GEMINI_BASE_URL: "http://localhost",
    GEMINI_CLI: "1",
    GEMINI_CLI_NO_RELAUNCH: "true",
    GEMINI_CLI_IDE_SERVER_PORT: "1",
    GEMINI_CLI_IDE_AUTH_TOKEN: "t",
    GEMINI_SESSION_ID: "s",
    OPENAI_API_KEY: "other",
    MY_SECRET: "s",
  };
  const environment = agentEnvironment({
    ...{ base, profile, variables: geminiAgent.variables, contract: { run: "r1" }, ownRoot: "/opt/storyboard" },
  });
  expect(Object.keys(environment).sort()).toEqual([
    "GEMINI_API_KEY",
    "GEMINI_CLI_HOME",
    "GOOGLE_API_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_LOCATION",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_GEMINI_BASE_URL",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "PATH",
    "STORYBOARD_RUN",
  ]);
});
