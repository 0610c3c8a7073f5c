import { homedir } from "node:os";
import { GEMINI } from "../../support/agent-programs.ts";
import type { AgentUnderTest } from "../agent-under-test.ts";

/** It takes a server for one turn from folders alone that are root's, as are all above them. */
const isRoot = process.getuid?.() === 0;

export const geminiUnderTest: AgentUnderTest = {
  name: "gemini",
  ...(isRoot ? { folder: homedir() } : { hasNoServer: true }),
  programs: [GEMINI],
  profile: ({ url }) => ({
    cli: "gemini",
    // Where none is named it asks a model for the model first.
    model: "gemini-2.5-pro",
    env: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: "key" },
  }),
  settings: ({ ownServer: [command, ...args] }) => ({
    ".gemini/settings.json": JSON.stringify({
      security: { auth: { selectedType: "gemini-api-key" } },
      general: { enableAutoUpdate: false, maxAttempts: 1 },
      mcpServers: { mine: { command, args } },
      telemetry: { enabled: false },
      privacy: { usageStatisticsEnabled: false },
    }),
  }),
  limit: {
    refusal: (endMs) => {
      const seconds = Math.ceil((endMs - Date.now()) / 1000);
      return {
        do: "refuse",
        status: 429,
        body: {
          error: {
            code: 429,
            status: "RESOURCE_EXHAUSTED",
            message: `You exceeded your current quota. Please retry in ${seconds}s.`,
            details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` }],
          },
        },
      };
    },
  },
  forbidden: ({ home }) => [
    { do: "run", command: `touch ${home}/forbidden` },
    { do: "run", command: `sh -c 'touch "$HOME/forbidden"'` },
  ],
  silentSeconds: 20,
};
