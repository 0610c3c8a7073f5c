import type { Permission } from "../../model/pipeline.ts";
import { LOOKING_GIT, WRITING_GIT } from "../allowed-git.ts";
import { commandsOf } from "../shell-line.ts";

type Answer = "allow" | "deny";

/** opencode's permissions: by tool, or by tool and pattern. Of several that match, the last one counts. */
export type OpencodeRules = Readonly<Record<string, Answer | Readonly<Record<string, Answer>>>>;

/** What the rules of a turn depend on. */
export interface RulesRequest {
  readonly permission: Exclude<Permission, "full">;
  /** Shell lines that `edit` may run. */
  readonly gateCommands: readonly string[];
  /** Absolute folders outside of the worktree that it may look into. */
  readonly folders: readonly string[];
  /** Names of tools of a server that is offered for the turn. */
  readonly tools?: readonly string[];
}

/**
 * The rules for a level of permission. What they do not name is denied and never asked for: a question that nobody
 * answers would end the turn, a denial is told to the agent, which goes on.
 */
export const opencodeRules = ({ permission, gateCommands, folders, tools = [] }: RulesRequest): OpencodeRules => {
  const mayEdit = permission === "edit";
  return {
    ...answers("deny", ["*", "webfetch", "websearch"]),
    ...answers("allow", ["glob", "grep", "list", "lsp", "skill", "todowrite"]),
    read: { "*": "allow", ...answers("deny", ["*.env", "*.env.*"]), "*.env.example": "allow" },
    external_directory: { "*": "deny", ...answers("allow", [...SKILL_FOLDERS, ...folders.map(within)]) },
    // A pattern is relative to the root of the worktree; folders that may be looked into are not to be written.
    edit: mayEdit ? { "*": "allow", "../*": "deny" } : "deny",
    ...answers("allow", tools),
    task: mayEdit ? "allow" : "deny",
    bash: {
      "*": "deny",
      ...LOOKING,
      ...(mayEdit ? answers("allow", [...WRITING, ...gatePatterns(gateCommands)]) : {}),
    },
  };
};

const answers = (answer: Answer, names: readonly string[]): Readonly<Record<string, Answer>> =>
  Object.fromEntries(names.map((name) => [name, answer]));

/** Where people keep skills for all their projects. */
const SKILL_FOLDERS = [
  ...["~/.config/opencode/skill/*", "~/.config/opencode/skills/*"],
  ...["~/.claude/skills/*", "~/.agents/skills/*"],
];

const within = (folder: string): string => `${folder.replace(/\/+$/, "")}/*`;

/** A last ` *` matches nothing, too. */
const withArguments = (command: string): string => `${command} *`;

const LOOKERS = [
  ...LOOKING_GIT.map((command) => `git ${command}`),
  "cat",
  "echo",
  "grep",
  "head",
  "ls",
  "pwd",
  "tail",
  "wc",
];

/**
 * Commands that look. With a redirection they would write, but `2>&1` and `2>/dev/null` at their end are habits that
 * do no harm; so is `--no-pager`. A redirection behind a chain (`a && b > c`) opencode does not show to its rules: what
 * a reader changed by one is found by the look at its worktree afterwards.
 */
const LOOKING: Readonly<Record<string, Answer>> = {
  ...answers("allow", LOOKERS.map(withArguments)),
  ...answers(
    "allow",
    LOOKING_GIT.map((command) => withArguments(`git --no-pager ${command}`)),
  ),
  "*>*": "deny",
  ...answers(
    "allow",
    LOOKERS.flatMap((command) =>
      ["2>&1", "2>/dev/null"].flatMap((end) => [`${command} ${end}`, `${command} * ${end}`]),
    ),
  ),
  ...answers("deny", ["*>*>*", "*--output*", "git *{*,*", 'git *""*', "git *''*", "git *\\\\*"]),
};

/** A commit message of several lines is often made by `cat`, and may well name somebody `<in brackets>`. */
const WRITING = [...WRITING_GIT.map((command) => withArguments(`git ${command}`)), "cat <<*"];

/** opencode looks at each simple command of a line by itself, without the parentheses around it. */
const gatePatterns = (lines: readonly string[]): string[] =>
  lines
    .flatMap(commandsOf)
    // opencode fills a home folder in, but only in the pattern; so the wildcard for one character stands there.
    .map((command) => withArguments(command.replace(/^[~$]/, "?")));
