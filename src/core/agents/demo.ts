import type { AgentDescription } from "./agent.ts";
import { createCommandParser } from "./command/command-parser.ts";

/**
 * The agent that storyboard brings along for `storyboard demo`: this program itself, under a hidden command. It speaks
 * the lines of our own event model and knows the demo's stories alone. Every job is told in STORYBOARD_BIN where this
 * program is, so the shell finds it there and is replaced by it.
 */
export const demoAgent: AgentDescription = {
  cli: "demo",
  canContinue: true,
  reportsUsage: true,
  stopSignal: "SIGTERM",
  provider: () => "demo",
  call: ({ prompt }) => ({
    command: ["/bin/sh", "-c", 'exec "$STORYBOARD_BIN" demo-agent'],
    input: prompt,
    env: {},
  }),
  createParser: createCommandParser,
};
