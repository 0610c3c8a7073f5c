import { NO_USAGE, type Usage } from "../../model/usage.ts";
import type { AgentEvent, AgentParser } from "../agent.ts";
import type { Fields } from "../reading/fields.ts";
import { createJsonLines, UUID } from "../reading/json-lines.ts";
import { failureWithoutResult } from "./gemini-failure.ts";
import { createGeminiJudge } from "./gemini-judge.ts";
import { createGeminiSpeech } from "./gemini-speech.ts";
import { createGeminiTools } from "./gemini-tools.ts";
import { geminiUsage } from "./gemini-usage.ts";

/**
 * A parser for `--output-format stream-json`. The turn is judged by its last `result` line and what led to it: exit
 * status 0 is no proof, a loop and a conversation that is too long call themselves a success, and without that line the
 * turn has failed. HALT and QUESTION are read from what the model said after its last tool; the prompt, which the stream
 * repeats, is not heard.
 */
export const createGeminiParser = (): AgentParser => {
  const speech = createGeminiSpeech();
  const tools = createGeminiTools();
  const judge = createGeminiJudge();
  let usage: Usage = NO_USAGE;
  let hasActed = false;

  const message = ({ role, content, delta }: Fields): AgentEvent[] | undefined => {
    if (role === "user") return speech.pause();
    if (role !== "assistant" || typeof content !== "string") return undefined;
    hasActed = true;
    judge.goesOn();
    return delta === true ? speech.add(content) : [...speech.pause(), ...speech.add(content), ...speech.pause()];
  };

  const tool = (events: readonly AgentEvent[]): AgentEvent[] => {
    const before = speech.pause();
    hasActed = true;
    speech.startAnew();
    return [...before, ...events];
  };

  const result = (fields: Fields): AgentEvent[] => {
    const before = speech.pause();
    usage = geminiUsage(fields.stats, hasActed);
    const finalText = speech.spoken.finalText();
    const { kind, ...told } = judge.result(fields, speech.hasAnswered(), finalText);
    const used: AgentEvent = { t: "usage", usage };
    if ("cause" in told) return [...before, used, { t: "failed", ...told }];
    return [...before, used, { t: "finished", text: finalText }];
  };

  const understood = (fields: Fields): readonly AgentEvent[] | undefined => {
    switch (fields.type) {
      case "init":
        return [];
      case "message":
        return message(fields);
      case "tool_use":
        return tool([tools.start(fields)]);
      case "tool_result":
        return tool(tools.end(fields));
      case "error":
        return [...speech.pause(), { t: "notice", text: `Gemini CLI: ${judge.remark(fields)}` }];
      case "result":
        return result(fields);
      default:
        return undefined;
    }
  };

  const lines = createJsonLines({
    sessionOf: ({ type, session_id: id }) => (type === "init" ? id : undefined),
    sessionPattern: UUID,
    understand: understood,
  });

  return {
    line: lines.line,
    end(exit) {
      speech.pause();
      return {
        end: judge.end(exit) ?? failureWithoutResult(exit, lines.session() !== undefined, lines.strayLine()),
        ...lines.told(),
        notes: tools.notes(),
        usage,
        lastLines: speech.spoken.lastLines(),
        finalText: speech.spoken.finalText(),
        closingText: speech.spoken.closingText(),
      };
    },
  };
};
