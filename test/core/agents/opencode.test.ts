import { describe, expect, test } from "vitest";
import type { TurnRequest } from "../../../src/core/agents/agent.ts";
import { opencodeAgent } from "../../../src/core/agents/opencode/opencode.ts";
import { opencodeRules } from "../../../src/core/agents/opencode/opencode-permissions.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const profile = agentProfileSchema.parse({ cli: "opencode" });
const SESSION = "ses_e07e24e15ffeDeGF2wihOWplW4";

const callOf = (request: Partial<TurnRequest> = {}) =>
  opencodeAgent.call({ profile, prompt: "do it", permission: "edit", ...request });

const valueAfter = (command: readonly string[], option: string): string | undefined =>
  command.includes(option) ? command[command.indexOf(option) + 1] : undefined;

const settingsOf = (request: Partial<TurnRequest> = {}) =>
  JSON.parse(callOf(request).env.OPENCODE_CONFIG_CONTENT ?? "");

describe("how a turn is started", () => {
  test("the prompt comes on stdin, lines of JSON and the log are asked for, it is stopped by SIGTERM", () => {
    const call = callOf();
    expect(call.command.slice(0, 7)).toEqual([
      ...["opencode", "run", "--format", "json", "--print-logs", "--log-level", "ERROR"],
    ]);
    expect(call.command).not.toContain("do it");
    expect(call).toMatchObject({ input: "do it", env: { OPENCODE_DISABLE_AUTOUPDATE: "1" } });
    expect(opencodeAgent.stopSignal).toBe("SIGTERM");
  });

  test("a new session costs no title, an old one is continued, in its own folder alone", () => {
    expect(valueAfter(callOf().command, "--title")).toBe("");
    const { command } = callOf({ session: SESSION });
    expect(valueAfter(command, "--session")).toBe(SESSION);
    expect(command).not.toContain("--title");
    expect(opencodeAgent.sessionsStayInFolder).toBe(true);
  });

  test("a model is named only where one is wanted, with its provider, whose limits it shares", () => {
    expect(callOf().command).not.toContain("--model");
    const sonnet = agentProfileSchema.parse({ cli: "opencode", model: "anthropic/claude-sonnet" });
    expect(valueAfter(callOf({ profile: sonnet }).command, "--model")).toBe("anthropic/claude-sonnet");
    expect(valueAfter(callOf({ profile: sonnet, model: "a/b/c" }).command, "--model")).toBe("a/b/c");
    for (const model of ["--session", "sonnet", "anthropic/", "/x"]) expect(() => callOf({ model })).toThrow(UserError);
    expect(opencodeAgent.provider(sonnet)).toBe("anthropic");
    expect(opencodeAgent.provider(profile)).toBe("opencode");
  });

  test("a person enters the session with the program as it is", () => {
    expect(opencodeAgent.attach?.({ profile, session: SESSION, model: "a/b" })).toEqual({
      command: ["opencode", "--model", "a/b", "--session", SESSION],
      env: {},
    });
  });
});

describe("settings", () => {
  test("what the user has in the variable stays, beside ours", () => {
    const content = {
      provider: { mine: {} },
      agent: { helper: { mode: "subagent" } },
      permission: { lsp: "deny", x: "ask" },
    };
    const environment = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...content, autoupdate: true }) };
    const settings = settingsOf({ environment });
    expect(settings).toMatchObject({ provider: { mine: {} }, autoupdate: false, share: "disabled", snapshot: false });
    expect(Object.keys(settings.agent)).toEqual(["helper", "storyboard"]);
    expect(settings.permission).toMatchObject({ x: "ask", edit: { "*": "allow" } });
    expect(settingsOf({ environment, permission: "full" })).toMatchObject(content);
  });

  test("settings that could not be kept are refused", () => {
    for (const text of ["{ // mine\n}", "[]", "nonsense"]) {
      expect(() => callOf({ environment: { OPENCODE_CONFIG_CONTENT: text } })).toThrow(UserError);
    }
    expect(settingsOf({ environment: { OPENCODE_CONFIG_CONTENT: " " } }).share).toBe("disabled");
  });

  test("the rules of the agent begin with the one for everything, those for sub-agents have none", () => {
    const { agent, permission } = settingsOf();
    expect(Object.entries(agent.storyboard.permission)[0]).toEqual(["*", "deny"]);
    expect(permission).not.toHaveProperty("*");
    expect(valueAfter(callOf().command, "--agent")).toBe("storyboard");
  });
});

describe("permissions", () => {
  /** opencode's own way of reading rules: wildcards, and the last one that matches counts. */
  const answer = (permission: "read" | "edit", tool: string, subject: string, gateCommands: readonly string[] = []) => {
    const rules = opencodeRules({ permission, gateCommands, folders: ["/turn/", "/tmp/job"] });
    const matches = (text: string, pattern: string): boolean => {
      const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")
        .replace(/ \.\*$/, "( .*)?");
      return new RegExp(`^${source}$`, "s").test(text);
    };
    const flat = Object.entries(rules).flatMap(([name, rule]) =>
      typeof rule === "string"
        ? [{ name, pattern: "*", rule }]
        : Object.entries(rule).map(([pattern, each]) => ({ name, pattern, rule: each })),
    );
    return flat.findLast(({ name, pattern }) => matches(tool, name) && matches(subject, pattern))?.rule;
  };

  const LOOKS = [
    "git status",
    "git diff HEAD~1 --stat",
    "git --no-pager log -3",
    "git diff 2>/dev/null",
    "git show HEAD 2>&1",
    "ls",
    "head -20",
    "cat src/a.ts",
  ];
  const WRITES_UNSEEN = [
    "git log > x",
    "git log >x 2>&1",
    "git log >> x 2>/dev/null",
    "git diff --output=x",
    "echo x > a",
    "cat a > b",
    "git difftool",
    "X=1 git log",
  ];
  const OTHERS = ["rm -rf .", "git push", "git checkout .", "npm publish", "curl http://a", "node -e 1", "lsof"];

  test.each(["read", "edit"] as const)("%s looks with git and the shell, and does nothing else unasked", (level) => {
    for (const command of LOOKS) expect([command, answer(level, "bash", command)]).toEqual([command, "allow"]);
    for (const command of [...WRITES_UNSEEN, ...OTHERS]) {
      expect([command, answer(level, "bash", command)]).toEqual([command, "deny"]);
    }
    for (const tool of ["webfetch", "websearch", "doom_loop", "github_create_issue"]) {
      expect([tool, answer(level, tool, "*")]).toEqual([tool, "deny"]);
    }
    for (const tool of ["read", "glob", "grep", "list", "skill", "todowrite"]) {
      expect([tool, answer(level, tool, "src/a.ts")]).toEqual([tool, "allow"]);
    }
    expect(answer(level, "read", "app/.env")).toBe("deny");
    expect(answer(level, "read", "app/.env.example")).toBe("allow");
  });

  test("edit writes in its worktree, commits, starts sub-agents and runs the gates, part by part", () => {
    const gates = [
      "npm test",
      "npx tsc --noEmit && CI=1 npm run lint",
      "(cd web && sh x.sh)",
      "~/bin/check",
      "{ a; b; }",
    ];
    const ask = (command: string) => answer("edit", "bash", command, gates);
    for (const command of [
      ...["npm test", "npm test -- a.test.ts", "npm test > out.log 2>&1", "npx tsc --noEmit", "CI=1 npm run lint"],
      ...["npm run lint", "sh x.sh", "~/bin/check", "a", "b", "git add -A", "git commit -q -m 'x > y'"],
      "git commit -F - <<EOF\nfeat: x\n\nCo-Authored-By: A <a@b>\nEOF",
      "cat <<'EOF'\nfeat: x\n\nCo-Authored-By: A <a@b>\nEOF",
    ]) {
      expect([command, ask(command)]).toEqual([command, "allow"]);
    }
    for (const command of ["npm testing", "sh y.sh", "abc"]) expect([command, ask(command)]).toEqual([command, "deny"]);
    expect(answer("edit", "edit", "src/a.ts")).toBe("allow");
    expect(answer("edit", "edit", "../main/a.ts")).toBe("deny");
    expect(answer("edit", "task", "general")).toBe("allow");
  });

  test("read writes nothing, runs no gate, starts no sub-agent", () => {
    const gates = ["npm test"];
    for (const command of ["npm test", "git add -A", "git commit -m x", "cat <<EOF > a"]) {
      expect([command, answer("read", "bash", command, gates)]).toEqual([command, "deny"]);
    }
    expect(answer("read", "edit", "src/a.ts")).toBe("deny");
    expect(answer("read", "task", "general")).toBe("deny");
  });

  test("outside of the worktree only the turn's own folders and skills can be looked into", () => {
    const ask = (folder: string) => answer("edit", "external_directory", folder);
    for (const folder of ["/turn/*", "/tmp/job/a/*", "~/.claude/skills/x/*"]) expect(ask(folder)).toBe("allow");
    for (const folder of ["/etc/*", "/turned/*", "/home/u/.ssh/*"]) expect(ask(folder)).toBe("deny");
    const { agent } = settingsOf({ turnDirectory: "/turn", environment: { TMPDIR: "/tmp/job" } });
    expect(agent.storyboard.permission.external_directory).toMatchObject({ "/turn/*": "allow", "/tmp/job/*": "allow" });
  });

  test("full asks nothing and brings no rules", () => {
    const { command } = callOf({ permission: "full" });
    expect(command).toContain("--auto");
    expect(command).not.toContain("--agent");
    expect(settingsOf({ permission: "full" })).toEqual({ autoupdate: false, share: "disabled", snapshot: false });
    expect(callOf().command).not.toContain("--auto");
  });
});

test("providers' logins and its own settings reach it, a surrounding opencode and other secrets do not", () => {
  const reaches = (name: string) => opencodeAgent.variables?.test(name) ?? false;
  for (const name of [
    ...["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY", "302AI_API_KEY", "HF_TOKEN"],
    ...["AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN", "AZURE_RESOURCE_NAME", "AZURE_API_KEY"],
    ...["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "VERTEX_LOCATION", "CLOUDFLARE_ACCOUNT_ID"],
    ...["GITLAB_TOKEN", "AICORE_SERVICE_KEY", "OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT", "OPENCODE_API_KEY"],
  ]) {
    expect([name, reaches(name)]).toEqual([name, true]);
  }
  for (const name of [
    ...["OPENCODE", "OPENCODE_PID", "OPENCODE_PERMISSION", "OPENCODE_SERVER_PASSWORD", "AGENT", "STRIPE_API_KEY"],
    ...["GITHUB_TOKEN", "NPM_TOKEN", "MY_ANTHROPIC_API_KEY", "AWS_SECRET", "DATABASE_URL", "API_KEY"],
  ]) {
    expect([name, reaches(name)]).toEqual([name, false]);
  }
});

describe("who is logged in", () => {
  const read = (stdout: string, stderr = "") => opencodeAgent.probe?.logins[0]?.read({ status: 0, stdout, stderr });
  const none = "\u001b[0m\n┌  Credentials \u001b[90m~/.local/share/opencode/auth.json\n│\n└  0 credentials\n";

  test("what it lists, stored or found in the environment", () => {
    const stored = none.replace("│\n└  0", "│\n●  Anthropic \u001b[90mapi\n│\n└  1");
    const found = "\n┌  Environment\n│\n●  GitHub Copilot \u001b[90mX_TOKEN\n│\n└  1 environment variable\n";
    expect(read(stored)).toEqual({ kind: "logged-in", detail: "Anthropic" });
    expect(read("", none + found)).toEqual({ kind: "logged-in", detail: "GitHub Copilot" });
    expect(read(stored, found)).toEqual({ kind: "logged-in", detail: "Anthropic, GitHub Copilot" });
  });

  test("no login says nothing for sure, and neither does no answer", () => {
    expect(read(none)).toMatchObject({ kind: "unknown", detail: expect.stringContaining("no login") });
    expect(read("")).toMatchObject({ kind: "unknown", detail: expect.stringContaining("no answer") });
  });
});
