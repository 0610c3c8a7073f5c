import { setTimeout } from "node:timers/promises";

/** The mouth of the demo agent: lines of our own event model (product.md, Machine contract), at a human pace. */
export interface Voice {
  say(text: string): Promise<void>;
  /** Announces a tool, has it do its work, and tells how that went; a tool that returns false has failed. */
  use(name: string, detail: string, work: () => Promise<unknown>): Promise<void>;
  session(id: string): void;
  /** The last words, with what the turn is said to have cost. */
  finish(text: string): void;
}

/** What a step takes at the normal pace, in milliseconds, less and more by turns so that agents do not march in step. */
const STEP_MS = [380, 620, 450, 540] as const;

/** What the invented numbers are made of: tokens of a first look at a project, and prices in dollars a token. */
const TOKENS_AT_FIRST = 9_400;
const TOKENS_A_STEP = 1_850;
const CHARACTERS_A_TOKEN = 4;
const INPUT_USD = 0.8e-6;
const OUTPUT_USD = 12e-6;

/** A voice that writes lines to `write`. `seed` moves its rhythm. */
export const createVoice = (write: (line: string) => void, pace: number, seed: number): Voice => {
  let steps = 0;
  let characters = 0;
  const line = (event: Readonly<Record<string, unknown>>): void => {
    const text = JSON.stringify(event);
    characters += text.length;
    write(`${text}\n`);
  };
  const pause = async (): Promise<void> => {
    const ms = (STEP_MS[(seed + steps++) % STEP_MS.length] ?? 0) * pace;
    if (ms > 0) await setTimeout(ms);
  };
  return {
    say: async (text) => {
      line({ t: "text", text });
      await pause();
    },
    use: async (name, detail, work) => {
      const id = `tool-${steps}`;
      line({ t: "tool-start", id, name, detail });
      await pause();
      line({ t: "tool-end", id, ok: (await work()) !== false });
    },
    session: (id) => line({ t: "session", id }),
    finish: (text) => {
      const inputTokens = TOKENS_AT_FIRST + steps * TOKENS_A_STEP;
      const outputTokens = Math.ceil((characters + text.length) / CHARACTERS_A_TOKEN) + 1;
      const usd = Number((inputTokens * INPUT_USD + outputTokens * OUTPUT_USD).toFixed(4));
      line({ t: "usage", inputTokens, outputTokens, cachedTokens: inputTokens - TOKENS_AT_FIRST, usd });
      line({ t: "finished", text });
    },
  };
};
