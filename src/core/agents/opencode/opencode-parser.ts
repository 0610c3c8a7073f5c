import { addUsage, NO_USAGE } from "../../model/usage.ts";
import type { AgentEvent, AgentParser } from "../agent.ts";
import { type Fields, fieldsOf, textOf, wordOf } from "../reading/fields.ts";
import { createJsonLines } from "../reading/json-lines.ts";
import { createSpokenText } from "../reading/spoken-text.ts";
import { createOpencodeTools } from "./opencode-tools.ts";
import { usageOfStep } from "./opencode-usage.ts";
import { createOpencodeVerdict } from "./opencode-verdict.ts";

/**
 * A parser for `--format json`. HALT and QUESTION are read from what the agent says in its last step, in which no tool
 * and no sub-agent speaks. What a turn comes to is up to `OpencodeVerdict`.
 */
export const createOpencodeParser = (): AgentParser => {
  const spoken = createSpokenText();
  const tools = createOpencodeTools();
  const verdict = createOpencodeVerdict();
  let usage = NO_USAGE;

  const text = (part: Fields): AgentEvent[] => {
    if (part.synthetic === true || part.ignored === true) return ownWords(part);
    const said = textOf(part.text) ?? "";
    if (said.trim() === "") return [];
    spoken.say(said);
    return [{ t: "text", text: said }];
  };

  /** Words that opencode itself puts into the conversation. */
  const ownWords = (part: Fields): AgentEvent[] => {
    if (fieldsOf(part.metadata)?.compaction_continue !== true) return [];
    verdict.goesOn();
    const id = wordOf(part.id);
    // Shown as a tool, which says that the turn is not over.
    return [
      { t: "tool-start", id, name: "compaction", detail: "shortens the conversation" },
      { t: "tool-end", id, ok: true },
    ];
  };

  const finishStep = (part: Fields): AgentEvent[] => {
    const used = usageOfStep(part);
    usage = addUsage(usage, used);
    return [{ t: "usage", usage: used }, ...verdict.stepFinished(wordOf(part.reason), spoken.finalText())];
  };

  const understood = (line: Fields): readonly AgentEvent[] | undefined => {
    const part = fieldsOf(line.part) ?? {};
    switch (line.type) {
      case "step_start":
        verdict.stepStarted();
        spoken.startAnew();
        return [];
      case "text":
        return text(part);
      case "reasoning":
        return [];
      case "tool_use":
        verdict.toolEnded();
        spoken.startAnew();
        return tools.ended(part);
      case "step_finish":
        return finishStep(part);
      case "error":
        return verdict.error(line);
      default:
        return undefined;
    }
  };

  const lines = createJsonLines({
    sessionOf: (fields) => fields.sessionID,
    sessionPattern: SESSION_ID,
    understand: (fields) => {
      const events = understood(fields);
      // Having given up, only what it costs until it is stopped matters.
      return verdict.gaveUp() ? events?.filter(MATTERS_STILL) : events;
    },
  });

  return {
    line: lines.line,
    end: (exit) => ({
      end: verdict.judge(exit, tools.lastRejected(), lines.strayLine()),
      ...lines.told(),
      notes: tools.notes(exit.stderr ?? ""),
      usage,
      lastLines: spoken.lastLines(),
      finalText: spoken.finalText(),
      closingText: spoken.closingText(),
    }),
  };
};

/** opencode's own form. */
const SESSION_ID = /^ses_[\dA-Za-z]{1,100}$/;

const MATTERS_STILL = ({ t }: AgentEvent): boolean => t === "usage" || t === "failed";
