import { plainText } from "../../core/model/plain-text.ts";
import type { UserError } from "../../core/model/user-error.ts";

/** What a problem is written to: stderr, or something that keeps it. */
export interface ProblemOutput {
  write(text: string): unknown;
}

/** Shows something that only the user can put right: what happened, then what to do, free of terminal control. */
export const printProblem = (error: UserError, stderr: ProblemOutput): void => {
  const steps = error.nextSteps.map((step) => `  ${plainText(step).replaceAll("\n", "\n  ")}\n`).join("");
  stderr.write(`storyboard: ${plainText(error.message)}\n${steps}`);
};
