/** An MCP server that an agent may use for one turn: a program that speaks it on stdin and stdout. */
export interface McpServerOffer {
  /** Absolute. */
  readonly command: string;
  readonly args: readonly string[];
  /** What it needs to find its run by. Some agents give a server nothing of their own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The names of its tools. */
  readonly tools: readonly string[];
}

/** What became of an offered server: whether the program has it in this turn, or why not, in words for a person. */
export type ServerFate = { readonly offered: true } | { readonly offered: false; readonly reason: string };

/** The name by which agents know the server. */
export const MCP_SERVER_NAME = "storyboard";

/** Tools for everybody, and the one for agents that may run gates. */
const TOOLS: readonly string[] = ["report_progress", "ask", "report_blocker", "read_story"];
const GATE_TOOL = "run_gate";

const OWN_TOOLS: readonly string[] = [...TOOLS, GATE_TOOL];

/** How the known agents name a tool of our server: Claude Code, Gemini CLI, opencode, Gemini CLI and Codex over ACP, Codex. */
export const toolNamesOf = (tool: string): readonly string[] => [
  `mcp__${MCP_SERVER_NAME}__${tool}`,
  `mcp_${MCP_SERVER_NAME}_${tool}`,
  `${MCP_SERVER_NAME}_${tool}`,
  `${tool} (${MCP_SERVER_NAME} MCP Server)`,
  `Tool: ${MCP_SERVER_NAME}/${tool}`,
  `${MCP_SERVER_NAME} ${tool}`,
];
const OWN_NAMES: ReadonlySet<string> = new Set(OWN_TOOLS.flatMap(toolNamesOf));
/** Names of tools of any server, where what they do says which. */
const ANY_TOOL: ReadonlySet<string> = new Set(["MCP", "tool"]);

/** Whether a call of a tool, as an agent's parser tells of it, is one of our own server: what it says comes by that. */
export const isOwnTool = ({ name, detail }: { readonly name: string; readonly detail: string }): boolean =>
  OWN_NAMES.has(name) || (ANY_TOOL.has(name) && OWN_NAMES.has(detail));

/**
 * How long an agent's program may wait for a tool, in milliseconds: a gate waits for its turn, and the server itself
 * answers in bounded time.
 */
export const MCP_TOOL_LIMIT_MS = 6 * 60 * 60_000;

/** What a turn is told by; no value of the user's is among it, since some agents take it from a file. */
const CONTRACT = /^STORYBOARD_(?:RUN|STORY|STORY_FILE|PHASE|ATTEMPT|TURN_DIR|BIN)$/;

/** Our own server for a turn with that environment. */
export const ownMcpServer = (
  program: string,
  environment: Readonly<Record<string, string>>,
  hasGates: boolean,
): McpServerOffer => ({
  command: program,
  args: hasGates ? ["mcp"] : ["mcp", "--without-gates"],
  env: Object.fromEntries(Object.entries(environment).filter(([name]) => CONTRACT.test(name))),
  tools: hasGates ? OWN_TOOLS : TOOLS,
});
