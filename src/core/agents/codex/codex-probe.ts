import type { AgentProbe, LoginState, ProbeAnswer } from "../agent.ts";
import { fieldsOf, readObject, wordOf } from "../reading/fields.ts";

/**
 * How Codex is asked about itself. `login status` answers at once, but knows OpenAI's own login alone, and says that
 * nobody is logged in where another provider with its own key is configured. `doctor` knows that; without a network it
 * takes 10 s (0.169.0).
 */
export const CODEX_PROBE: AgentProbe = {
  tested: "0.169.0",
  version: ["--version"],
  logins: [
    { args: ["login", "status"], read: ({ status }) => (status === 0 ? OWN_LOGIN : NO_OWN_LOGIN) },
    { args: ["doctor", "--json"], read: (answer) => readDoctor(answer) },
  ],
  sandbox: {
    args: ["sandbox", "true"],
    read: ({ status, stderr }) => (status === 0 || !SANDBOX_TROUBLE.test(stderr) ? undefined : wordOf(stderr.trim())),
    remedy: "Allow user namespaces on this machine, or give the agent permissions: full",
  },
  keys: ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
  remedy: "Run codex login, or set CODEX_API_KEY",
};

/** What the program that makes the sandbox says when it cannot. */
const SANDBOX_TROUBLE = /^bwrap: /m;

const OWN_LOGIN: LoginState = { kind: "logged-in", detail: "codex login status says so" };
const NO_OWN_LOGIN: LoginState = { kind: "unknown", detail: "nobody is logged in at OpenAI" };

/** The exit status says nothing: it is 1 for any finding, such as a network that is away. */
const readDoctor = ({ stdout }: ProbeAnswer): LoginState => {
  const check = fieldsOf(fieldsOf(readObject(stdout)?.checks)?.["auth.credentials"]);
  const detail = wordOf(check?.summary);
  if (check?.status === "fail") return { kind: "logged-out", detail: detail || "codex doctor says so" };
  if (check?.status !== "ok") return { kind: "unknown", detail: "codex doctor gave no answer" };
  // It counts as a login there, but `codex exec` does not use it.
  const hasUnusedKey = fieldsOf(check.details)?.["auth env vars present"] === "OPENAI_API_KEY";
  return hasUnusedKey
    ? { kind: "unknown", detail: "codex exec does not use OPENAI_API_KEY" }
    : { kind: "logged-in", detail };
};
