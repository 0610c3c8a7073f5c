import type { AgentEvent } from "../agent.ts";
import { denialNotes } from "../reading/denial-notes.ts";
import { type Fields, fieldsOf, wordOf } from "../reading/fields.ts";

/** Tools under way, and denials, that are remembered. */
const REMEMBERED_MAX = 1_000;

/** Follows the tools of a turn: what they do, whether they were allowed. */
export interface ClaudeTools {
  /** Where the agent works; paths within are shown relative to it. */
  setFolder(folder: string): void;
  /** A `tool_use` block. */
  start(block: Fields): AgentEvent;
  /** Of a block of a `user` line: a `tool_result` ends its tool, others mean nothing. */
  end(block: Fields): AgentEvent[];
  /** A denial, by its own line or by the result's list; the same one twice is told once. */
  deny(denial: Fields): AgentEvent[];
  /** What a person should know: which actions were not allowed. The turn itself goes on and ends well. */
  notes(): readonly string[];
}

/** Creates a view on the tools of one turn. */
export const createClaudeTools = (): ClaudeTools => {
  let folder = "";
  const running = new Map<string, string>();
  const denied = new Map<string, string>();

  const detailOf = (input: Fields | undefined): string => {
    const key = TELLING.find((name) => typeof input?.[name] === "string");
    const detail = key === undefined ? "" : wordOf(input?.[key]);
    return folder.length > 1 && detail.startsWith(`${folder}/`) ? detail.slice(folder.length + 1) : detail;
  };

  return {
    setFolder(path) {
      folder = path;
    },
    start(block) {
      const id = wordOf(block.id);
      const name = wordOf(block.name) || "tool";
      const detail = detailOf(fieldsOf(block.input));
      if (running.size < REMEMBERED_MAX) running.set(id, detail);
      return { t: "tool-start", id, name, detail };
    },
    end(block) {
      if (block.type !== "tool_result") return [];
      const id = wordOf(block.tool_use_id);
      running.delete(id);
      return [{ t: "tool-end", id, ok: block.is_error !== true }];
    },
    deny(denial) {
      const id = wordOf(denial.tool_use_id);
      if (denied.has(id) || denied.size >= REMEMBERED_MAX) return [];
      const name = wordOf(denial.tool_name) || "tool";
      const detail = detailOf(fieldsOf(denial.tool_input)) || (running.get(id) ?? "");
      denied.set(id, `${name} ${detail}`.trim());
      return [{ t: "denied", name, detail }];
    },
    notes: () => denialNotes(denied.values()),
  };
};

/** What tells best what a tool does, the best first. */
const TELLING = ["command", "file_path", "notebook_path", "pattern", "path", "url", "query", "skill", "description"];
