import { CLAUDE } from "../../support/agent-programs.ts";
import type { AgentUnderTest, Place } from "../agent-under-test.ts";

/** The settings of a user who has a server of tools. */
export const claudeSettings = ({ ownServer: [command, ...args] }: Place): Record<string, string> => ({
  ".claude.json": JSON.stringify({ mcpServers: { mine: { type: "stdio", command, args } } }),
});

export const claudeUnderTest: AgentUnderTest = {
  name: "claude",
  programs: [CLAUDE],
  profile: ({ url }) => ({
    cli: "claude",
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "key", CLAUDE_CODE_MAX_RETRIES: "0" },
  }),
  settings: claudeSettings,
  limit: {
    refusal: (endMs) => ({
      do: "refuse",
      status: 429,
      message: `Claude AI usage limit reached|${Math.ceil(endMs / 1000)}`,
    }),
  },
  forbidden: ({ home }) => [
    { do: "run", command: `touch ${home}/forbidden` },
    { do: "run", command: `sh -c 'touch "$HOME/forbidden"'` },
  ],
  silentSeconds: 10,
};
