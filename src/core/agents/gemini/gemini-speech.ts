import type { AgentEvent } from "../agent.ts";
import { textOf } from "../reading/fields.ts";
import { createSpokenText, type SpokenText } from "../reading/spoken-text.ts";

/** Characters of a line that is not finished yet; a longer one is cut there. */
const PENDING_LENGTH_MAX = 1_048_576;

/**
 * What the model says, put together from the pieces that it comes in: a piece may end within a word or within an escape
 * sequence, so lines are told when they are whole.
 */
export interface GeminiSpeech {
  readonly spoken: SpokenText;
  /** A piece of a message. @returns the lines that it finished */
  add(piece: string): AgentEvent[];
  /** The message is over. @returns its last line */
  pause(): AgentEvent[];
  /** A tool comes between: what is said from here on is the final text. */
  startAnew(): void;
  /** Whether anything was said since the last tool. */
  hasAnswered(): boolean;
}

/** Creates a speech in which nothing was said yet. */
export const createGeminiSpeech = (): GeminiSpeech => {
  const spoken = createSpokenText();
  let pending = "";
  let hasAnswered = false;

  const say = (lines: string): AgentEvent[] => {
    const text = textOf(lines) ?? "";
    spoken.say(text);
    if (text.trim() === "") return [];
    hasAnswered = true;
    return [{ t: "text", text }];
  };

  const pause = (): AgentEvent[] => {
    const rest = pending;
    pending = "";
    return rest === "" ? [] : say(rest);
  };

  return {
    spoken,
    add(piece) {
      const end = piece.lastIndexOf("\n");
      if (end < 0) {
        pending += piece;
        return pending.length > PENDING_LENGTH_MAX ? pause() : [];
      }
      const lines = pending + piece.slice(0, end);
      pending = piece.slice(end + 1);
      return say(lines);
    },
    pause,
    startAnew() {
      spoken.startAnew();
      hasAnswered = false;
    },
    hasAnswered: () => hasAnswered,
  };
};
