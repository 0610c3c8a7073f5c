import type { AgentEvent } from "../agent.ts";
import { denialNotes } from "../reading/denial-notes.ts";
import { type Fields, fieldsOf, objectsOf, wordOf } from "../reading/fields.ts";
import { runByShell, shortPath } from "./codex-words.ts";

/** Tools under way, and denials, that are remembered. */
const REMEMBERED_MAX = 1_000;

/** Follows the tools of a turn: what they do, whether they were allowed. */
export interface CodexItems {
  /** A tool's item that has begun; undefined where the item is no tool. */
  start(item: Fields): readonly AgentEvent[] | undefined;
  /** A tool's item that has ended, whether its beginning was told or not; undefined where the item is no tool. */
  end(item: Fields): readonly AgentEvent[] | undefined;
  /** What every command got instead of being run, where the sandbox let none start. */
  brokenSandbox(): string | undefined;
  /** What a person should know: which actions were not allowed, also those that stderr alone tells of; what never ran. */
  notes(stderr: string): readonly string[];
}

/** Creates a view on the tools of one turn. */
export const createCodexItems = (): CodexItems => {
  const running = new Set<string>();
  const denied = new Set<string>();
  let refusedBySandbox: string | undefined;
  let sandboxWorks = false;

  const start = (item: Fields): AgentEvent[] | undefined => {
    const name = nameOf(item);
    if (name === undefined) return undefined;
    const id = wordOf(item.id);
    if (running.size < REMEMBERED_MAX) running.add(id);
    return [{ t: "tool-start", id, name, detail: detailOf(item) }];
  };

  const deny = (item: Fields): AgentEvent[] => {
    const name = nameOf(item) ?? "tool";
    const detail = detailOf(item);
    if (denied.size < REMEMBERED_MAX) denied.add(`${name} ${detail}`.trim());
    return [{ t: "denied", name, detail }];
  };

  return {
    start,
    end(item) {
      const begun = running.delete(wordOf(item.id)) ? [] : start(item);
      if (begun === undefined) return undefined;
      running.delete(wordOf(item.id));
      const refusal = sandboxRefusal(item);
      if (refusal !== undefined) refusedBySandbox = refusal;
      else if (provesSandbox(item)) sandboxWorks = true;
      const ended: AgentEvent = { t: "tool-end", id: wordOf(item.id), ok: !hasFailed(item) };
      return [...begun, ...(wasDenied(item) ? deny(item) : []), ended];
    },
    brokenSandbox: () => (sandboxWorks ? undefined : refusedBySandbox),
    notes: (stderr) => [
      ...denialNotes([...denied, ...refusedPatches(stderr)]),
      ...(refusedBySandbox === undefined ? [] : [`Codex's sandbox did not start for a command: ${refusedBySandbox}`]),
    ],
  };
};

const NAMES: Readonly<Record<string, string>> = {
  command_execution: "Shell",
  file_change: "Edit",
  mcp_tool_call: "MCP",
  web_search: "WebSearch",
  collab_tool_call: "Agent",
};

const nameOf = ({ type }: Fields): string | undefined =>
  typeof type === "string" && Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;

const detailOf = (item: Fields): string => {
  switch (item.type) {
    case "command_execution":
      return runByShell(wordOf(item.command));
    case "file_change":
      return wordOf(
        objectsOf(item.changes)
          .slice(0, CHANGES_SHOWN_MAX)
          .map(({ path }) => shortPath(wordOf(path)))
          .join(", "),
      );
    case "mcp_tool_call":
      return `${wordOf(item.server)} ${wordOf(item.tool)}`.trim();
    case "web_search":
      return wordOf(item.query);
    default:
      return `${wordOf(item.tool)} ${wordOf(item.prompt)}`.trim();
  }
};

/** Changed files that are named. */
const CHANGES_SHOWN_MAX = 20;

const hasFailed = ({ status, exit_code: exitCode }: Fields): boolean =>
  status === "failed" || status === "declined" || (typeof exitCode === "number" && exitCode !== 0);

const wasDenied = (item: Fields): boolean =>
  item.status === "declined" ||
  (item.type === "command_execution" && WRITE_REFUSED.test(endOf(item.aggregated_output))) ||
  (item.type === "mcp_tool_call" && /\b(?:rejected|cancelled)\b/.test(wordOf(fieldsOf(item.error)?.message)));

/** How a command learns that the sandbox guards a path; what ends a line so is the system's own message. */
const WRITE_REFUSED = /: Read-only file system$/m;

/** Characters of a command's output that are looked through. */
const OUTPUT_LENGTH_MAX = 16_384;

const endOf = (output: unknown): string => (typeof output === "string" ? output.slice(-OUTPUT_LENGTH_MAX) : "");

/** What a command got from the sandbox that could not be set up for it. */
const sandboxRefusal = (item: Fields): string | undefined => {
  if (item.type !== "command_execution" || !hasFailed(item)) return undefined;
  const output = wordOf(item.aggregated_output);
  return /^bwrap: /.test(output) ? output : undefined;
};

/** Commands and patches alone pass through the sandbox; a patch may fail because of it, too. */
const provesSandbox = (item: Fields): boolean =>
  item.status !== "declined" &&
  (item.type === "command_execution" || (item.type === "file_change" && !hasFailed(item)));

/** A patch that the sandbox forbids is told nowhere in the stream. */
const refusedPatches = (stderr: string): readonly string[] =>
  stderr.split("\n").flatMap((line) => {
    const why = /\bpatch rejected: ([^;]*)/.exec(line)?.[1];
    return why === undefined ? [] : [`Edit (${wordOf(why)})`];
  });
