import { join } from "node:path";
import type { AgentDescription, TurnRequest } from "../agent.ts";
import { MCP_SERVER_NAME } from "../mcp-server.ts";
import { wantedModel } from "../wanted-model.ts";
import { createClaudeParser } from "./claude-parser.ts";
import { claudePermissions } from "./claude-permissions.ts";
import { CLAUDE_PROBE } from "./claude-probe.ts";

/** Longest that Claude Code may stay, silent, after its result; some releases never leave by themselves. */
const EXIT_LIMIT_MS = 10_000;

/**
 * Claude Code (`claude -p`) in its conversational form: the prompt and messages on stdin, its stream of JSON lines on
 * stdout. A bridge, a hidden command of this program, stands before it and writes the messages that come while it
 * works; every job is told in STORYBOARD_BIN where this program is, so the shell finds it there and is replaced by it.
 * We choose the id of a new session, so that one whose turn died before its first line can be continued.
 */
export const claudeAgent: AgentDescription = {
  cli: "claude",
  program: "claude",
  install: "Install Claude Code (npm install -g @anthropic-ai/claude-code)",
  canContinue: true,
  reportsUsage: true,
  takesSessionId: true,
  takesMessages: true,
  exitLimitMs: EXIT_LIMIT_MS,
  // Its only clean stop that also stops its tools; it then still prints its result.
  stopSignal: "SIGINT",
  probe: CLAUDE_PROBE,
  // Its login and its provider; the rest of CLAUDE_CODE_* belongs to a Claude Code that we may run inside of.
  variables:
    /^(?:ANTHROPIC_\w+|CLAUDE_CONFIG_DIR|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|REGION|DEFAULT_REGION|BEARER_TOKEN_BEDROCK|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_\w+|CONFIG_FILE|SHARED_CREDENTIALS_FILE)|CLOUD_ML_REGION|VERTEX_REGION_\w+|GOOGLE_(?:APPLICATION_CREDENTIALS|CLOUD_PROJECT)|GCLOUD_PROJECT|CLOUDSDK_CONFIG|CLAUDE_CODE_(?:OAUTH_TOKEN|USE_(?:BEDROCK|VERTEX|FOUNDRY)|SKIP_(?:BEDROCK|VERTEX|FOUNDRY)_AUTH|MAX_\w+|CLIENT_(?:CERT|KEY|KEY_PASSPHRASE)))$/,
  provider: () => "claude",
  call: (request) => ({
    command: ["/bin/sh", "-c", 'exec "$STORYBOARD_BIN" bridge claude "$@"', "bridge", ...argumentsOf(request)],
    input: request.prompt,
    files: mcpFiles(request),
    ...(mcpArguments(request).length === 0 ? {} : { server: { offered: true } }),
    env: { ...QUIET, ...(request.permission === "full" && isRoot() ? { IS_SANDBOX: "1" } : {}) },
  }),
  createParser: createClaudeParser,
  attach: (request) => ({
    command: ["claude", "--resume", request.session, ...modelArguments(wantedModel(request))],
    env: {},
  }),
};

/** No updates, reports or side requests while many of them run at once. */
const QUIET = {
  DISABLE_AUTOUPDATER: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
};

/** As root it refuses to skip permissions unless it is told that this is a sandbox, which `full` says it is. */
const isRoot = (): boolean => process.getuid?.() === 0;

const argumentsOf = (request: TurnRequest): string[] => [
  // Without --verbose the stream of JSON lines is refused.
  ...["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"],
  ...claudePermissions(request.permission, request.gateCommands ?? [], mcpTools(request)),
  ...mcpArguments(request),
  ...(request.worktree === undefined ? [] : ["--add-dir", request.worktree]),
  ...modelArguments(wantedModel(request)),
  ...sessionArguments(request.session, request.newSession),
];

/** The name of the file with the server that a turn is offered, beside those that the user has. */
const MCP_FILE = "mcp.json";

const mcpArguments = ({ mcpServer, turnDirectory }: TurnRequest): string[] =>
  mcpServer === undefined || turnDirectory === undefined ? [] : ["--mcp-config", join(turnDirectory, MCP_FILE)];

const mcpFiles = ({ mcpServer, turnDirectory }: TurnRequest): Record<string, string> => {
  if (mcpServer === undefined || turnDirectory === undefined) return {};
  const { command, args, env } = mcpServer;
  return { [MCP_FILE]: JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: { type: "stdio", command, args, env } } }) };
};

const mcpTools = ({ mcpServer }: TurnRequest): string[] =>
  (mcpServer?.tools ?? []).map((tool) => `mcp__${MCP_SERVER_NAME}__${tool}`);

const modelArguments = (model: string | undefined): string[] => (model === undefined ? [] : ["--model", model]);

const sessionArguments = (session: string | undefined, newSession: string | undefined): string[] => {
  if (session !== undefined) return ["--resume", session];
  return newSession === undefined ? [] : ["--session-id", newSession];
};
