import type { PromptState } from "../../components/props.ts";
import { plainText } from "../../core/model/plain-text.ts";
import type { KeyPress } from "./keys.ts";

/** Longest text that can be typed or pasted, in characters; the lead takes no longer one. */
const PROMPT_CHARACTERS_MAX = 100_000;

/** A prompt after a key; the same prompt when the key means nothing to it. */
export const editPrompt = (prompt: PromptState, { name, text }: KeyPress): PromptState => {
  if (text !== "") return insertText(prompt, text);
  const { cursor } = prompt;
  const all = prompt.text;
  switch (name) {
    case "left":
      return { ...prompt, cursor: before(all, cursor) };
    case "right":
      return { ...prompt, cursor: after(all, cursor) };
    case "home":
    case "ctrl+a":
      return { ...prompt, cursor: all.lastIndexOf("\n", cursor - 1) + 1 };
    case "end":
    case "ctrl+e": {
      const end = all.indexOf("\n", cursor);
      return { ...prompt, cursor: end === -1 ? all.length : end };
    }
    case "backspace":
      return cut(prompt, before(all, cursor), cursor);
    case "delete":
    case "ctrl+d":
      return cut(prompt, cursor, after(all, cursor));
    case "ctrl+u":
      return cut(prompt, 0, cursor);
    case "ctrl+w":
      return cut(prompt, wordStart(all, cursor), cursor);
    case "ctrl+j":
      return insertText(prompt, "\n");
    default:
      return prompt;
  }
};

/** A prompt with a text put in at the cursor, made plain: what is pasted may hold anything. */
export const insertText = (prompt: PromptState, pasted: string): PromptState => {
  const text = plainText(pasted).slice(0, Math.max(0, PROMPT_CHARACTERS_MAX - prompt.text.length));
  const head = prompt.text.slice(0, prompt.cursor);
  return { ...prompt, text: head + text + prompt.text.slice(prompt.cursor), cursor: head.length + text.length };
};

const cut = (prompt: PromptState, from: number, to: number): PromptState => ({
  ...prompt,
  text: prompt.text.slice(0, from) + prompt.text.slice(to),
  cursor: from,
});

const wordStart = (text: string, cursor: number): number => Math.max(0, text.slice(0, cursor).search(/\S+\s*$/));

/** Where a person sees one character there may be several: an emoji, a letter with its accents. */
const before = (text: string, cursor: number): number => {
  let last = 0;
  for (const { index } of new Intl.Segmenter().segment(text.slice(0, cursor))) last = index;
  return last;
};

const after = (text: string, cursor: number): number => {
  const [first] = new Intl.Segmenter().segment(text.slice(cursor));
  return cursor + (first?.segment.length ?? 0);
};
