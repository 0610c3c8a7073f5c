import type { TurnEnd } from "../../model/turn.ts";
import type { AgentEvent, AgentExit, AgentParser } from "../agent.ts";
import { amountOf, type Fields, fieldsOf, objectsOf, readObject, textOf, wordOf } from "../reading/fields.ts";
import { readFinalText } from "../reading/final-text.ts";
import { createSpokenText } from "../reading/spoken-text.ts";
import { failureOfResult, failureWithoutResult } from "./claude-failure.ts";
import { readSystemLine } from "./claude-system-line.ts";
import { createClaudeTools } from "./claude-tools.ts";
import { type ClaudeTrouble, withApiError, withLimit } from "./claude-trouble.ts";
import { createClaudeUsage } from "./claude-usage.ts";

/** Characters kept of a line that is not understood. */
const UNKNOWN_LENGTH_MAX = 65_536;

/**
 * A parser for `--output-format stream-json`. The turn is judged by its last `result` line alone: exit status 0 is no
 * proof, an error of the API calls itself `subtype: "success"`, and without that line the turn has failed. HALT and
 * QUESTION are read from the result's text, in which no tool and no sub-agent speaks.
 */
export const createClaudeParser = (): AgentParser => {
  const spoken = createSpokenText();
  const counted = createClaudeUsage();
  const tools = createClaudeTools();
  let session: string | undefined;
  let trouble: ClaudeTrouble = {};
  let verdict: TurnEnd | undefined;
  let strayLine = "";

  const message = (fields: Fields): AgentEvent[] => {
    const content = fieldsOf(fields.message) ?? {};
    counted.addMessage(content);
    if (fields.is_api_error_message === true) {
      trouble = withApiError(trouble, fields);
      // Its words come again with the result.
      return [];
    }
    const events = objectsOf(content.content).flatMap((block) => readBlock(block, tools.start));
    // A sub-agent's words are shown, but nothing is judged by them.
    if (typeof fields.parent_tool_use_id === "string") return events;
    for (const event of events) {
      if (event.t === "text") spoken.say(event.text);
      else spoken.startAnew();
    }
    return events;
  };

  const result = (fields: Fields): AgentEvent[] => {
    const denied = objectsOf(fields.permission_denials).flatMap(tools.deny);
    const used: AgentEvent = { t: "usage", usage: counted.addResult(fields) };
    if (!isGood(fields)) {
      const { kind, ...failed } = failureOfResult(fields, trouble);
      verdict = { kind, ...failed };
      // The id that comes with it is the one that is not there.
      if (failed.cause === "session-lost") session = undefined;
      return [...denied, used, { t: "failed", ...failed }];
    }
    const text = textOf(fields.result) ?? "";
    spoken.conclude(text);
    verdict = readFinalText(spoken.finalText());
    // Where a prompt is still waiting in the same process, its result is the one that counts.
    const goesOn = (amountOf(fields.queued_turn_count) ?? 0) > 0;
    return [...denied, used, ...(goesOn ? [] : [{ t: "finished", text } as const])];
  };

  const takeSession = (fields: Fields): AgentEvent[] => {
    const id = fields.session_id;
    if (typeof id !== "string" || !SESSION_ID.test(id) || id === session) return [];
    session = id;
    return [{ t: "session", id }];
  };

  const understood = (fields: Fields): readonly AgentEvent[] | undefined => {
    switch (fields.type) {
      case "assistant":
        return message(fields);
      case "user":
        return objectsOf(fieldsOf(fields.message)?.content).flatMap(tools.end);
      case "result":
        return result(fields);
      case "system":
        if (fields.subtype === "init") tools.setFolder(wordOf(fields.cwd));
        return fields.subtype === "permission_denied" ? tools.deny(fields) : readSystemLine(fields);
      case "rate_limit_event":
        trouble = withLimit(trouble, fields);
        return [];
      default:
        return SILENT_TYPES.has(fields.type) ? [] : undefined;
    }
  };

  return {
    line(line) {
      if (line.trim() === "") return [];
      const fields = readObject(line);
      // Before the line's own events: a result may say that the session it names is gone.
      const begun = fields === undefined ? [] : takeSession(fields);
      const events = fields && understood(fields);
      if (events !== undefined) return [...begun, ...events];
      strayLine = wordOf(line);
      return [...begun, { t: "unknown", line: textOf(line.slice(0, UNKNOWN_LENGTH_MAX)) ?? "" }];
    },
    end: (exit) => ({
      end: verdict === undefined ? failureWithoutResult(exit, strayLine) : withExit(verdict, exit),
      ...(session === undefined ? {} : { session }),
      notes: tools.notes(),
      usage: counted.total(),
      lastLines: spoken.lastLines(),
      finalText: spoken.finalText(),
      closingText: spoken.closingText(),
    }),
  };
};

/** Claude Code's ids are UUIDs; anything else must not become an argument. */
const SESSION_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Lines that are known and say nothing that matters here. */
const SILENT_TYPES: ReadonlySet<unknown> = new Set([
  "stream_event",
  "control_request",
  "control_response",
  "control_cancel_request",
  "keep_alive",
  "tool_progress",
  "tool_use_summary",
  "auth_status",
]);

const readBlock = (block: Fields, startTool: (block: Fields) => AgentEvent): AgentEvent[] => {
  if (block.type === "tool_use") return [startTool(block)];
  const text = block.type === "text" ? textOf(block.text) : undefined;
  return text === undefined || text.trim() === "" ? [] : [{ t: "text", text }];
};

const isGood = ({ is_error: isError, subtype }: Fields): boolean => isError === false && subtype === "success";

const withExit = (verdict: TurnEnd, { status, signal }: AgentExit): TurnEnd => {
  if (verdict.kind === "failed" || verdict.kind === "halted" || status === 0) return verdict;
  const how = status === null ? `was killed by ${signal ?? "a signal"}` : `ended with exit status ${status}`;
  return { kind: "failed", cause: "exit", message: `Claude Code said that it was done, but ${how}` };
};
