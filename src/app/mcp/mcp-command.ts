import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { OwnPackage } from "../own-package.ts";
import { createAgentDesk } from "./agent-desk.ts";
import { createAgentServer } from "./agent-server.ts";

/** `storyboard mcp`: an MCP server on stdin and stdout, for the agent of one turn. Ends with 0 when its client has gone. */
export const mcpCommand = async (hasGates: boolean, own: OwnPackage): Promise<number> => {
  const server = createAgentServer(createAgentDesk(process.env), own.version, hasGates);
  const gone = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    // The transport does not look at the end of its input.
    process.stdin.once("end", resolve);
    process.stdout.once("error", () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
  return 0;
};
