import { existsSync } from "node:fs";
import type { AgentDescription, TurnRequest } from "../agent.ts";
import { MCP_SERVER_NAME, MCP_TOOL_LIMIT_MS, type McpServerOffer } from "../mcp-server.ts";
import { wantedModel } from "../wanted-model.ts";
import { createCodexParser } from "./codex-parser.ts";
import { codexPermissions, commitFolders } from "./codex-permissions.ts";
import { CODEX_PROBE } from "./codex-probe.ts";

/** Longest that Codex may stay, silent, after it said how the turn ended: it then stops its servers and tools. */
const EXIT_LIMIT_MS = 10_000;

/**
 * Codex (`codex exec`): the prompt on stdin, at most 1,048,576 characters, and its stream of JSON lines on stdout. What
 * it counts is the sum over the whole thread.
 */
export const codexAgent: AgentDescription = {
  cli: "codex",
  program: "codex",
  install: "Install Codex (npm install -g @openai/codex)",
  canContinue: true,
  reportsUsage: true,
  countsSession: true,
  // Sandboxes of one repository keep a common list of the folders they made there, in TMPDIR: without it they remove each
  // other's, and commands fail at random (0.169.0).
  sharesTmp: true,
  exitLimitMs: EXIT_LIMIT_MS,
  // Its only stop that also stops its tools.
  stopSignal: "SIGINT",
  probe: CODEX_PROBE,
  // Its login, its provider and its folders; the rest of CODEX_* belongs to a Codex that we may run inside of.
  variables:
    /^(?:CODEX_(?:HOME|SQLITE_HOME|API_KEY|ACCESS_TOKEN|CA_CERTIFICATE|OSS_BASE_URL|OSS_PORT)|OPENAI_\w+|AZURE_OPENAI_\w+|AWS_(?:BEARER_TOKEN_BEDROCK|PROFILE|REGION|DEFAULT_REGION))$/,
  provider: () => "codex",
  call: (request) => ({
    command: ["codex", ...argumentsOf(request)],
    input: request.prompt,
    env: {},
    ...(request.mcpServer === undefined ? {} : { server: { offered: true } }),
  }),
  createParser: createCodexParser,
  attach: (request) => ({
    command: ["codex", "resume", ...modelArguments(wantedModel(request)), request.session],
    env: {},
  }),
};

/** No look for updates and no reports while many of them run at once. */
const QUIET = ["-c", "check_for_update_on_startup=false", "-c", "analytics.enabled=false"];

/** The sandbox is an option of `exec` alone: `resume` takes it only where it stands in front. */
const argumentsOf = (request: TurnRequest): string[] => [
  ...["exec", "--json", ...QUIET],
  ...modelArguments(wantedModel(request)),
  // Where the machine itself is the sandbox, Codex's own may not start, not even to look.
  ...codexPermissions(
    request.profile.permissions === "full" ? "full" : request.permission,
    request.gateCommands ?? [],
    [
      ...(request.worktree === undefined ? [] : [request.worktree]),
      ...commitFolders(request.gitDirectories ?? []).filter((folder) => existsSync(folder)),
    ],
  ),
  ...(request.mcpServer === undefined ? [] : mcpSettings(request.mcpServer)),
  ...(request.session === undefined ? [] : ["resume", request.session]),
  // The prompt is on stdin.
  "-",
];

/**
 * A server that stays outside of the sandbox. Codex gives it nothing of its own environment but a few names, asks before
 * each of its tools, which here would refuse them, and gives them a minute.
 */
const mcpSettings = ({ command, args, env }: McpServerOffer): string[] => {
  const variables = Object.entries(env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const settings = {
    command: JSON.stringify(command),
    args: JSON.stringify(args),
    env: `{ ${variables.join(", ")} }`,
    default_tools_approval_mode: '"approve"',
    tool_timeout_sec: String(MCP_TOOL_LIMIT_MS / 1000),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `mcp_servers.${MCP_SERVER_NAME}.${name}=${value}`]);
};

const modelArguments = (model: string | undefined): string[] => (model === undefined ? [] : ["-m", model]);
