import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { callsOf } from "../../../src/app/doctor/agent-calls.ts";
import { isOlder } from "../../../src/app/doctor/agent-version.ts";
import { AGENTS } from "../../../src/core/agents/agents.ts";
import { type AgentProfile, agentProfileSchema } from "../../../src/core/model/config.ts";

const SECRET = "sk-ant-api03-abcdefghijklmnop";
const place = { project: "/p", gitDirectory: "/p/.git", gateCommands: ["npm test && echo 'it is well'"] };
const starter = {
  environment: { PATH: "/usr/bin", ANTHROPIC_API_KEY: SECRET, MY_TOKEN: "word-of-mine" },
  own: { root: "/nowhere", bin: "/nowhere/bin/storyboard", version: "1.0.0" },
};

const of = (settings: object, isInstalled = true) => {
  const path = isInstalled ? "/bin/x" : undefined;
  const profile: AgentProfile = agentProfileSchema.parse(settings);
  return callsOf({ name: "mine", profile, path }, place, starter);
};

test("every program that can be installed has a call for building and one for reviewing", () => {
  for (const { cli } of AGENTS.filter(({ program }) => program !== undefined)) {
    const { calls, problems } = of({ cli });
    expect(problems).toEqual([]);
    expect(calls.build?.join(" "), cli).not.toBe(calls.verify?.join(" "));
    expect(calls.build?.at(-1)).toBe("< PROMPT");
  }
});

test("each word is what the shell makes of it", () => {
  const { calls } = of({
    cli: "command",
    command: ["printf", "%s\\n", "a b", 'it\'s $HOME `x` "q" \\', "", "*", "-x=1,2"],
  });
  const line = (calls.build ?? []).slice(0, -1).join(" ");
  const printed = execFileSync("sh", ["-c", line], { encoding: "utf8" });
  expect(printed).toBe('a b\nit\'s $HOME `x` "q" \\\n\n*\n-x=1,2\n');
});

test("no secret is shown: known shapes, values of secret variables, and variables of the profile", () => {
  const env = { OTHER_SECRET: "another-word-of-mine" };
  const command = ["agent", `--key=${SECRET}`, "word-of-mine", "another-word-of-mine", "\u001b[31mred"];
  const { calls } = of({ cli: "command", command, env });
  expect(calls.build).toEqual(["agent", "--key=***", "***", "***", "'red'", "< PROMPT"]);
});

test("one that is not installed has no calls, one that may only read does not build", () => {
  expect(of({ cli: "claude" }, false).calls).toEqual({ build: undefined, verify: undefined });
  const reader = callsOf(
    { name: "r", profile: agentProfileSchema.parse({ cli: "claude", permissions: "read" }), path: "/x" },
    place,
    starter,
  );
  expect(reader.calls.build).toBeUndefined();
  expect(reader.calls.verify?.join(" ")).toContain("--permission-mode default");
});

test("a profile that cannot be used is a finding", () => {
  const { calls, problems } = of({ cli: "claude", model: "--resume" });
  expect(calls).toEqual({ build: undefined, verify: undefined });
  expect(problems).toMatchObject([{ area: "agents", subject: "mine", state: "problem" }]);
});

const desk = { bin: "/opt/storyboard", gates: ["test"] };
const offered = (settings: object, more: object = {}) =>
  callsOf(
    { name: "mine", profile: agentProfileSchema.parse(settings), path: "/bin/x" },
    { ...place, desk, ...more },
    { ...starter, environment: { PATH: "/usr/bin", GEMINI_CLI_SYSTEM_DEFAULTS_PATH: "/etc/mine.json" } },
  );

test("the calls show the server that a turn is offered, and the gates that an agent may ask for", () => {
  const line = (words: readonly string[] | undefined): string => words?.join(" ") ?? "";
  const claude = offered({ cli: "claude" }).calls;
  expect(line(claude.build)).toContain("--mcp-config /p/.storyboard/runs/RUN/jobs/TURN/mcp.json");
  expect(line(claude.build)).toContain("mcp__storyboard__run_gate");
  expect(line(claude.build)).toContain("Bash(/opt/storyboard gate test:*)");
  expect(line(claude.verify)).toContain("mcp__storyboard__ask");
  expect(line(claude.verify)).not.toContain("run_gate");
  const codex = offered({ cli: "codex" }).calls;
  expect(line(codex.build)).toContain(`'mcp_servers.storyboard.args=["mcp"]'`);
  expect(line(codex.verify)).toContain(`'mcp_servers.storyboard.args=["mcp","--without-gates"]'`);
  expect(line(offered({ cli: "opencode" }).calls.build)).toContain('"storyboard_run_gate":"allow"');
  expect(line(offered({ cli: "claude" }, { desk: { ...desk, gates: [] } }).calls.build)).not.toContain("gate test");
  expect(line(of({ cli: "claude" }).calls.build)).not.toContain("mcp");
});

test("a program that is offered none says why, and one that can take none says nothing", () => {
  expect(offered({ cli: "gemini" }).problems).toMatchObject([
    { area: "agents", subject: "mine", state: "note", text: expect.stringContaining("system defaults of its own") },
  ]);
  for (const cli of ["claude", "codex", "opencode"]) expect(offered({ cli }).problems, cli).toEqual([]);
  expect(offered({ cli: "command", command: ["x"] }).problems).toEqual([]);
});

test("a release counts as older by its numbers, not by its letters", () => {
  for (const version of ["2.1.99", "1.9.9"]) expect(isOlder(version, "2.1.328"), version).toBe(true);
  for (const version of ["2.1.328", "2.1.329", "2.10.0", "3.0.0", "2.1.328-beta.1"]) {
    expect(isOlder(version, "2.1.328"), version).toBe(false);
  }
});
