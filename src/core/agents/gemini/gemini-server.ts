import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AgentCall, TurnRequest } from "../agent.ts";
import { MCP_SERVER_NAME, MCP_TOOL_LIMIT_MS, type ServerFate } from "../mcp-server.ts";

/** The name of the file with the server that one turn is offered. */
const SETTINGS_FILE = "gemini-settings.json";
/** Names a file of settings that all others outweigh. */
const DEFAULTS_VARIABLE = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
/** Names a file of settings that outweigh all others; the defaults are beside it when nothing else names them. */
const SETTINGS_VARIABLE = "GEMINI_CLI_SYSTEM_SETTINGS_PATH";
/** Where the defaults are when nothing names either (Linux, macOS). */
const DEFAULTS_FILES = [
  "/etc/gemini-cli/system-defaults.json",
  "/Library/Application Support/GeminiCli/system-defaults.json",
];

/** What the call of a turn needs for the server. */
interface GeminiServer {
  readonly env: AgentCall["env"];
  readonly files: NonNullable<AgentCall["files"]>;
  readonly server?: ServerFate;
}

/**
 * The server that a turn is offered. Gemini CLI takes one from a file of settings alone; of those only the defaults of
 * the machine can be named without taking the place of the user's own. So nothing is offered where there are some, nor
 * where Gemini CLI would not read them (0.61.0): they and all folders above must be root's, and nobody else's to write.
 */
export const geminiServer = (request: TurnRequest): GeminiServer => {
  const { mcpServer, turnDirectory, environment = {} } = request;
  if (mcpServer === undefined || turnDirectory === undefined) return { env: {}, files: {} };
  if (hasDefaults(environment)) return withheld("the machine has system defaults of its own for Gemini CLI");
  if (!isRootsAlone(turnDirectory))
    return withheld("Gemini CLI takes a server for one turn from folders of root alone");
  const { command, args, env } = mcpServer;
  const server = { command, args, env, trust: true, timeout: MCP_TOOL_LIMIT_MS };
  return {
    env: { [DEFAULTS_VARIABLE]: join(turnDirectory, SETTINGS_FILE) },
    files: { [SETTINGS_FILE]: JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: server } }) },
    server: { offered: true },
  };
};

const withheld = (reason: string): GeminiServer => ({ env: {}, files: {}, server: { offered: false, reason } });

const hasDefaults = (environment: Readonly<Record<string, string>>): boolean => {
  const settings = environment[SETTINGS_VARIABLE];
  if (environment[DEFAULTS_VARIABLE]) return true;
  const files = settings ? [join(dirname(settings), "system-defaults.json")] : DEFAULTS_FILES;
  return files.some((path) => existsSync(path));
};

/** Whoever may write for a group or for everybody. */
const WRITABLE_BY_OTHERS = 0o022;

/** Whether a folder and all above it, by its name and by what links make of it, are root's. */
const isRootsAlone = (folder: string): boolean => {
  const named = foldersAbove(folder).filter((path) => existsSync(path));
  const [deepest] = named;
  const folders = deepest === undefined ? [] : [...named, ...foldersAbove(realpathSync(deepest))];
  return folders.every((path) => {
    const { uid, mode } = statSync(path);
    return uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
  });
};

/** The folder itself and all above it. */
const foldersAbove = (folder: string): readonly string[] => {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
};
