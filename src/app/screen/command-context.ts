import type { PromptState, Tone, ViewState } from "../../components/props.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import type { StoryState } from "../../core/scheduler/state.ts";
import type { RunWindow } from "./run-window.ts";
import type { PendingQuestion } from "./store.ts";

/** Where a movement goes. */
export type Movement = "next" | "previous" | "first" | "last" | "page-down" | "page-up";

/** What commands can do to the screen and, through the lead, to the run. */
export interface ScreenActions {
  set(change: Partial<ViewState>): void;
  say(text: string, tone?: Tone): void;
  /** Gives a command to the run; `done` is said when it was taken (empty: nothing), else the reason. */
  send(command: Command, done: string): void;
  /** Asks on the message line; any other key takes the question back. */
  ask(text: string, answers: PendingQuestion["answers"]): void;
  /** Has a text typed; `onEnter` gets it, escape takes it back. */
  prompt(prompt: Pick<PromptState, "title" | "about">, onEnter: (text: string) => void): void;
  move(movement: Movement): void;
  /** Starts a lead for the run that was confirmed. */
  start(): void;
  /** Goes on with the run whose lead is gone. */
  resume(): void;
  /** Shows what a new run would do. */
  plan(isFresh: boolean): void;
  /** Opens the session of the story's agent: beside this screen where there is tmux, else in place of it. */
  attach(story: StoryKey): void;
  /** Stops the run, waits for its end and leaves. */
  stopAndLeave(): void;
  leave(): void;
}

/** What a command sees when its key is pressed. */
export interface CommandContext {
  readonly window: RunWindow;
  readonly view: ViewState;
  /** The story that keys act upon. */
  readonly story: StoryState | undefined;
  readonly label: (key: StoryKey) => string;
  /** `max_workers` with what was asked for and is not answered yet. */
  readonly wantedWorkers: number;
  readonly actions: ScreenActions;
}
