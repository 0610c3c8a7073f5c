import type { AgentEvent } from "../agent.ts";
import { amountOf, type Fields, fieldsOf, wordOf } from "../reading/fields.ts";
import type { AcpTools } from "./acp-tools.ts";

/** Characters of an unfinished line that are held back until it ends. */
const HELD_LENGTH_MAX = 16_384;
/** Characters kept of what was said last. */
const LAST_SAID_LENGTH_MAX = 1_000;

/** What an agent said of a failure without ending the turn by it. */
export interface ToldTrouble {
  readonly status: number | null;
  readonly words: string;
}

/** Reads the `session/update` notifications of a turn. Holds a bounded amount, whatever the agent sends. */
export interface AcpUpdates {
  take(update: Fields): AgentEvent[];
  /** What was said and not told yet. */
  flush(): AgentEvent[];
  /** An action was refused to the agent. */
  deny(action: string): void;
  /** What was refused last, where the agent has said and begun nothing since then. */
  lastDenial(): string | undefined;
  /** Begins a prompt: nothing was said in it. */
  begin(): void;
  /** Whether the agent said or did anything since then. */
  isSilent(): boolean;
  /** The end of what was said since then. */
  lastSaid(): string;
  /** Set where the agent's program gave the prompt up, though it answers as if all were well (codex-acp). */
  trouble(): ToldTrouble | undefined;
}

/** Creates a reader of updates; tools are followed by `tools`. */
export const createAcpUpdates = (tools: AcpTools): AcpUpdates => {
  let held = "";
  let message: unknown;
  let isSilent = true;
  let lastSaid = "";
  let status: number | null = null;
  let gaveUp = false;
  let denial: string | undefined;

  const flush = (): AgentEvent[] => {
    const text = held;
    held = "";
    return text === "" ? [] : [{ t: "text", text }];
  };

  /** Whole lines are told as they come; the line feed at their end is what parts one event from the next. */
  const say = (update: Fields): AgentEvent[] => {
    const piece = fieldsOf(update.content)?.text;
    const text = typeof piece === "string" ? piece : "";
    const isNew = update.messageId !== message;
    const before = isNew ? flush() : [];
    message = update.messageId;
    if (text.trim() !== "") {
      isSilent = false;
      denial = undefined;
    }
    lastSaid = `${isNew ? "" : lastSaid}${text}`.slice(-LAST_SAID_LENGTH_MAX);
    held += text;
    const lines = held.lastIndexOf("\n");
    if (lines < 0) return held.length > HELD_LENGTH_MAX ? [...before, ...flush()] : before;
    const told = partsOf(held.slice(0, lines));
    held = held.slice(lines + 1);
    return [...before, ...told];
  };

  const tell = (update: Fields): AgentEvent[] => {
    const codex = fieldsOf(fieldsOf(update._meta)?.codex);
    if (fieldsOf(codex?.threadStatus)?.type === "systemError") gaveUp = true;
    const error = fieldsOf(codex?.error);
    if (error === undefined) return [];
    status = httpStatusIn(fieldsOf(error.codexErrorInfo)) ?? status;
    const text = [wordOf(error.message), wordOf(error.additionalDetails)].filter((word) => word !== "").join(": ");
    return error.willRetry === true ? [{ t: "notice", text }] : [];
  };

  return {
    take(update) {
      switch (update.sessionUpdate) {
        case "agent_message_chunk":
          return say(update);
        case "tool_call":
        case "tool_call_update": {
          isSilent = false;
          const events = tools.update(update);
          if (events.some((event) => event.t === "tool-start")) denial = undefined;
          // What was said before a tool was is told before it.
          return events.length === 0 ? [] : [...flush(), ...events];
        }
        case "session_info_update":
          return tell(update);
        default:
          return [];
      }
    },
    flush,
    deny(action) {
      denial = action;
    },
    lastDenial: () => denial,
    begin() {
      isSilent = true;
      lastSaid = "";
      status = null;
      gaveUp = false;
      message = undefined;
      denial = undefined;
    },
    isSilent: () => isSilent,
    lastSaid: () => lastSaid.trim(),
    trouble: () => (gaveUp ? { status, words: lastSaid.trim() } : undefined),
  };
};

/** Lines as events, none of them longer than what is kept of one. */
const partsOf = (lines: string): AgentEvent[] => {
  const events: AgentEvent[] = [];
  let rest = lines;
  while (rest.length > HELD_LENGTH_MAX) {
    const end = rest.lastIndexOf("\n", HELD_LENGTH_MAX);
    if (end < 0) break;
    events.push({ t: "text", text: rest.slice(0, end) });
    rest = rest.slice(end + 1);
  }
  return [...events, { t: "text", text: rest }];
};

/** Codex names the kind of its error, with the HTTP status in it. */
const httpStatusIn = (info: Fields | undefined): number | null =>
  Object.values(info ?? {})
    .map((kind) => amountOf(fieldsOf(kind)?.httpStatusCode))
    .find((status) => status !== null) ?? null;
