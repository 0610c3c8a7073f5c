import type { TurnEnd } from "../../model/turn.ts";
import type { AgentEvent, AgentExit } from "../agent.ts";
import { withExit } from "../reading/exit-status.ts";
import { type Fields, fieldsOf } from "../reading/fields.ts";
import { readFinalText } from "../reading/final-text.ts";
import { failure, failureOfError, failureWithoutEnd, withLog } from "./opencode-failure.ts";

/** Times that a conversation may be too long without a tool in between; opencode itself would go on for ever. */
const OVERFLOWS_MAX = 3;

/**
 * What a turn comes to, step by step. opencode has no line for a turn's end: it ended well if its last step has the
 * reason `stop`, no error came after it, and opencode left with exit status 0. A step that only shortens the
 * conversation has that reason, too.
 */
export interface OpencodeVerdict {
  stepStarted(): void;
  /** @param finalText what the agent said in the step */
  stepFinished(reason: string, finalText: string): AgentEvent[];
  toolEnded(): void;
  /** The conversation was shortened and the agent told to go on: what looked like the end was none. */
  goesOn(): void;
  /** An `error` line. */
  error(line: Fields): AgentEvent[];
  /** Whether the failure is certain and the rest repeats the same. */
  gaveUp(): boolean;
  /**
   * @param rejected the action that ended the turn because nobody was there to allow it, or nothing
   * @param strayLine the last line that was not understood
   */
  judge(exit: AgentExit, rejected: string, strayLine: string): TurnEnd;
}

/** Creates a verdict on a turn that has not begun. */
export const createOpencodeVerdict = (): OpencodeVerdict => {
  let verdict: TurnEnd | undefined;
  let overflows = 0;
  let hadOverflow = false;
  let isShortening = false;
  let gaveUp = false;

  const fail = ({ kind, ...facts }: Extract<TurnEnd, { kind: "failed" }>, final = false): AgentEvent[] => {
    verdict = { kind, ...facts };
    return [{ t: "failed", ...facts, ...(final ? { final } : {}) }];
  };

  return {
    stepStarted() {
      if (!isShortening && !gaveUp) verdict = undefined;
    },
    stepFinished(reason, finalText) {
      const wasShortening = isShortening;
      isShortening = false;
      if (wasShortening || gaveUp || GOES_ON.has(reason)) return [];
      if (reason === "length") return fail(failure("context", "an answer was cut off at the model's limit for output"));
      if (reason !== "stop") return fail(failure("other", `the model stopped for the reason ${reason || "unknown"}`));
      verdict = readFinalText(finalText);
      return [{ t: "finished", text: finalText }];
    },
    toolEnded() {
      overflows = 0;
    },
    goesOn() {
      if (verdict?.kind !== "failed") verdict = undefined;
    },
    error(line) {
      if (gaveUp) return [];
      const failed = failureOfError(line);
      if (fieldsOf(line.error)?.name !== "ContextOverflowError") return fail(failed);
      verdict = failed;
      hadOverflow = true;
      isShortening = true;
      overflows += 1;
      if (overflows < OVERFLOWS_MAX)
        return [{ t: "notice", text: "The conversation is too long; opencode shortens it" }];
      gaveUp = true;
      return fail(failed, true);
    },
    gaveUp: () => gaveUp,
    judge(exit, rejected, strayLine) {
      if (verdict?.kind === "failed") return withLog(verdict, exit);
      // After a conversation that had to be shortened, opencode leaves with exit status 1 even when all went well.
      if (verdict !== undefined && hadOverflow && exit.status === 1) return verdict;
      if (verdict !== undefined) return withExit(verdict, exit, "opencode");
      if (rejected === "" || exit.status !== 0) return failureWithoutEnd(exit, strayLine);
      return failure("other", `it stopped because an action was not allowed (${rejected})`);
    },
  };
};

/** Reasons after which opencode asks the model again. */
const GOES_ON: ReadonlySet<string> = new Set(["tool-calls", "unknown"]);
