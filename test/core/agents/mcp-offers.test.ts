import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAllowed } from "../../../src/core/agents/acp/acp-permission.ts";
import { readBridgeRequest } from "../../../src/core/agents/acp/bridge-request.ts";
import type { TurnRequest } from "../../../src/core/agents/agent.ts";
import { describeAgent } from "../../../src/core/agents/agents.ts";
import { ownMcpServer } from "../../../src/core/agents/mcp-server.ts";
import { agentProfileSchema } from "../../../src/core/model/config.ts";

const mcpServer = ownMcpServer("/opt/s b/storyboard", { STORYBOARD_RUN: "r1", HOME: "/home/dev" }, true);
const request = (cli: string, more: Partial<TurnRequest> = {}): TurnRequest => ({
  profile: agentProfileSchema.parse(cli === "acp" ? { cli, command: ["my-agent"] } : { cli }),
  prompt: "do it",
  permission: "edit",
  turnDirectory: "/turn",
  environment: {},
  mcpServer,
  ...more,
});
const callOf = (cli: "claude" | "codex" | "opencode" | "gemini" | "acp", more?: Partial<TurnRequest>) =>
  describeAgent(cli).call(request(cli, more));

test("Claude Code gets a file beside the user's servers, and rules for each tool", () => {
  const { command, files } = callOf("claude");
  expect(command.slice(command.indexOf("--mcp-config")).slice(0, 2)).toEqual(["--mcp-config", "/turn/mcp.json"]);
  expect(command).not.toContain("--strict-mcp-config");
  expect(command).toContain("mcp__storyboard__run_gate");
  expect(JSON.parse(files?.["mcp.json"] ?? "")).toEqual({
    mcpServers: {
      storyboard: { type: "stdio", command: "/opt/s b/storyboard", args: ["mcp"], env: { STORYBOARD_RUN: "r1" } },
    },
  });
  expect(callOf("claude", { permission: "full" }).command).not.toContain("mcp__storyboard__ask");
});

test("Codex gets settings as TOML, approved beforehand, in front of `resume`", () => {
  const { command } = callOf("codex", { session: "01234567-89ab-4cde-8f01-23456789abcd" });
  for (const setting of [
    'mcp_servers.storyboard.command="/opt/s b/storyboard"',
    'mcp_servers.storyboard.args=["mcp"]',
    'mcp_servers.storyboard.env={ STORYBOARD_RUN = "r1" }',
    'mcp_servers.storyboard.default_tools_approval_mode="approve"',
    "mcp_servers.storyboard.tool_timeout_sec=21600",
  ]) {
    expect(command.indexOf(setting)).toBeGreaterThan(0);
    expect(command.indexOf(setting)).toBeLessThan(command.indexOf("resume"));
    expect(command[command.indexOf(setting) - 1]).toBe("-c");
  }
});

test("opencode gets it beside the user's servers, and its tools are allowed where all else is denied", () => {
  const users = JSON.stringify({ mcp: { mine: { type: "remote" } }, experimental: { mcp_timeout: 5 } });
  const { env } = callOf("opencode", { environment: { OPENCODE_CONFIG_CONTENT: users } });
  const settings = JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? "");
  expect(Object.keys(settings.mcp)).toEqual(["mine", "storyboard"]);
  expect(settings.mcp.storyboard).toMatchObject({ type: "local", command: ["/opt/s b/storyboard", "mcp"] });
  expect(settings.experimental).toEqual({ mcp_timeout: 5 });
  const rules = settings.agent.storyboard.permission;
  expect([rules["*"], rules.storyboard_ask, rules.mine_x]).toEqual(["deny", "allow", undefined]);
  expect(Object.keys(rules).indexOf("storyboard_ask")).toBeGreaterThan(Object.keys(rules).indexOf("*"));
});

test("Gemini CLI gets it among the machine's defaults, with a rule, where it would read them", () => {
  // Folders that are not there yet are made by us; the top is root's everywhere.
  const { env, files, server } = callOf("gemini");
  expect(server).toEqual({ offered: true });
  expect(env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH).toBe("/turn/gemini-settings.json");
  expect(JSON.parse(files?.["gemini-settings.json"] ?? "").mcpServers.storyboard).toMatchObject({ trust: true });
  expect(files?.["gemini-policy.toml"]).toMatch(/mcpName = "storyboard"\ntoolName = \["report_progress"/);
});

test("Gemini CLI gets none, and no rule, beside defaults of the machine's own or in a folder that others may write", () => {
  const open = mkdtempSync(join(tmpdir(), "storyboard-open-"));
  chmodSync(open, 0o777);
  const withheld = [
    { environment: { GEMINI_CLI_SYSTEM_DEFAULTS_PATH: "/etc/mine.json" } },
    { turnDirectory: join(open, "turn") },
  ];
  for (const more of withheld) {
    const { env, files, server } = callOf("gemini", more);
    expect(server).toMatchObject({ offered: false });
    expect(env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH).toBeUndefined();
    expect(Object.keys(files ?? {})).toEqual(["gemini-policy.toml"]);
    expect(files?.["gemini-policy.toml"]).not.toContain("mcpName");
  }
  rmSync(open, { recursive: true });
});

test("a call says that the server was offered, where one was", () => {
  for (const cli of ["claude", "codex", "opencode", "acp"] as const) {
    expect(callOf(cli).server, cli).toEqual({ offered: true });
    const { mcpServer: _, ...without } = request(cli);
    expect(describeAgent(cli).call(without).server, cli).toBeUndefined();
  }
});

test("the bridge to an agent that speaks ACP gets it whole, and allows its tools alone", () => {
  const { command } = callOf("acp");
  expect(readBridgeRequest(command.at(-1) ?? "")?.mcpServer).toEqual(mcpServer);
  const level = { permission: "read", gates: [], isOwn: () => false, tools: ["ask"] } as const;
  const allows = (tool: string, kind = "other") => isAllowed({ kind, tool, paths: [] }, level);
  for (const name of ["mcp__storyboard__ask", "storyboard_ask", "ask (storyboard MCP Server)"]) {
    expect(allows(name)).toBe(true);
    expect(allows(name, "execute")).toBe(false);
  }
  for (const name of ["ask", "mcp__storyboard__run_gate", "mcp__other__ask", ""]) expect(allows(name)).toBe(false);
});
