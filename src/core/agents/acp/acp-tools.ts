import path from "node:path";
import type { AgentEvent } from "../agent.ts";
import { type Fields, fieldsOf, objectsOf, wordOf } from "../reading/fields.ts";
import type { AskedAction } from "./acp-permission.ts";

/** Tools under way, and those that have ended, that are remembered. */
const REMEMBERED_MAX = 1_000;

/** Follows the tools of a turn. */
export interface AcpTools {
  /** A `tool_call`, or a `tool_call_update`: some agents send the second without the first. */
  update(call: Fields): AgentEvent[];
  /** A tool that permission is asked for: it is announced now, if it was not before. */
  ask(call: Fields): { readonly action: AskedAction; readonly name: string; readonly detail: string };
  /** Ends what still runs: its prompt is over. */
  endAll(): AgentEvent[];
}

interface Tool {
  readonly fields: Fields;
  readonly isAnnounced: boolean;
}

/** Creates a view on the tools of one turn that works in `folder`. */
export const createAcpTools = (folder: string): AcpTools => {
  const tools = new Map<string, Tool>();
  const ended = new Set<string>();

  const announce = (id: string, fields: Fields): AgentEvent => {
    tools.set(id, { fields, isAnnounced: true });
    return { t: "tool-start", id, name: nameOf(fields), detail: detailOf(fields, folder) };
  };

  const merged = (id: string, call: Fields): Fields => ({ ...tools.get(id)?.fields, ...withoutNulls(call) });

  return {
    update(call) {
      const id = wordOf(call.toolCallId);
      if (id === "" || ended.has(id) || (!tools.has(id) && tools.size >= REMEMBERED_MAX)) return [];
      const fields = merged(id, call);
      const wasAnnounced = tools.get(id)?.isAnnounced === true;
      const isOver = fields.status === "completed" || fields.status === "failed";
      tools.set(id, { fields, isAnnounced: wasAnnounced });
      // A call is told of before the model has said what it is to do: then it waits for an update.
      const isTelling = isOver || fields.status === "in_progress" || inputOf(fields) !== undefined;
      const events: AgentEvent[] = wasAnnounced || !isTelling ? [] : [announce(id, fields)];
      if (!isOver) return events;
      tools.delete(id);
      if (ended.size >= REMEMBERED_MAX) ended.clear();
      ended.add(id);
      return [...events, { t: "tool-end", id, ok: fields.status === "completed" && !hasFailedProgram(call) }];
    },
    ask(call) {
      const id = wordOf(call.toolCallId);
      const fields = merged(id, call);
      const tool = toolOf(fields);
      const action = { kind: wordOf(fields.kind), command: commandOf(fields), paths: pathsOf(fields), tool };
      // What is asked may be a part of what the tool does; for people it is the tool.
      return { action, name: nameOf(tools.get(id)?.fields ?? fields), detail: detailOf(fields, folder) };
    },
    endAll() {
      const running = [...tools].filter(([, { isAnnounced }]) => isAnnounced);
      tools.clear();
      return running.map(([id]) => ({ t: "tool-end", id, ok: false }));
    },
  };
};

/** An update leaves out, or sets to null, what stays as it was. */
const withoutNulls = (fields: Fields): Fields =>
  Object.fromEntries(
    ["kind", "title", "status", "name", "rawInput", "locations", "content", "_meta"].flatMap((key) =>
      fields[key] === undefined || fields[key] === null ? [] : [[key, fields[key]]],
    ),
  );

const KINDS: Readonly<Record<string, string>> = {
  read: "Read",
  edit: "Edit",
  delete: "Delete",
  move: "Move",
  search: "Search",
  execute: "Run",
  think: "Think",
  fetch: "Fetch",
  switch_mode: "Switch mode",
};

const nameOf = (fields: Fields): string => {
  const given = wordOf(fieldsOf(fieldsOf(fields._meta)?.claudeCode)?.toolName) || wordOf(fields.name);
  return given || (KINDS[wordOf(fields.kind)] ?? "tool");
};

const toolOf = (fields: Fields): string =>
  wordOf(fieldsOf(fieldsOf(fields._meta)?.claudeCode)?.toolName) || wordOf(fields.name) || wordOf(fields.title);

/** What tells best what a tool does, the best first. */
const TELLING = [
  ...["file_path", "filePath", "filepath", "notebook_path", "path", "pattern", "url", "query", "skill", "description"],
];

const inputOf = (fields: Fields): string | undefined => {
  const input = fieldsOf(fields.rawInput) ?? {};
  const key = TELLING.find((name) => typeof input[name] === "string");
  return commandIn(input) ?? (key === undefined ? undefined : wordOf(input[key]));
};

const detailOf = (fields: Fields, folder: string): string => {
  const detail = inputOf(fields) ?? pathsOf(fields)[0] ?? wordOf(fields.title);
  const relative = path.isAbsolute(detail) ? path.relative(folder, detail) : "";
  return wordOf(relative === "" || relative.startsWith("..") ? detail : relative);
};

/** Some agents give a command in its input, others as what they show for it alone. */
const commandOf = (fields: Fields): string | undefined => {
  const input = fieldsOf(fields.rawInput);
  const title = typeof fields.title === "string" ? fields.title : undefined;
  return input === undefined ? title : commandIn(input);
};

const commandIn = ({ command }: Fields): string | undefined => {
  if (typeof command === "string") return command;
  // Words of a command that no shell will see are judged as if they were a line: what looks like more is refused.
  return Array.isArray(command) && command.every((word) => typeof word === "string") ? command.join(" ") : undefined;
};

/** Every file that a call names, in whichever place. */
const pathsOf = (fields: Fields): readonly string[] => {
  const input = fieldsOf(fields.rawInput) ?? {};
  const places = [...objectsOf(fields.locations), ...objectsOf(fields.content), { path: input.file_path }];
  const named = [...places.map((place) => place.path), input.filePath, input.filepath, input.path, input.notebook_path];
  return [...new Set(named.filter((name) => typeof name === "string" && name !== ""))] as readonly string[];
};

const hasFailedProgram = (call: Fields): boolean => {
  const code = fieldsOf(fieldsOf(call._meta)?.terminal_exit)?.exit_code;
  return typeof code === "number" && code !== 0;
};
