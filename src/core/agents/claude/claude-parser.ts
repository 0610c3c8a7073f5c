import type { TurnEnd } from "../../model/turn.ts";
import type { AgentEvent, AgentParser } from "../agent.ts";
import { withExit } from "../reading/exit-status.ts";
import { amountOf, type Fields, fieldsOf, objectsOf, textOf, wordOf } from "../reading/fields.ts";
import { readFinalText } from "../reading/final-text.ts";
import { createJsonLines, UUID } from "../reading/json-lines.ts";
import { createSpokenText } from "../reading/spoken-text.ts";
import { failureOfResult, failureWithoutResult } from "./claude-failure.ts";
import { readSystemLine } from "./claude-system-line.ts";
import { createClaudeTools } from "./claude-tools.ts";
import { type ClaudeTrouble, withApiError, withLimit } from "./claude-trouble.ts";
import { createClaudeUsage } from "./claude-usage.ts";

/**
 * A parser for `--output-format stream-json`. The turn is judged by its last `result` line alone: exit status 0 is no
 * proof, an error of the API calls itself `subtype: "success"`, and without that line the turn has failed. A message that
 * comes in the middle of an answer is part of it; one that comes later has a result of its own, and so does whatever
 * else goes on after a result. HALT and QUESTION are read from the result's text, in which no tool and no sub-agent
 * speaks.
 */
export const createClaudeParser = (): AgentParser => {
  const spoken = createSpokenText();
  const counted = createClaudeUsage();
  const tools = createClaudeTools();
  let trouble: ClaudeTrouble = {};
  let verdict: TurnEnd | undefined;

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
      if (failed.cause === "session-lost") lines.forgetSession();
      return [...denied, used, { t: "failed", ...failed }];
    }
    const text = textOf(fields.result) ?? "";
    spoken.conclude(text);
    verdict = readFinalText(spoken.finalText());
    // Where a prompt is still waiting in the same process, its result is the one that counts.
    const goesOn = (amountOf(fields.queued_turn_count) ?? 0) > 0;
    return [...denied, used, ...(goesOn ? [] : [{ t: "finished", text } as const])];
  };

  /** Comes before each prompt: after a result, it is that of a message, whose own result is the one that counts. */
  const begin = (fields: Fields): AgentEvent[] => {
    tools.setFolder(wordOf(fields.cwd));
    if (verdict === undefined) return [];
    verdict = undefined;
    spoken.startAnew();
    return [{ t: "notice", text: "Claude Code goes on with a message" }];
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
        if (fields.subtype === "init") return begin(fields);
        return fields.subtype === "permission_denied" ? tools.deny(fields) : readSystemLine(fields);
      case "rate_limit_event":
        trouble = withLimit(trouble, fields);
        return [];
      default:
        return SILENT_TYPES.has(fields.type) ? [] : undefined;
    }
  };

  const lines = createJsonLines({
    sessionOf: (fields) => fields.session_id,
    sessionPattern: UUID,
    understand: understood,
  });

  return {
    line: lines.line,
    end: (exit) => ({
      end:
        verdict === undefined ? failureWithoutResult(exit, lines.strayLine()) : withExit(verdict, exit, "Claude Code"),
      ...lines.told(),
      notes: tools.notes(),
      usage: counted.total(),
      lastLines: spoken.lastLines(),
      finalText: spoken.finalText(),
      closingText: spoken.closingText(),
    }),
  };
};

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
