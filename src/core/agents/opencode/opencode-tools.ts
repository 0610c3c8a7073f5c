import type { AgentEvent } from "../agent.ts";
import { denialNotes } from "../reading/denial-notes.ts";
import { amountOf, type Fields, fieldsOf, wordOf } from "../reading/fields.ts";

/** Denials that are remembered. */
const DENIED_MAX = 1_000;

/** Follows the tools of a turn. opencode tells of one only when it has ended. */
export interface OpencodeTools {
  /** The part of a `tool_use` line: a tool that has ended. */
  ended(part: Fields): AgentEvent[];
  /** The last action that nobody was there to allow, which ends the turn; empty where there was none. */
  lastRejected(): string;
  /** What a person should know: which actions were not allowed. Of sub-agents stderr alone tells. */
  notes(stderr: string): readonly string[];
}

/** Creates a view on the tools of one turn. */
export const createOpencodeTools = (): OpencodeTools => {
  const denied = new Set<string>();
  let rejected = "";
  return {
    ended(part) {
      const id = wordOf(part.callID);
      const name = wordOf(part.tool) || "tool";
      const state = fieldsOf(part.state) ?? {};
      const detail = detailOf(state);
      const error = wordOf(state.error);
      const start: AgentEvent = { t: "tool-start", id, name, detail };
      const end: AgentEvent = { t: "tool-end", id, ok: isGood(state) };
      if (state.status !== "error" || !DENIAL.test(error)) return [start, end];
      const action = `${name} ${detail}`.trim();
      if (denied.size < DENIED_MAX) denied.add(action);
      if (REJECTION.test(error)) rejected = action;
      return [start, { t: "denied", name, detail }, end];
    },
    lastRejected: () => rejected,
    notes: (stderr) => denialNotes(rejected === "" ? [...denied, ...rejectionsIn(stderr)] : denied),
  };
};

/** Nobody was there to be asked, a rule forbids it, or the tool is not offered because a rule forbids it whole. */
const DENIAL = /^The user (?:rejected permission|has specified a rule)|^Model tried to call unavailable tool/;
const REJECTION = /^The user rejected permission/;

const rejectionsIn = (stderr: string): readonly string[] =>
  [...stderr.matchAll(/permission requested: (.{1,500}?); auto-rejecting/g)].map(([, action = ""]) => wordOf(action));

/** A command that ended badly is a completed tool to opencode. */
const isGood = (state: Fields): boolean =>
  state.status === "completed" && (amountOf(fieldsOf(state.metadata)?.exit) ?? 0) === 0;

const detailOf = (state: Fields): string => {
  const input = fieldsOf(state.input);
  // The title names files relative to the worktree, but says only what a sub-agent is for, or nothing at all.
  return wordOf(input?.command) || wordOf(state.title) || wordOf(TELLING.map((key) => input?.[key]).find(isWord));
};

const isWord = (value: unknown): boolean => typeof value === "string" && value !== "";

/** What tells best what a tool does, the best first. */
const TELLING = ["filePath", "path", "pattern", "url", "query", "name", "description"];
