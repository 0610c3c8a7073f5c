import type { CommandContext } from "./command-context.ts";
import { bindingOf, commandOf, isKnownKey, type KeyBinding } from "./keymap.ts";
import type { KeyPress } from "./keys.ts";
import { editPrompt } from "./prompt-edit.ts";
import type { ScreenStore } from "./store.ts";

/** What a key press meets. */
export interface PressGround {
  readonly store: ScreenStore;
  readonly context: CommandContext;
}

/** Does what a key means now: an answer to a question, text that is typed, or a command of the key table. */
export const pressed = (key: KeyPress, ground: PressGround): void => {
  const { store, context } = ground;
  const { question, view } = store.getState();
  if (view.waitsFor !== undefined && context.window.lead === "none" && key.name !== "ctrl+c") return;
  if (view.message !== undefined) context.actions.set({ message: undefined });
  if (question !== undefined) answer(key, ground);
  else if (view.view === "prompt") type(key, ground);
  else act(key, context);
};

const answer = ({ name }: KeyPress, { store, context }: PressGround): void => {
  const chosen = store.getState().question?.answers[name];
  store.setState({ question: undefined });
  if (chosen === undefined) context.actions.say("Nothing was done");
  else chosen.act();
};

const type = (key: KeyPress, { store, context }: PressGround): void => {
  const { view, onText } = store.getState();
  const { prompt } = view;
  if (prompt === undefined) return;
  const close = (): void => {
    store.setState({ onText: undefined });
    context.actions.set({ view: onText?.from ?? "dashboard", prompt: undefined });
  };
  if (key.name === "esc" || key.name === "ctrl+c") {
    close();
  } else if (key.name === "enter") {
    close();
    onText?.onEnter(prompt.text);
  } else if (key.name === "up" || key.name === "down") {
    context.actions.move(key.name === "up" ? "previous" : "next");
  } else {
    context.actions.set({ prompt: editPrompt(prompt, key) });
  }
};

/** A key that does not apply says why. */
const act = ({ name }: KeyPress, context: CommandContext): void => {
  const binding = bindingOf(name, context.view.view);
  if (binding !== undefined) perform(binding, context);
  else if (isKnownKey(name)) context.actions.say(`${name} does nothing here; ? shows what does`, "quiet");
};

const perform = (binding: KeyBinding, context: CommandContext): void => {
  const command = commandOf(binding);
  const problem = command.problem?.(context);
  if (problem === undefined) command.act(context);
  else context.actions.say(`${binding.keys[0]}: ${problem}`, "warn");
};
