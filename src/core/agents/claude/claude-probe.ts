import type { AgentProbe, LoginState, ProbeAnswer } from "../agent.ts";
import { readObject, wordOf } from "../reading/fields.ts";

/**
 * How Claude Code is asked about itself. `auth status` reads files and variables alone, so a login that the provider has
 * revoked meanwhile still counts as one.
 */
export const CLAUDE_PROBE: AgentProbe = {
  tested: "2.1.328",
  version: ["--version"],
  logins: [{ args: ["auth", "status"], read: (answer: ProbeAnswer) => readAuthStatus(answer) }],
  // `auth status` does not apply the variables that a project's settings set; a turn does.
  projectLogin: {
    files: [".claude/settings.json", ".claude/settings.local.json"],
    pattern: /"(?:ANTHROPIC_(?:API_KEY|AUTH_TOKEN)|CLAUDE_CODE_(?:OAUTH_TOKEN|USE_\w+))"/,
  },
  keys: [
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
  ],
  remedy: "Start claude once and log in (/login), or set ANTHROPIC_API_KEY",
};

/** The exit status says the same, but a program that does not know the question fails with status 1, too. */
const readAuthStatus = ({ stdout }: ProbeAnswer): LoginState => {
  const status = readObject(stdout.slice(Math.max(0, stdout.indexOf("{"))));
  if (status?.loggedIn === false) return { kind: "logged-out", detail: "claude auth status says so" };
  if (status?.loggedIn !== true) return { kind: "unknown", detail: "claude auth status gave no answer" };
  const words = [wordOf(status.authMethod), wordOf(status.subscriptionType)];
  return { kind: "logged-in", detail: words.filter((word) => word !== "").join(", ") };
};
