import { plainText } from "../../model/plain-text.ts";
import type { AgentProbe, LoginState, ProbeAnswer } from "../agent.ts";

/** Logins that the detail names. */
const NAMED_MAX = 5;

/**
 * How opencode is asked about itself. It lists the logins that it stored and the keys that it found in the environment;
 * that there are none says nothing, since some of its own models and local ones ask for none.
 */
export const OPENCODE_PROBE: AgentProbe = {
  tested: "1.18.33",
  version: ["--version"],
  logins: [{ args: ["auth", "list"], read: (answer: ProbeAnswer) => readLogins(answer) }],
  keys: ["OPENCODE_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "GEMINI_API_KEY"],
  remedy: "Run opencode auth login, or set the key of the model's provider",
};

const readLogins = ({ stdout, stderr }: ProbeAnswer): LoginState => {
  const text = plainText(`${stdout}\n${stderr}`);
  if (!/\d+ credentials/.test(text)) return { kind: "unknown", detail: "opencode auth list gave no answer" };
  const names = [...text.matchAll(/^● {1,5}(.{1,200}?)(?: \S+)?$/gm)].map(([, name = ""]) => name);
  const detail = [...new Set(names)].slice(0, NAMED_MAX).join(", ");
  return detail === ""
    ? { kind: "unknown", detail: "no login is stored, which only some models do without" }
    : { kind: "logged-in", detail };
};
