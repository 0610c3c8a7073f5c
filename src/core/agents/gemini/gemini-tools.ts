import type { AgentEvent } from "../agent.ts";
import { denialNotes } from "../reading/denial-notes.ts";
import { type Fields, fieldsOf, textOf, wordOf } from "../reading/fields.ts";
import { BUILD_FILE_ADVICE } from "./gemini-policy.ts";

/** Tools under way, and denials, that are remembered. */
const REMEMBERED_MAX = 1_000;

interface Tool {
  readonly name: string;
  readonly detail: string;
}

/** Follows the tools of a turn: what they do, whether they were allowed. */
export interface GeminiTools {
  /** A `tool_use` line. */
  start(line: Fields): AgentEvent;
  /** A `tool_result` line. A command that failed counts as done: its exit status is nowhere. */
  end(line: Fields): AgentEvent[];
  /** What a person should know: which actions were not allowed. The turn itself goes on and ends well. */
  notes(): readonly string[];
}

/** Creates a view on the tools of one turn. */
export const createGeminiTools = (): GeminiTools => {
  const running = new Map<string, Tool>();
  const denied = new Set<string>();
  return {
    start(line) {
      const id = wordOf(line.tool_id);
      const tool = { name: wordOf(line.tool_name) || "tool", detail: detailOf(fieldsOf(line.parameters)) };
      if (running.size < REMEMBERED_MAX) running.set(id, tool);
      return { t: "tool-start", id, ...tool };
    },
    end(line) {
      const id = wordOf(line.tool_id);
      const { name, detail } = running.get(id) ?? { name: "tool", detail: "" };
      running.delete(id);
      const isDenied = wasDenied(line, name);
      const ended: AgentEvent = { t: "tool-end", id, ok: line.status === "success" && !isDenied };
      if (!isDenied || denied.size >= REMEMBERED_MAX) return [ended];
      denied.add(`${name} ${detail}`.trim());
      return [ended, { t: "denied", name, detail }];
    },
    notes: () => denialNotes(denied),
  };
};

const detailOf = (parameters: Fields | undefined): string => {
  const key = TELLING.find((name) => typeof parameters?.[name] === "string");
  return key === undefined ? "" : wordOf(parameters?.[key]);
};

/** What tells best what a tool does, the best first. */
const TELLING = ["command", "file_path", "pattern", "dir_path", "query", "url", "agent_name", "title", "prompt"];

/** Tools that a permission takes away: calling one is called an unknown tool then. */
const WITHHELD = new Set([
  ...["write_file", "replace", "run_shell_command", "web_fetch", "activate_skill", "ask_user"],
  ...["enter_plan_mode", "exit_plan_mode"],
]);

const wasDenied = (line: Fields, name: string): boolean => {
  const error = fieldsOf(line.error);
  // A shell command with a part that cannot be judged is refused as a success.
  if (error === undefined) return name === "run_shell_command" && REFUSED_OUTPUT.test(textOf(line.output) ?? "");
  const message = textOf(error.message) ?? "";
  if (message.includes(BUILD_FILE_ADVICE)) return false;
  if (error.type === "tool_not_registered") return WITHHELD.has(name);
  return error.type === "policy_violation" || NEEDS_PERSON.test(message);
};

const REFUSED_OUTPUT = /^Blocked: [a-z ]+ detected in shell command\.?\s*$/;
const NEEDS_PERSON = /requires user confirmation, which is not supported in non-interactive mode/;
