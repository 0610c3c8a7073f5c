import type { Key } from "ink";

/** One key press: a character, or the name of a key (`enter`, `esc`, `up`, `ctrl+c`). */
export interface KeyPress {
  readonly name: string;
  /** What it types into a text; empty for keys that type nothing. */
  readonly text: string;
}

/** Keys that Ink names, in our words. */
const NAMED = [
  ["return", "enter"],
  ["escape", "esc"],
  ["tab", "tab"],
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "page-up"],
  ["pageDown", "page-down"],
  ["home", "home"],
  ["end", "end"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** What Ink heard as key presses of ours: a fast typist's or a script's keys may come several at once. */
export const keyPresses = (input: string, key: Key): KeyPress[] => {
  for (const [flag, name] of NAMED) {
    if (key[flag]) return [{ name: key.shift && name === "tab" ? "shift+tab" : name, text: "" }];
  }
  if (key.ctrl) return [{ name: `ctrl+${input}`, text: "" }];
  if (key.meta) return [];
  return [...input].map(charPress);
};

const charPress = (character: string): KeyPress => {
  if (character === "\r" || character === "\n") return { name: "enter", text: "" };
  if (character === "\t") return { name: "tab", text: "" };
  return { name: character === " " ? "space" : character, text: character };
};
