import { LOOKING_GIT, WRITING_GIT } from "../allowed-git.ts";
import { MCP_SERVER_NAME } from "../mcp-server.ts";
import { commandsOf } from "../shell-line.ts";

/**
 * Rules for an agent that only looks, in the TOML of Gemini CLI's policy engine. They outweigh the user's own, which may
 * allow more. A command is looked at part by part, and in this mode none may redirect its output into a file.
 */
export const readPolicy = (): string =>
  policyOf([
    NO_PLAN_MODE,
    { toolName: ["write_file", "replace"], decision: "deny", priority: HIGHEST, denyMessage: "This task only looks." },
    { ...shell, commandRegex: WRITES_BY_OPTION, decision: "deny", priority: HIGHEST },
    { ...shell, commandPrefix: LOOKING, decision: "allow", priority: HIGHEST - 1 },
    { ...shell, decision: "deny", priority: HIGHEST - 2 },
  ]);

/**
 * Rules for an agent that edits: its file tools are allowed by the mode, here follow the commands. They give way to what
 * the user's own rules deny.
 */
export const editPolicy = (gateCommands: readonly string[]): string =>
  policyOf([
    NO_PLAN_MODE,
    BUILD_FILES,
    {
      ...shell,
      commandRegex: FILE_COMMAND_OUTSIDE,
      decision: "deny",
      priority: LOWEST + 1,
      denyMessage: "Name files relative to the working folder, and none outside of it.",
    },
    { ...shell, commandPrefix: [...LOOKING, ...WRITING], decision: "allow", priority: LOWEST },
    ...gatePrefixes(gateCommands).map((commandPrefix) => ({
      ...shell,
      commandPrefix,
      decision: "allow" as const,
      priority: LOWEST,
    })),
  ]);

/** Rules for an agent that may do everything: no more than what it cannot find out by itself. */
export const fullPolicy = (): string => policyOf([BUILD_FILES]);

/** Rules for the tools of the server that a turn is offered. */
export const serverPolicy = (tools: readonly string[]): string =>
  tools.length === 0
    ? ""
    : `\n${policyOf([{ mcpName: MCP_SERVER_NAME, toolName: tools, decision: "allow", priority: HIGHEST }])}`;

/** What an agent is told that was refused a build file; it is no loss, since the shell can write it. */
export const BUILD_FILE_ADVICE = "The file tools may not write build files here. Write this one with cat and a heredoc";

interface Rule {
  readonly toolName: string | readonly string[];
  /** The server that the tools belong to, where they are no tools of Gemini CLI's own. */
  readonly mcpName?: string;
  readonly decision: "allow" | "deny";
  readonly priority: number;
  readonly commandPrefix?: string | readonly string[];
  readonly commandRegex?: string;
  readonly argsPattern?: string;
  readonly denyMessage?: string;
}

/** Any rule of ours outweighs the built-in ones; the highest one outweighs the user's. */
const LOWEST = 1;
const HIGHEST = 999;

const shell = { toolName: "run_shell_command" } as const;

/** Without a terminal, a plan counts as approved as soon as it is written, and then everything is allowed. */
const NO_PLAN_MODE: Rule = {
  toolName: ["enter_plan_mode", "exit_plan_mode"],
  decision: "deny",
  priority: HIGHEST,
  denyMessage: "Do the work without a plan mode.",
};

const BUILD_FILE_NAMES = [
  ...["BUILD", "WORKSPACE", "[.]bazelrc", "[.]blazerc", "[Mm]akefile", "GNUmakefile", "CMakeLists[.]txt"],
  ...["package[.]json", "package-lock[.]json", "pnpm-lock[.]yaml", "yarn[.]lock", "bun[.]lockb"],
  ...["setup[.]py", "setup[.]cfg", "pyproject[.]toml", "go[.]mod", "go[.]sum", "Cargo[.]toml", "Cargo[.]lock"],
  ...["pom[.]xml", "(?:build|settings)[.]gradle", "(?:build|settings)[.]gradle[.]kts"],
  ...["(?:Docker|Container)file", '(?:Docker|Container)file[.][^/"]*', '[^/"]*[.](?:bazel|bzlmod|bzl|mk|cmake)'],
];

/**
 * Without a terminal the file tools refuse these files whatever the rules say, with words that make an agent give up.
 * Refusing them first says what it can do instead.
 */
const BUILD_FILES: Rule = {
  toolName: ["write_file", "replace"],
  argsPattern: `"file_path":"(?:[^"]*/|)(?:${BUILD_FILE_NAMES.join("|")})"`,
  decision: "deny",
  priority: HIGHEST,
  denyMessage: `${BUILD_FILE_ADVICE}: cat > NAME <<'EOF'`,
};

const git = (command: string): string => `git ${command}`;

/** What models look with, besides the file tools, and what they begin other commands with. */
const LOOKING = [...LOOKING_GIT.map(git), "cd", "pwd", "ls", "cat", "head", "tail", "wc", "grep"];

/** Gemini CLI has no tool that removes or renames a file. */
const FILE_COMMANDS = ["mkdir", "touch", "cp", "mv", "rm", "rmdir"];

const WRITING = [...WRITING_GIT.map(git), ...FILE_COMMANDS];

/** An absolute path, one from the home folder or a variable, or a way up, among the arguments of one command. */
const FILE_COMMAND_OUTSIDE = `(?:${FILE_COMMANDS.join("|")})(?= )[^;&|]*(?:[ ='](?:/|~|[$])|\\\\"(?:/|~|[$])|[.][.])`;

/** git writes a difference into a file by itself. */
const WRITES_BY_OPTION = "git [^;&|]*(?:--ou|''|[{][^}]*,)";

/** Characters that would end a rule early or that TOML does not take; such a gate cannot be named. */
const UNWRITABLE = /\p{Cc}|\p{Surrogate}/u;

/** The whole line, since Gemini CLI looks at that first, its commands, and these without the parentheses of a group. */
const gatePrefixes = (gateCommands: readonly string[]): string[] => {
  const commands = gateCommands.flatMap((line) => [line.trim(), ...commandsOf(line)]);
  const bare = commands.map((command) => command.replaceAll(/^[({\s]+|[)}\s]+$/g, ""));
  return [...new Set([...commands, ...bare])].filter((command) => command !== "" && !UNWRITABLE.test(command));
};

/** The values are strings, numbers and lists of strings, whose JSON is TOML, too. */
const policyOf = (rules: readonly Rule[]): string =>
  rules
    .map((rule) => {
      const lines = Object.entries(rule).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
      return `[[rule]]\n${lines.join("\n")}\n`;
    })
    .join("\n");
