import path from "node:path";
import { UserError } from "../../model/user-error.ts";
import type { AgentDescription, TurnRequest } from "../agent.ts";
import { wantedModel } from "../wanted-model.ts";
import { createAcpParser } from "./acp-parser.ts";
import { writeBridgeRequest } from "./bridge-request.ts";

/**
 * Any program that speaks the Agent Client Protocol (`cli: acp`, `command: [program, arguments...]`). It talks with a
 * bridge, a hidden command of this program, which prints what happens as lines of our own event model. Every job is
 * told in STORYBOARD_BIN where this program is, so the shell finds it there and is replaced by it.
 */
export const acpAgent: AgentDescription = {
  cli: "acp",
  canContinue: true,
  // Some of these programs look a session up by its folder.
  sessionsStayInFolder: true,
  // Some tell what a prompt used, some what its last step used, some nothing.
  reportsUsage: false,
  takesMessages: true,
  // The bridge cancels the prompt first, whichever signal comes.
  stopSignal: "SIGTERM",
  // The logins of the programs that are known to speak ACP; others are named in the profile's `env`.
  variables:
    /^(?:ANTHROPIC_\w+|CLAUDE_CONFIG_DIR|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|REGION|DEFAULT_REGION|BEARER_TOKEN_BEDROCK|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_\w+|CONFIG_FILE|SHARED_CREDENTIALS_FILE)|CLOUD_ML_REGION|VERTEX_REGION_\w+|GCLOUD_PROJECT|CLOUDSDK_CONFIG|CLAUDE_CODE_(?:OAUTH_TOKEN|USE_(?:BEDROCK|VERTEX|FOUNDRY)|SKIP_(?:BEDROCK|VERTEX|FOUNDRY)_AUTH|MAX_\w+)|OPENAI_\w+|CODEX_(?:HOME|API_KEY|ACCESS_TOKEN)|GEMINI_\w+|GOOGLE_\w+|OPENCODE_\w+)$/,
  provider: (profile) => `acp ${path.basename(profile.command?.[0] ?? "")}`,
  call: (request) => ({
    command: ["/bin/sh", "-c", 'exec "$STORYBOARD_BIN" bridge acp "$1"', "bridge", bridgeArgument(request)],
    input: request.prompt,
    // Else Claude Code guesses after every turn what a person might say next, and nobody counts what that costs.
    env: { CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false" },
    ...(request.mcpServer === undefined ? {} : { server: { offered: true } }),
  }),
  createParser: createAcpParser,
};

const bridgeArgument = (request: TurnRequest): string => {
  const { command } = request.profile;
  if (command === undefined) {
    throw new UserError(`an agent with "cli: acp" has no command`, [
      `Give the agent "command: [program, arguments...]" in storyboard.yaml, for example [opencode, acp].`,
    ]);
  }
  const model = wantedModel(request);
  return writeBridgeRequest({
    command,
    permission: request.permission,
    gates: request.gateCommands ?? [],
    ...(request.mcpServer === undefined ? {} : { mcpServer: request.mcpServer }),
    ...(model === undefined ? {} : { model }),
    ...(request.session === undefined ? {} : { session: request.session }),
  });
};
