import type { AgentProfile } from "../model/config.ts";
import { acpAgent } from "./acp/acp.ts";
import type { AgentDescription } from "./agent.ts";
import { claudeAgent } from "./claude/claude.ts";
import { codexAgent } from "./codex/codex.ts";
import { commandAgent } from "./command/command.ts";
import { demoAgent } from "./demo.ts";
import { geminiAgent } from "./gemini/gemini.ts";
import { opencodeAgent } from "./opencode/opencode.ts";

/** All agent programs that storyboard can start: one line each, in the order in which one is chosen unasked. */
export const AGENTS: readonly AgentDescription[] = [
  claudeAgent,
  codexAgent,
  opencodeAgent,
  geminiAgent,
  acpAgent,
  commandAgent,
  demoAgent,
];

/** The description of an agent program. */
export const describeAgent = (cli: AgentProfile["cli"]): AgentDescription => {
  const description = AGENTS.find((agent) => agent.cli === cli);
  if (description === undefined) throw new Error(`no description of the agent program ${cli}`);
  return description;
};
