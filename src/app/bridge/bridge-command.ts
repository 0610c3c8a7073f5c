import { readBridgeRequest } from "../../core/agents/acp/bridge-request.ts";
import { UserError } from "../../core/model/user-error.ts";

/**
 * `storyboard bridge PROTOCOL ...`: stands between a job and an agent that is talked with while it works. It gets the
 * prompt on stdin, as the agent would. Returns the exit status. Only storyboard starts it.
 */
export const bridgeCommand = async (words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const [protocol, ...rest] = words;
  if (protocol === "claude") {
    const { bridgeClaude } = await import("./claude-bridge.ts");
    return bridgeClaude(["claude", ...rest], environment);
  }
  const request = protocol === "acp" ? readBridgeRequest(rest[0] ?? "") : undefined;
  if (request === undefined) throw new UserError("storyboard bridge is started by storyboard alone", []);
  const { bridgeAcp } = await import("./acp-bridge.ts");
  return bridgeAcp(request, environment);
};
