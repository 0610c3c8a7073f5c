import { CLAUDE_AGENT_ACP } from "../../support/agent-programs.ts";
import type { AgentUnderTest } from "../agent-under-test.ts";
import { claudeSettings } from "./claude.ts";

export const acpUnderTest: AgentUnderTest = {
  name: "an ACP agent (claude-agent-acp)",
  programs: [CLAUDE_AGENT_ACP],
  profile: ({ url }) => ({
    cli: "acp",
    command: ["claude-agent-acp"],
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: "key",
      CLAUDE_CODE_MAX_RETRIES: "0",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      // It refuses to do all that it is asked to where it is root, unless it is told that this is a sandbox.
      IS_SANDBOX: "1",
    },
  }),
  settings: claudeSettings,
  forbidden: ({ home }) => [
    { do: "run", command: `touch ${home}/forbidden` },
    { do: "run", command: `sh -c 'touch "$HOME/forbidden"'` },
  ],
  silentSeconds: 15,
};
