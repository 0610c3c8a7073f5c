import path from "node:path";
import { UserError } from "../../model/user-error.ts";
import type { AgentDescription } from "../agent.ts";
import { createCommandParser } from "./command-parser.ts";

/**
 * Any program (product.md, Machine contract): the prompt on stdin, text or lines of our own event model on stdout,
 * exit status 0 for a good end and 75 for "not now". A turn that reported a session can be continued by one that
 * finds it in STORYBOARD_SESSION.
 */
export const commandAgent: AgentDescription = {
  cli: "command",
  canContinue: true,
  reportsUsage: false,
  stopSignal: "SIGTERM",
  provider: (profile) => `command ${path.basename(profile.command?.[0] ?? "")}`,
  call: ({ profile, prompt }) => {
    if (profile.command === undefined) {
      throw new UserError(`an agent with "cli: command" has no command`, [
        `Give the agent "command: [program, arguments...]" in storyboard.yaml.`,
      ]);
    }
    return { command: profile.command, input: prompt, env: {} };
  },
  createParser: createCommandParser,
};
