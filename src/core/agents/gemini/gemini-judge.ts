import type { TurnEnd } from "../../model/turn.ts";
import type { AgentExit } from "../agent.ts";
import { withExit } from "../reading/exit-status.ts";
import { type Fields, fieldsOf, textOf, wordOf } from "../reading/fields.ts";
import { readFinalText } from "../reading/final-text.ts";
import { failureOfError, failureOfRemark, failureWithoutAnswer, type GeminiError } from "./gemini-failure.ts";

/** Judges a turn by its `result` line and by the remarks before it. */
export interface GeminiJudge {
  /** An `error` line, which ends nothing by itself. @returns what it says */
  remark(line: Fields): string;
  /** The model goes on, whatever was remarked. */
  goesOn(): void;
  /** A `result` line. @returns how the turn ended, as far as that line knows */
  result(line: Fields, hasAnswered: boolean, finalText: string): TurnEnd;
  /** How the turn ended, now that the process has; undefined where there was no result. */
  end(exit: AgentExit): TurnEnd | undefined;
}

/** Creates a judge of one turn. */
export const createGeminiJudge = (): GeminiJudge => {
  let gaveUp: "loop" | "turn-limit" | undefined;
  let remarked = "";
  let error: GeminiError | undefined;
  let verdict: TurnEnd | undefined;
  return {
    remark(line) {
      remarked = wordOf(line.message);
      if (/^loop detected/i.test(remarked)) gaveUp = "loop";
      if (/^maximum session turns exceeded/i.test(remarked)) gaveUp = "turn-limit";
      return remarked;
    },
    goesOn() {
      gaveUp = undefined;
    },
    result(line, hasAnswered, finalText) {
      error = line.status === "success" ? undefined : errorOf(line, remarked);
      if (error !== undefined) verdict = failureOfError(error);
      else if (gaveUp !== undefined) verdict = failureOfRemark(gaveUp, remarked);
      else verdict = hasAnswered ? readFinalText(finalText) : failureWithoutAnswer();
      return verdict;
    },
    end(exit) {
      if (error !== undefined) return failureOfError(error, exit.status);
      return verdict === undefined ? undefined : withExit(verdict, exit, "Gemini CLI");
    },
  };
};

/** An answer that was refused has its reason in the remark before it, and none of its own. */
const errorOf = (line: Fields, remarked: string): GeminiError => {
  const { type, message } = fieldsOf(line.error) ?? {};
  const saidAtMs = Date.parse(wordOf(line.timestamp));
  return {
    name: wordOf(type),
    said: textOf(message) || remarked,
    ...(Number.isNaN(saidAtMs) ? {} : { saidAtMs }),
  };
};
