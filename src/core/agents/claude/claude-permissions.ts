import type { Permission } from "../../model/pipeline.ts";
import { LOOKING_GIT, WRITING_GIT } from "../allowed-git.ts";
import { commandsOf } from "../shell-line.ts";

const LOOKING = LOOKING_GIT.map(gitRule);
const WRITING = WRITING_GIT.map(gitRule);

const READ_TOOLS = ["Read", "Grep", "Glob"];
const WRITE_TOOLS = ["Edit", "Write", "NotebookEdit"];

/**
 * The arguments of Claude Code for a level of permission. In `-p` a mode denies what it would ask for, and
 * `acceptEdits` alone would ask for every command: so what `edit` may run is named, the gates among it.
 * @param tools names of tools that every level but `full`, which asks nothing, is to be allowed besides
 */
export const claudePermissions = (
  permission: Permission,
  gateCommands: readonly string[],
  tools: readonly string[] = [],
): readonly string[] => {
  switch (permission) {
    case "read":
      return [
        ...["--permission-mode", "default"],
        ...["--allowedTools", ...READ_TOOLS, ...LOOKING, ...tools],
        // A git command that looks can write a file by itself.
        ...["--disallowedTools", ...WRITE_TOOLS, "Bash(git *--ou*)"],
      ];
    case "edit": {
      const gates = new Set(gateCommands.flatMap(gateRules));
      return [
        ...["--permission-mode", "acceptEdits"],
        ...["--allowedTools", ...READ_TOOLS, ...WRITE_TOOLS, "Task", ...LOOKING, ...WRITING, ...gates, ...tools],
      ];
    }
    case "full":
      return ["--dangerously-skip-permissions"];
  }
};

function gitRule(command: string): string {
  return `Bash(git ${command}:*)`;
}

/** Rules for the commands of a gate, since Claude Code looks at the parts of `a && b` one by one. */
const gateRules = (line: string): string[] =>
  commandsOf(line)
    .filter(isWritable)
    .map((text) => `Bash(${text}:*)`);

/** A rule ends at the parenthesis that closes it: a command whose own ones do not match up cannot be named. */
const isWritable = (command: string): boolean => {
  let depth = 0;
  for (const character of command) {
    if (character === "(") depth += 1;
    if (character === ")" && --depth < 0) return false;
  }
  return depth === 0 && command !== "" && !/\p{Cc}/u.test(command);
};
