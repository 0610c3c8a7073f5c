import type { TurnEnd } from "../../model/turn.ts";
import { NO_USAGE } from "../../model/usage.ts";
import type { AgentEvent, AgentParser } from "../agent.ts";
import { withExit } from "../reading/exit-status.ts";
import { type Fields, fieldsOf, wordOf } from "../reading/fields.ts";
import { readFinalText } from "../reading/final-text.ts";
import { createJsonLines, UUID } from "../reading/json-lines.ts";
import { errorWords, failureOfSandbox, failureOfTurn, failureWithoutEnd } from "./codex-failure.ts";
import { createCodexItems } from "./codex-items.ts";
import { createCodexSpeech } from "./codex-speech.ts";
import { readCodexUsage } from "./codex-usage.ts";

/**
 * A parser for `codex exec --json`. The turn is judged by its `turn.completed` or `turn.failed` alone: exit status 0 is
 * no proof, and without either the turn has failed. HALT and QUESTION are read from the last message, where no tool
 * came after it. Commands and patches that the sandbox refused are mostly missing from the stream.
 */
export const createCodexParser = (): AgentParser => {
  const speech = createCodexSpeech();
  const items = createCodexItems();
  let usage = NO_USAGE;
  let verdict: TurnEnd | undefined;
  let trouble = "";

  const fail = ({ kind, ...failed }: Extract<TurnEnd, { kind: "failed" }>): AgentEvent => {
    verdict = { kind, ...failed };
    // The id that was told is the one that is not there.
    if (failed.cause === "session-lost") lines.forgetSession();
    return { t: "failed", ...failed };
  };

  const complete = (fields: Fields): AgentEvent[] => {
    usage = readCodexUsage(fields.usage);
    const used: AgentEvent = { t: "usage", usage };
    const refusal = items.brokenSandbox();
    if (refusal !== undefined) return [used, fail(failureOfSandbox(refusal))];
    const text = speech.finalText();
    verdict = readFinalText(text);
    return [used, { t: "finished", text }];
  };

  const item = (told: Fields, hasEnded: boolean): readonly AgentEvent[] | undefined => {
    if (told.type === "agent_message" && hasEnded) return speech.say(told.text);
    if (told.type === "error" && hasEnded) return [{ t: "notice", text: wordOf(told.message) }];
    if (SILENT_ITEMS.has(told.type)) return [];
    const events = hasEnded ? items.end(told) : items.start(told);
    if (events?.some(({ t }) => t === "tool-start")) speech.goOn();
    return events;
  };

  const understood = (fields: Fields): readonly AgentEvent[] | undefined => {
    switch (fields.type) {
      case "thread.started":
        return [];
      case "turn.started":
        // What was said of the turn before is not this one's end.
        verdict = undefined;
        return [];
      case "item.started":
        return item(fieldsOf(fields.item) ?? {}, false);
      case "item.completed":
        return item(fieldsOf(fields.item) ?? {}, true);
      case "turn.completed":
        return complete(fields);
      case "turn.failed":
        return [fail(failureOfTurn(errorWords(fieldsOf(fields.error)?.message) || trouble, lines.session()))];
      case "error":
        trouble = errorWords(fields.message);
        return retryNotice(trouble);
      default:
        return SILENT_TYPES.has(fields.type) ? [] : undefined;
    }
  };

  const lines = createJsonLines({
    sessionOf: ({ type, thread_id: id }) => (type === "thread.started" ? id : undefined),
    sessionPattern: UUID,
    understand: understood,
  });

  return {
    line: lines.line,
    end: (exit) => ({
      end:
        verdict === undefined ? failureWithoutEnd(exit, trouble, lines.strayLine()) : withExit(verdict, exit, "Codex"),
      ...lines.told(),
      notes: items.notes(exit.stderr ?? ""),
      usage,
      lastLines: speech.lastLines(),
      finalText: speech.finalText(),
      closingText: speech.closingText(),
    }),
  };
};

/** Lines and items that are known and say nothing that matters here; a message says it when it has ended. */
const SILENT_TYPES: ReadonlySet<unknown> = new Set(["item.updated", "item.plan.delta", "request_user_input"]);
const SILENT_ITEMS: ReadonlySet<unknown> = new Set(["agent_message", "error", "reasoning", "todo_list", "plan"]);

/** Codex tries again by itself: that is no failure yet, but explains a silence. Other errors come again with the end. */
const retryNotice = (words: string): AgentEvent[] => {
  const retry = /^Reconnecting\.\.\. (?:(\d+)\/(\d+)|waiting for network) \((.*)\)$/s.exec(words);
  if (retry === null) return [];
  const [, attempt, max, why] = retry;
  const how = attempt === undefined ? "Codex waits for the network" : `Codex tries again, ${attempt} of ${max}`;
  return [{ t: "notice", text: wordOf(`${how} (${why})`) }];
};
