import { expect, test } from "vitest";
import { editPrompt, insertText } from "../../../src/app/screen/prompt-edit.ts";
import type { PromptState } from "../../../src/components/props.ts";

const EMPTY: PromptState = { title: "", about: "", text: "", cursor: 0 };
const typed = (...keys: string[]): string => {
  let prompt = EMPTY;
  for (const key of keys) prompt = editPrompt(prompt, { name: key, text: /^[a-z0-9+]{2,}$/.test(key) ? "" : key });
  return `${prompt.text.slice(0, prompt.cursor)}|${prompt.text.slice(prompt.cursor)}`;
};

test("text is typed, moved in and taken back, a seen character at a time", () => {
  expect(typed("a", "b", "c", "left", "x")).toBe("abx|c");
  expect(typed("a", "b", "home", "x", "end", "y")).toBe("xaby|");
  expect(typed("a", "👩🏽", "backspace")).toBe("a|");
  expect(typed("a", "👍", "left", "delete")).toBe("a|");
  expect(typed("a", "left", "left", "backspace", "delete")).toBe("|");
  expect(typed("o", "n", "e", " ", "t", "w", "o", "ctrl+w")).toBe("one |");
  expect(typed("o", "n", "e", "ctrl+u", "x")).toBe("x|");
  expect(typed("up", "f5", "ctrl+x")).toBe("|");
});

test("what is pasted is made plain and bounded", () => {
  expect(insertText(EMPTY, "\u001b[31mred\u001b[0m\r\nline\u0007").text).toBe("red\nline");
  expect(insertText(EMPTY, "x".repeat(200_000)).text).toHaveLength(100_000);
});
