import type { AgentEvent } from "../agent.ts";
import { textOf } from "../reading/fields.ts";
import { createSpokenText, type SpokenText } from "../reading/spoken-text.ts";

/** What the agent of a turn said. Its final text is its last message, and none where a tool came after that. */
export interface CodexSpeech extends Pick<SpokenText, "lastLines" | "finalText" | "closingText"> {
  /** The text of an `agent_message`. */
  say(text: unknown): readonly AgentEvent[];
  /** Something else begins: a tool. */
  goOn(): void;
}

/** Creates a speech in which nothing was said yet. */
export const createCodexSpeech = (): CodexSpeech => {
  const spoken = createSpokenText();
  let endsWithWords = false;
  return {
    say(value) {
      const text = textOf(value);
      if (text === undefined || text.trim() === "") return [];
      endsWithWords = true;
      spoken.startAnew();
      spoken.say(text);
      return [{ t: "text", text }];
    },
    goOn() {
      endsWithWords = false;
    },
    lastLines: spoken.lastLines,
    finalText: () => (endsWithWords ? spoken.finalText() : ""),
    closingText: spoken.closingText,
  };
};
