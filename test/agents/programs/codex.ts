import { CODEX } from "../../support/agent-programs.ts";
import type { AgentUnderTest } from "../agent-under-test.ts";

export const codexUnderTest: AgentUnderTest = {
  name: "codex",
  programs: [CODEX],
  runsAnything: true,
  profile: ({ home }) => ({ cli: "codex", env: { CODEX_HOME: `${home}/codex`, SCRIPTED_KEY: "key" } }),
  settings: ({ url, ownServer: [command, ...args] }) => ({
    "codex/config.toml": [
      'model_provider = "scripted"',
      "check_for_update_on_startup = false",
      "[analytics]",
      "enabled = false",
      "[model_providers.scripted]",
      'name = "scripted"',
      `base_url = "${url}/v1"`,
      'env_key = "SCRIPTED_KEY"',
      'wire_api = "responses"',
      "request_max_retries = 0",
      "stream_max_retries = 0",
      "[mcp_servers.mine]",
      `command = ${JSON.stringify(command)}`,
      `args = ${JSON.stringify(args)}`,
      "",
    ].join("\n"),
  }),
  limit: {
    refusal: (endMs) => ({
      do: "refuse",
      status: 429,
      body: {
        error: {
          type: "usage_limit_reached",
          message: "The usage limit has been reached",
          plan_type: "plus",
          resets_at: Math.ceil(endMs / 1000),
        },
      },
    }),
    precisionMs: 60_000,
  },
  forbidden: ({ home }) => [{ do: "write", path: `${home}/forbidden`, text: "forbidden\n" }],
  silentSeconds: 8,
};
