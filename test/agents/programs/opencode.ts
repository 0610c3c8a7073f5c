import { OPENCODE } from "../../support/agent-programs.ts";
import type { AgentUnderTest, Place } from "../agent-under-test.ts";

const configuration = ({ url, ownServer }: Place): string =>
  JSON.stringify({
    share: "disabled",
    autoupdate: false,
    small_model: "scripted/model",
    mcp: { mine: { type: "local", command: ownServer } },
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: `${url}/v1`, apiKey: "key" },
        models: { model: { tool_call: true, limit: { context: 200_000, output: 8_192 } } },
      },
    },
  });

export const opencodeUnderTest: AgentUnderTest = {
  name: "opencode",
  programs: [OPENCODE],
  profile: (place) => ({
    cli: "opencode",
    model: "scripted/model",
    env: {
      OPENCODE_CONFIG_CONTENT: configuration(place),
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    },
  }),
  limit: {
    refusal: (endMs) => ({
      do: "refuse",
      status: 429,
      message: "Rate limit reached for requests",
      headers: { "retry-after": `${Math.ceil((endMs - Date.now()) / 1000)}` },
    }),
    isWaitedFor: true,
  },
  forbidden: ({ home }) => [
    { do: "run", command: `touch ${home}/forbidden` },
    { do: "run", command: `sh -c 'touch "$HOME/forbidden"'` },
  ],
  silentSeconds: 30,
};
