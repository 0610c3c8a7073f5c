import { ALL_GATES, gateCommand } from "../gate-command.ts";
import type { PromptContext } from "./context.ts";
import { inline } from "./quote.ts";

/** How an agent runs gates while it works, where storyboard coordinates them; empty where it does not. */
export const gateAdvice = ({ gateProgram, gates }: PromptContext): string => {
  const [example] = Object.keys(gates);
  if (gateProgram === undefined || example === undefined) return "";
  const lines = [gateCommand(gateProgram, example), gateCommand(gateProgram, ALL_GATES)].map(inline);
  return `To run a whole gate yourself, ask storyboard for it (${lines.join(", or all of them: ")}) instead of running its command: other agents work on this machine, too, and what is green for these files is not run again. It waits for its turn and ends with 0 (PASS), 1 (FAIL) or 75 (no answer: then run the command itself). While you work, run single tests by the project's own means.`;
};
