import { plainText } from "../../model/plain-text.ts";
import type { TurnEnd } from "../../model/turn.ts";
import { addUsage, NO_USAGE } from "../../model/usage.ts";
import type { AgentEvent, AgentExit, AgentParser } from "../agent.ts";
import { readFinalText } from "../reading/final-text.ts";
import { createSpokenText } from "../reading/spoken-text.ts";
import { readEventLine } from "./event-line.ts";

/** Exit status of a program that asks for another try later (`EX_TEMPFAIL` of sysexits.h). */
const TEMPORARY_FAILURE_STATUS = 75;

/**
 * A parser for text and for lines of our own event model, mixed as they come. The final text is the text of
 * `finished`, else what was said after the last blank line of plain output and after the last tool. What the agent
 * reports itself (`failed`) weighs more than its exit status, unless it then finished after all.
 */
export const createCommandParser = (): AgentParser => {
  const spoken = createSpokenText();
  let usage = NO_USAGE;
  let session: string | undefined;
  let failure: (TurnEnd & { kind: "failed" }) | undefined;

  const finish = (text: string | undefined): void => {
    failure = undefined;
    if (text === undefined) return;
    spoken.startAnew();
    spoken.say(text);
  };

  const take = (event: AgentEvent): void => {
    if (event.t === "text") spoken.say(event.text);
    else if (event.t === "tool-start") spoken.startAnew();
    else if (event.t === "usage") usage = addUsage(usage, event.usage);
    else if (event.t === "session") session = event.id;
    else if (event.t === "finished") finish(event.text);
    else if (event.t === "failed") {
      const { t: _, ...reported } = event;
      failure = { kind: "failed", ...reported };
    }
  };

  return {
    line(line) {
      const event = readEventLine(line);
      if (event !== undefined) {
        take(event);
        return [event];
      }
      const text = plainText(line);
      if (text.trim() === "") {
        spoken.pause();
        spoken.startAnew();
        return [];
      }
      spoken.say(text);
      return [{ t: "text", text }];
    },
    end(exit) {
      const finalText = spoken.finalText();
      const lastLines = spoken.lastLines();
      return {
        end: failure ?? readEnd(exit, finalText, lastLines),
        ...(session === undefined ? {} : { session }),
        usage,
        lastLines,
        finalText,
        closingText: spoken.closingText(),
      };
    },
  };
};

const readEnd = (exit: AgentExit, finalText: string, lastLines: readonly string[]): TurnEnd => {
  const said = readFinalText(finalText);
  if (exit.status === 0) return said;
  if (exit.status === TEMPORARY_FAILURE_STATUS) {
    return { kind: "failed", cause: "temporary", message: withLines("the agent asked for a later try", lastLines) };
  }
  if (said.kind === "halted") return said;
  if (DISK_FULL.test(lastLines.join("\n"))) {
    return { kind: "failed", cause: "disk-full", message: withLines("the disk is full", lastLines) };
  }
  if (exit.status === null) {
    const signal = exit.signal ?? "a signal";
    return { kind: "failed", cause: "other", message: withLines(`the agent was killed by ${signal}`, lastLines) };
  }
  return {
    kind: "failed",
    cause: "exit",
    message: withLines(`the agent ended with exit status ${exit.status}`, lastLines),
  };
};

const DISK_FULL = /\bENOSPC\b|no space left on device|disk quota exceeded|\bEDQUOT\b/i;

/** Lines of the agent's that a message repeats; all of them are in `lastLines`. */
const MESSAGE_LINES_MAX = 5;

const withLines = (message: string, lastLines: readonly string[]): string =>
  [message, ...lastLines.slice(-MESSAGE_LINES_MAX)].join("\n");
