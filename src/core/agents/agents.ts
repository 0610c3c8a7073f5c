import type { AgentProfile } from "../model/config.ts";
import { UserError } from "../model/user-error.ts";
import type { AgentDescription } from "./agent.ts";
import { claudeAgent } from "./claude/claude.ts";
import { commandAgent } from "./command/command.ts";
import { demoAgent } from "./demo.ts";

/** All agent programs that storyboard can start: one line each, in the order in which one is chosen unasked. */
export const AGENTS: readonly AgentDescription[] = [claudeAgent, commandAgent, demoAgent];

/** The description of an agent program. Throws a UserError where this version has none. */
export const describeAgent = (cli: AgentProfile["cli"]): AgentDescription => {
  const description = AGENTS.find((agent) => agent.cli === cli);
  if (description !== undefined) return description;
  const supported = AGENTS.map((agent) => agent.cli).join(", ");
  throw new UserError(`agent program ${cli} is not supported in this version yet`, [
    `Set "cli" of the agent to one of: ${supported}.`,
    `Any program that reads a prompt on stdin works with "cli: command" and "command: [program, arguments...]".`,
  ]);
};
