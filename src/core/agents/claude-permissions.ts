import type { Permission } from "../model/pipeline.ts";

/** What git may do where an agent only looks. */
const LOOKING = ["diff", "log", "show", "status", "blame", "ls-files", "rev-parse", "merge-base"].map(gitRule);

/** What git may do for an agent that writes (product.md, Permissions). */
const WRITING = ["add", "commit"].map(gitRule);

const READ_TOOLS = ["Read", "Grep", "Glob"];
const WRITE_TOOLS = ["Edit", "Write", "NotebookEdit"];

/**
 * The arguments of Claude Code for a level of permission. In `-p` a mode denies what it would ask for, and
 * `acceptEdits` alone would ask for every command: so what `edit` may run is named, the gates among it.
 */
export const claudePermissions = (permission: Permission, gateCommands: readonly string[]): readonly string[] => {
  switch (permission) {
    case "read":
      return [
        ...["--permission-mode", "default"],
        ...["--allowedTools", ...READ_TOOLS, ...LOOKING],
        ...["--disallowedTools", ...WRITE_TOOLS],
      ];
    case "edit": {
      const gates = new Set(gateCommands.flatMap(gateRules));
      return [
        ...["--permission-mode", "acceptEdits"],
        ...["--allowedTools", ...READ_TOOLS, ...WRITE_TOOLS, "Task", ...LOOKING, ...WRITING, ...gates],
      ];
    }
    case "full":
      return ["--dangerously-skip-permissions"];
  }
};

function gitRule(command: string): string {
  return `Bash(git ${command}:*)`;
}

/**
 * One rule for each command of a shell line, since Claude Code looks at the parts of `a && b` one by one. With and
 * without the assignments in front, because agents leave them out.
 */
const gateRules = (line: string): string[] =>
  simpleCommands(line).flatMap((command) => {
    const bare = command.replace(/^(?:\w+=\S*\s+)+/, "");
    return [command, bare].filter(isWritable).map((text) => `Bash(${text}:*)`);
  });

/** A rule ends at the parenthesis that closes it: a command whose own ones do not match up cannot be named. */
const isWritable = (command: string): boolean => {
  let depth = 0;
  for (const character of command) {
    if (character === "(") depth += 1;
    if (character === ")" && --depth < 0) return false;
  }
  return depth === 0 && command !== "" && !/\p{Cc}/u.test(command);
};

/** Splits at `&&`, `||`, `;`, `|`, `&` and line feeds that stand outside of quotes. */
const simpleCommands = (line: string): string[] => {
  const words = line.match(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|[&|;\n]+|[^\\'"&|;\n]+|['"\\]/gs) ?? [];
  const commands = [""];
  for (const word of words) {
    if (/^[&|;\n]+$/.test(word)) commands.push("");
    else commands[commands.length - 1] += word;
  }
  return commands.map((command) => command.trim()).filter((command) => command !== "");
};
