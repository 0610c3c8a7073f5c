import { plainLine, plainText } from "../../model/plain-text.ts";
import type { TurnFailureCause } from "../../model/turn.ts";
import type { AgentEvent } from "../agent.ts";

/** Characters kept of a text in an event. */
const TEXT_LENGTH_MAX = 65_536;
/** Characters kept of a name, an id or a detail. */
const WORD_LENGTH_MAX = 500;

/**
 * Reads a line of our own event model (product.md, Machine contract): a JSON object with a `t`. Undefined where the
 * line is none of these and so is text; `unknown` where it says that it is an event but is not one we understand.
 */
export const readEventLine = (line: string): AgentEvent | undefined => {
  const fields = parseObject(line);
  if (typeof fields?.t !== "string") return undefined;
  return toEvent(fields.t, fields) ?? { t: "unknown", line: plainLine(line).slice(0, TEXT_LENGTH_MAX) };
};

type Fields = Readonly<Record<string, unknown>>;

const parseObject = (line: string): Fields | undefined => {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Fields) : undefined;
  } catch {
    return undefined;
  }
};

const toEvent = (type: string, fields: Fields): AgentEvent | undefined => {
  switch (type) {
    case "text": {
      const text = textOf(fields.text);
      return text === undefined ? undefined : { t: "text", text };
    }
    case "tool-start":
      return {
        t: "tool-start",
        id: wordOf(fields.id) ?? "",
        name: wordOf(fields.name) ?? "tool",
        detail: wordOf(fields.detail) ?? "",
      };
    case "tool-end":
      return { t: "tool-end", id: wordOf(fields.id) ?? "", ok: fields.ok !== false };
    case "denied":
      return { t: "denied", name: wordOf(fields.name) ?? "tool", detail: wordOf(fields.detail) ?? "" };
    case "notice": {
      const text = wordOf(fields.text);
      return text === undefined ? undefined : { t: "notice", text };
    }
    case "usage":
      return readUsage(fields);
    case "session":
      return readSession(fields.id);
    case "finished": {
      const text = textOf(fields.text);
      return text === undefined ? { t: "finished" } : { t: "finished", text };
    }
    case "failed":
      return readFailure(fields);
    default:
      return undefined;
  }
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? plainText(value.slice(-TEXT_LENGTH_MAX)) : undefined;

const wordOf = (value: unknown): string | undefined => {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? plainLine(value.slice(0, WORD_LENGTH_MAX)) : undefined;
};

const readUsage = (fields: Fields): AgentEvent => ({
  t: "usage",
  usage: {
    inputTokens: amountOf(fields.inputTokens ?? fields.input_tokens),
    outputTokens: amountOf(fields.outputTokens ?? fields.output_tokens),
    cachedTokens: amountOf(fields.cachedTokens ?? fields.cached_tokens),
    usd: amountOf(fields.usd),
  },
});

const amountOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

/** A session id becomes an environment value, and an argument of some programs: no spaces, no leading hyphen. */
const SESSION_ID = /^[\p{L}\p{N}_][^\s\p{C}]{0,199}$/u;

const readSession = (id: unknown): AgentEvent | undefined =>
  typeof id === "string" && SESSION_ID.test(id) ? { t: "session", id } : undefined;

const CAUSES: ReadonlySet<string> = new Set<TurnFailureCause>([
  "rate-limit",
  "overloaded",
  "auth",
  "billing",
  "context",
  "turn-limit",
  "budget",
  "loop",
  "network",
  "config",
  "missing-program",
  "session-lost",
  "cancelled",
  "temporary",
  "disk-full",
  "exit",
  "other",
]);

const isCause = (value: unknown): value is TurnFailureCause => typeof value === "string" && CAUSES.has(value);

const readFailure = (fields: Fields): AgentEvent => {
  const untilMs = amountOf(fields.untilMs ?? fields.until_ms);
  return {
    t: "failed",
    cause: isCause(fields.cause) ? fields.cause : "other",
    message: textOf(fields.message) ?? "the agent reported a failure without a message",
    ...(untilMs === null ? {} : { untilMs }),
  };
};
