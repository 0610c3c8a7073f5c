import { UserError } from "../core/model/user-error.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";
import type { ParsedCommand } from "./command-line/parsed-command.ts";
import { printProblem } from "./command-line/print-problem.ts";
import { standardOutput } from "./commands/output.ts";
import { ownPackage } from "./own-package.ts";

/** Runs a command line and returns the exit status. What only the user can put right is printed, a bug is thrown. */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    return await dispatch(parseCommandLine(argv));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printProblem(error, process.stderr);
    return error.exitStatus;
  }
};

/** Each command loads only what it needs: `--help` is there before the YAML parser would be. */
const dispatch = async (command: ParsedCommand): Promise<number> => {
  const output = standardOutput();
  switch (command.name) {
    case "help": {
      const { helpText } = await import("./command-line/help.ts");
      output.out(helpText(command.topic));
      return 0;
    }
    case "version":
      output.out(`storyboard ${ownPackage().version}\n`);
      return 0;
    case "run": {
      const { runCommand } = await import("./commands/run.ts");
      return runCommand(command.options, ownPackage());
    }
    case "plan": {
      const { planCommand } = await import("./commands/plan.ts");
      return planCommand(command.options, output);
    }
    case "ctl": {
      const { ctlCommand } = await import("./commands/ctl.ts");
      return ctlCommand(command.action, command.options, output);
    }
    case "status": {
      const { statusCommand } = await import("./commands/status.ts");
      return statusCommand(command.options, output);
    }
    case "logs": {
      const { logsCommand } = await import("./commands/logs.ts");
      return logsCommand(command.story, command.options, output);
    }
    case "clean": {
      const { cleanCommand } = await import("./commands/clean.ts");
      return cleanCommand(command.options, output);
    }
  }
};
