import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentCall, TurnRequest } from "../agent.ts";
import { MCP_SERVER_NAME, MCP_TOOL_LIMIT_MS } from "../mcp-server.ts";

/** The name of the file with the server that one turn is offered. */
const SETTINGS_FILE = "gemini-settings.json";
/** Names a file of settings that all others outweigh. */
const DEFAULTS_VARIABLE = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
/** Where that file is when nothing names it (Linux, macOS). */
const DEFAULTS_FILES = [
  "/etc/gemini-cli/system-defaults.json",
  "/Library/Application Support/GeminiCli/system-defaults.json",
];

/**
 * The server that a turn is offered. Gemini CLI takes one from a file of settings alone; of those only the defaults of
 * the machine can be named without taking the place of the user's own, so nothing is offered where there are some.
 */
export const geminiServer = (request: TurnRequest): Pick<AgentCall, "env"> & Required<Pick<AgentCall, "files">> => {
  const { mcpServer, turnDirectory, environment = {} } = request;
  const hasDefaults = environment[DEFAULTS_VARIABLE] !== undefined || DEFAULTS_FILES.some((path) => existsSync(path));
  if (mcpServer === undefined || turnDirectory === undefined || hasDefaults) return { env: {}, files: {} };
  const { command, args, env } = mcpServer;
  const server = { command, args, env, trust: true, timeout: MCP_TOOL_LIMIT_MS };
  return {
    env: { [DEFAULTS_VARIABLE]: join(turnDirectory, SETTINGS_FILE) },
    files: { [SETTINGS_FILE]: JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: server } }) },
  };
};
