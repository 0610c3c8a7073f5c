import { UserError } from "../../model/user-error.ts";
import type { TurnRequest } from "../agent.ts";
import { MCP_SERVER_NAME, MCP_TOOL_LIMIT_MS, type McpServerOffer } from "../mcp-server.ts";
import { type Fields, fieldsOf, readObject } from "../reading/fields.ts";
import { opencodeRules } from "./opencode-permissions.ts";

/** The variable by which opencode takes settings that outweigh those of its files. */
const SETTINGS = "OPENCODE_CONFIG_CONTENT";

/**
 * The agent within opencode that turns with rules are run by. A name of our own, because the rules of one that others
 * configure, too, would be put among theirs, and their order decides.
 */
export const OPENCODE_AGENT = "storyboard";

/**
 * The settings of a turn, as a value of opencode's variable for them; what the user has in it stays beside them.
 * Throws a UserError where that is no object of plain JSON, since it could not be kept then.
 */
export const opencodeSettings = (request: TurnRequest): Readonly<Record<string, string>> => ({
  [SETTINGS]: JSON.stringify({ ...withServer(withRules(usersSettings(request), request), request), ...QUIET }),
});

/** No updates, no publishing, and no copy of the whole worktree before every step: git has it already. */
const QUIET = { autoupdate: false, share: "disabled", snapshot: false };

/** opencode puts the server's name before each of its tools. */
const mcpTools = (server: McpServerOffer | undefined): string[] =>
  (server?.tools ?? []).map((tool) => `${MCP_SERVER_NAME}_${tool}`);

const usersSettings = ({ environment = {} }: TurnRequest): Fields => {
  const text = environment[SETTINGS];
  if (text === undefined || text.trim() === "") return {};
  const settings = readObject(text);
  if (settings !== undefined) return settings;
  throw new UserError(`${SETTINGS} is no object of plain JSON`, [
    "Write it without comments and trailing commas, or put the settings into a file and name it by OPENCODE_CONFIG.",
  ]);
};

/** The server that the turn is offered, beside the user's own. */
const withServer = (settings: Fields, { mcpServer }: TurnRequest): Fields => {
  if (mcpServer === undefined) return settings;
  const { command, args, env } = mcpServer;
  const server = { type: "local", command: [command, ...args], environment: env, enabled: true };
  return {
    ...settings,
    mcp: { ...fieldsOf(settings.mcp), [MCP_SERVER_NAME]: server },
    experimental: { mcp_timeout: MCP_TOOL_LIMIT_MS, ...fieldsOf(settings.experimental) },
  };
};

const withRules = (settings: Fields, request: TurnRequest): Fields => {
  const { permission, gateCommands = [], turnDirectory, environment, mcpServer } = request;
  if (permission === "full") return settings;
  const folders = [turnDirectory, environment?.TMPDIR].filter((folder) => folder !== undefined);
  const rules = opencodeRules({ permission, gateCommands, folders, tools: mcpTools(mcpServer) });
  const { "*": _, ...named } = rules;
  return {
    ...settings,
    // For its sub-agents. Without the rule for everything, which could come after one of the user's own there.
    permission: { ...fieldsOf(settings.permission), ...named },
    agent: {
      ...fieldsOf(settings.agent),
      [OPENCODE_AGENT]: { mode: "primary", description: "Works on a story under storyboard.", permission: rules },
    },
  };
};
