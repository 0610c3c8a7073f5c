import { UserError } from "../core/model/user-error.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";
import type { ParsedCommand, RunOptions } from "./command-line/parsed-command.ts";
import { printProblem } from "./command-line/print-problem.ts";
import { systemProblem } from "./command-line/system-problem.ts";
import { type CommandOutput, ReaderGone, standardOutput } from "./commands/output.ts";
import { ownPackage } from "./own-package.ts";
import { canShowScreen } from "./screen/terminal.ts";

/** Runs a command line and returns the exit status. What only the user can put right is printed, a bug is thrown. */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    const command = parseCommandLine(argv);
    const output = standardOutput();
    const status = await dispatch(command, output);
    // A run's exit status is the run's, whoever reads what it prints.
    if (!["run", "demo", "watch"].includes(command.name)) await output.written();
    return status;
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    const problem = error instanceof UserError ? error : systemProblem(error);
    if (problem === undefined) throw error;
    printProblem(problem, process.stderr);
    return problem.exitStatus;
  }
};

/** Each command loads only what it needs: `--help` is there before the YAML parser would be. */
const dispatch = async (command: ParsedCommand, output: CommandOutput): Promise<number> => {
  switch (command.name) {
    case "help": {
      const { helpText } = await import("./command-line/help.ts");
      output.out(helpText(command.topic));
      return 0;
    }
    case "version":
      output.out(`storyboard ${ownPackage().version}\n`);
      return 0;
    case "run":
      return run(command.options);
    case "watch": {
      const { watchCommand } = await import("./commands/watch.ts");
      return watchCommand(command.options, ownPackage());
    }
    case "plan": {
      const { planCommand } = await import("./commands/plan.ts");
      return planCommand(command.options, output);
    }
    case "ctl": {
      const { ctlCommand } = await import("./commands/ctl.ts");
      return ctlCommand(command.action, command.options, ownPackage(), output);
    }
    case "status": {
      const { statusCommand } = await import("./commands/status.ts");
      return statusCommand(command.options, output);
    }
    case "logs": {
      const { logsCommand } = await import("./commands/logs.ts");
      return logsCommand(command.story, command.options, output);
    }
    case "mcp": {
      const { mcpCommand } = await import("./mcp/mcp-command.ts");
      return mcpCommand(command.hasGates, ownPackage());
    }
    case "gate": {
      const { gateCommand } = await import("./gate/gate-command.ts");
      return gateCommand(command.gate, command.options, ownPackage(), output);
    }
    case "attach": {
      const { attachCommand } = await import("./commands/attach.ts");
      return attachCommand(command.story, command.options, ownPackage(), output);
    }
    case "confirm": {
      const { confirmCommand } = await import("./commands/confirm.ts");
      return confirmCommand(command.story, command.options, ownPackage(), output);
    }
    case "doctor": {
      const { doctorCommand } = await import("./commands/doctor.ts");
      return doctorCommand(command.options, ownPackage(), output);
    }
    case "demo": {
      const { demoCommand } = await import("./demo/demo-command.ts");
      return demoCommand(command.options, ownPackage());
    }
    case "demo-agent": {
      const { demoAgentCommand } = await import("./demo/agent/demo-agent.ts");
      return demoAgentCommand(process.env);
    }
    case "bridge": {
      const { bridgeCommand } = await import("./bridge/bridge-command.ts");
      return bridgeCommand(command.words, process.env);
    }
    case "clean": {
      const { cleanCommand } = await import("./commands/clean.ts");
      return cleanCommand(command.options, output);
    }
  }
};

/** On a terminal a run is a screen, unless something else is asked for; Ink is loaded for that alone. */
const run = async (options: RunOptions): Promise<number> => {
  if (options.detached) {
    const { detachedRunCommand } = await import("./commands/detached-run.ts");
    return detachedRunCommand(options, ownPackage());
  }
  if (!options.headless && !options.json && !options.dryRun && canShowScreen(process.env)) {
    const { screenCommand } = await import("./commands/screen.ts");
    return screenCommand(options, ownPackage());
  }
  const { runCommand } = await import("./commands/run.ts");
  return runCommand(options, ownPackage());
};
