import type { Permission } from "../../model/pipeline.ts";
import { LOOKING_GIT, WRITING_GIT } from "../allowed-git.ts";
import { toolNamesOf } from "../mcp-server.ts";
import { commandsOf } from "../shell-line.ts";
import { shellParts } from "./shell-parts.ts";

/** An action that an agent asks for. */
export interface AskedAction {
  /** What the protocol calls it: `read`, `edit`, `execute`, ... */
  readonly kind: string;
  /** The shell line of an `execute`, where it is known. */
  readonly command?: string | undefined;
  /** What the agent calls the tool, or shows for it. */
  readonly tool?: string;
  /** The files that it touches, as far as the agent says. */
  readonly paths: readonly string[];
}

/** What an agent may do. */
export interface AcpLevel {
  readonly permission: Permission;
  readonly gates: readonly string[];
  /** Tools of the server that we offered. */
  readonly tools?: readonly string[];
  /** Whether a path is one of the worktree's that an agent may write. */
  readonly isOwn: (path: string) => boolean;
}

/**
 * Whether an action is allowed (product.md, Permissions). `read` looks; `edit` also writes in its worktree and runs
 * the gates and git's add and commit; `full` does everything. What cannot be judged is not allowed.
 */
export const isAllowed = (action: AskedAction, level: AcpLevel): boolean => {
  if (level.permission === "full") return true;
  switch (action.kind) {
    case "read":
    case "search":
    case "think":
      return true;
    case "edit":
    case "delete":
    case "move":
      return level.permission === "edit" && action.paths.length > 0 && action.paths.every(level.isOwn);
    case "execute":
      return action.command !== undefined && mayRun(action.command, level);
    case "other":
      return (level.tools ?? []).some((tool) => toolNamesOf(tool).includes(action.tool ?? ""));
    default:
      return false;
  }
};

const mayRun = (line: string, { permission, gates, isOwn }: AcpLevel): boolean => {
  const runnable = permission === "edit" ? gates : [];
  if (runnable.includes(line.trim())) return true;
  const commands = runnable.flatMap(commandsOf);
  const gits = permission === "edit" ? [...LOOKING_GIT, ...WRITING_GIT] : LOOKING_GIT;
  const parts = shellParts(line) ?? [];
  return (
    parts.length > 0 &&
    parts.every(
      (part) =>
        commands.some((command) => part === command || part.startsWith(`${command} `)) ||
        isGit(part, gits) ||
        FILTER.test(part) ||
        isStep(part, isOwn),
    )
  );
};

const isGit = (part: string, names: readonly string[]): boolean => {
  const name = GIT.exec(part)?.[1];
  if (name === undefined || !names.includes(name)) return false;
  return WRITING_GIT.includes(name) || (!DOES_MORE.test(part.replaceAll(/\\\n|["'\\]/g, "")) && !BRACES.test(part));
};

/** What a shell makes several words of, options among them. */
const BRACES = /\{[^}]*(?:,|\.\.)/;

const GIT = /^git(?: (?:--no-pager|-P))? ([a-z-]+)(?= |$)/;
/** Options by which a command of git that looks writes a file or runs a program; git takes their beginnings, too. */
const DOES_MORE = /\s--(?:ou|ext|textc)/;
/** Programs that show the output of the command before them; none gets a file's name. */
const FILTER = /^(?:head|tail|wc|cat)(?: -[\w-]*| \d+)*$/;

/** A step into a folder of the worktree. */
const isStep = (part: string, isOwn: (path: string) => boolean): boolean => {
  const folder = /^cd (?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$~*?[\]{}\\-][^\s"'$~*?[\]{}\\]*))$/.exec(part);
  const path = folder?.[1] ?? folder?.[2] ?? folder?.[3];
  return path !== undefined && isOwn(path);
};
