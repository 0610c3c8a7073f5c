import type { KeyHint, ScreenProps, Size, Tone, ViewState } from "../../components/props.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { Command } from "../../core/scheduler/inputs.ts";
import { labelsOf } from "../headless/print-lines.ts";
import type { SummaryFacts } from "../headless/summary.ts";
import type { StartedLead } from "../lead/start-lead.ts";
import type { CommandContext, ScreenActions } from "./command-context.ts";
import { createFlusher, type Flusher, flushPeriodMs } from "./flush.ts";
import { choicesOf, helpSections, keyHints } from "./keymap.ts";
import type { KeyPress } from "./keys.ts";
import type { Ground } from "./navigation.ts";
import { pressed } from "./press.ts";
import type { RunWindow } from "./run-window.ts";
import { createActions } from "./session-actions.ts";
import { createScreenStore, type PendingQuestion, type ScreenStore } from "./store.ts";
import { type ScreenFacts, screenProps } from "./view-model.ts";
import { waitingItems } from "./view-model-inbox.ts";
import { listedStories } from "./view-model-stories.ts";

/** How often the clock of the screen moves on, in milliseconds: the heartbeat. */
const CLOCK_MS = 1_000;

/** What a session has done beyond its screen: leads started, the terminal left. None of these throws or waits. */
export interface SessionPorts {
  /** Starts a lead for the run that is planned in the window. */
  readonly start: () => void;
  /** Starts a lead for the run in the window, which nobody leads. */
  readonly resume: () => void;
  readonly plan: (isFresh: boolean) => void;
  /** Gives a command to a run that nobody leads: it is kept, and the run goes on. */
  readonly keep: (command: Command) => void;
  /** Hears that the run in the window has ended, or had when the window was opened. */
  readonly ended: (window: RunWindow) => void;
  /** Hears that a run is in the window that is only planned. */
  readonly planned: (window: RunWindow) => void;
  readonly leave: () => void;
  /** Opens the session of a story's agent; resolves with what is to be said about it. */
  readonly attach: (story: StoryKey) => Promise<string>;
  readonly size: () => Size;
  readonly whenReadable: () => Promise<void> | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One screen from its opening to its end: a window on a run, what the person did to the screen, what keys do. */
export class ScreenSession {
  readonly store: ScreenStore = createScreenStore();
  /** A lead that was started and has not been looked at yet: how it comes out. */
  starting: Promise<StartedLead> | undefined;
  /** Asked to stop by this screen: when the run has ended, the screen is left. */
  isStopping = false;
  /** `max_workers` that was asked for and is not answered yet: keys come faster than answers. */
  wantedWorkers: number | undefined;
  readonly #ports: SessionPorts;
  readonly #actions: ScreenActions;
  readonly #flusher: Flusher;
  readonly #clock: NodeJS.Timeout;
  #window: RunWindow;
  #label: (key: StoryKey) => string = (key) => key;
  #unsubscribe: () => void = () => {};
  #summary: SummaryFacts | undefined;
  #uncommitted: readonly string[] = [];
  #frame: ScreenProps | undefined;
  #isClosed = false;

  constructor(window: RunWindow, change: Partial<ViewState>, ports: SessionPorts) {
    this.#ports = ports;
    this.#window = window;
    this.#actions = createActions(this, ports);
    this.#flusher = createFlusher({
      draw: () => this.store.setState(({ version }) => ({ version: version + 1 })),
      whenReadable: ports.whenReadable,
      periodMs: () => flushPeriodMs(ports.size().columns * ports.size().rows),
      now: ports.now,
    });
    this.#clock = setInterval(this.#flusher.mark, CLOCK_MS);
    this.show(window, change);
  }

  get window(): RunWindow {
    return this.#window;
  }

  get view(): ViewState {
    return this.store.getState().view;
  }

  /** Looks at another run, or at the same one again. */
  show(window: RunWindow, change: Partial<ViewState>): void {
    // It was left while its lead was starting.
    if (this.#isClosed) {
      window.close();
      return;
    }
    this.#unsubscribe();
    if (window !== this.#window) this.#window.close();
    this.#window = window;
    this.#label = labelsOf(window.file.stories.map(({ key }) => key));
    this.#summary = undefined;
    this.starting = undefined;
    this.isStopping = false;
    this.wantedWorkers = undefined;
    this.#listen();
    const { selected } = this.view;
    const isThere = selected !== undefined && window.state.stories.has(selected);
    this.store.setState({ question: undefined, onText: undefined });
    this.set({ ...(isThere ? {} : { ...NEW_RUN, selected: window.file.stories[0]?.key }), ...NEW_WINDOW, ...change });
    if (this.view.view === "dashboard" && window.state.baselineQuestion !== undefined) this.set(INBOX);
    this.#flusher.markNow();
    // It may have ended between its opening and our listening.
    if (window.isLive && window.lead !== "alive") this.#onEnd();
    else if (window.lead === "ended") this.#ports.ended(window);
    else if (window.lead === "none") this.#ports.planned(window);
  }

  set(change: Partial<ViewState>): void {
    this.store.setState(({ view }) => ({ view: { ...view, ...change } }));
  }

  say(text: string, tone: Tone = "plain"): void {
    this.set({ message: { text, tone } });
  }

  /** What the summary tells beyond the run itself, once it is known. */
  tellSummary(summary: SummaryFacts): void {
    this.#summary = summary;
    this.#flusher.markNow();
  }

  /** Paths with uncommitted changes, for the confirmation of a plan. */
  tellUncommitted(paths: readonly string[]): void {
    this.#uncommitted = paths;
    this.#flusher.markNow();
  }

  /** Has the present frame drawn once more: what the terminal shows of it is not to be relied on. */
  redraw(): void {
    this.#flusher.markNow();
  }

  press(key: KeyPress): void {
    pressed(key, { store: this.store, context: this.#context() });
  }

  /** What was pasted is text, whatever is in it: outside of a prompt it does nothing. */
  paste(text: string): void {
    if (this.view.view === "prompt") this.press({ name: "", text });
  }

  /** What a movement must know. */
  ground(): Ground {
    const { state, feed } = this.#window;
    const isInbox = this.view.view === "inbox";
    return {
      listed: listedStories({ state, label: this.#label }, this.view.storyFilter),
      feed,
      choices: isInbox ? waitingItems({ state }).length : choicesOf(this.#context()).length,
      frame: this.#frame,
    };
  }

  /** What is drawn at that size now. */
  frame(size: Size): ScreenProps {
    this.#frame = screenProps(this.#facts(), this.view, size, this.#ports.now());
    return this.#frame;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#clock);
    this.#flusher.stop();
    this.#unsubscribe();
    this.#window.close();
  }

  #context(): CommandContext {
    const { selected } = this.view;
    const { state } = this.#window;
    return {
      window: this.#window,
      view: this.view,
      story: selected === undefined ? undefined : state.stories.get(selected),
      label: this.#label,
      wantedWorkers: this.wantedWorkers ?? state.maxWorkers,
      actions: this.#actions,
    };
  }

  #facts(): ScreenFacts {
    const { state, file, records, feed, lead } = this.#window;
    const context = this.#context();
    const { question } = this.store.getState();
    return {
      state,
      file,
      records,
      feed,
      label: this.#label,
      lead: lead === "ended" ? "alive" : lead,
      keys: question === undefined ? hintsOf(context) : answerHints(question),
      help: helpSections(),
      choices: choicesOf(context),
      uncommitted: this.#uncommitted,
      summary: this.#summary,
    };
  }

  #listen(): void {
    this.#unsubscribe = this.#window.subscribe({
      onEvents: (entries) => {
        // The run stands still until that is decided.
        if (this.view.view === "dashboard" && entries.some(({ event }) => event.type === "baseline.asked")) {
          this.set(INBOX);
        }
        this.#flusher.mark();
      },
      // What is not in sight is drawn with the next clock.
      onFeed: () => {
        if (this.view.view === "dashboard" && this.view.feedEnd === undefined) this.#flusher.mark();
      },
      onEnd: () => {
        this.#onEnd();
        this.#flusher.markNow();
      },
    });
  }

  /** What a person types stays; whatever else was open gives way to what just happened. */
  #onEnd(): void {
    const hasEnded = this.#window.lead === "ended";
    if (hasEnded) this.#ports.ended(this.#window);
    if (hasEnded && (this.isStopping || this.#window.state.result?.status === "paused")) {
      this.#ports.leave();
      return;
    }
    this.set({ waitsFor: undefined });
    if (this.view.view === "prompt") {
      this.say(hasEnded ? "The run has ended" : "The lead of this run is lost", "bad");
    } else {
      this.set({ view: hasEnded ? "summary" : "lost", scroll: 0, choice: 0 });
    }
  }
}

const INBOX: Partial<ViewState> = { view: "inbox", scroll: 0, choice: 0 };
/** What a screen forgets when it looks at a run with other stories. */
const NEW_RUN: Partial<ViewState> = { storyFilter: "", feedFilter: { story: undefined, text: "" } };
/** What it forgets with every new connection. */
const NEW_WINDOW: Partial<ViewState> = {
  feedEnd: undefined,
  prompt: undefined,
  message: undefined,
  waitsFor: undefined,
  scroll: 0,
  choice: 0,
};

const hintsOf = (context: CommandContext): KeyHint[] =>
  context.view.view === "prompt" ? PROMPT_HINTS : keyHints(context);

const PROMPT_HINTS: KeyHint[] = [
  { key: "⏎", label: "done" },
  { key: "esc", label: "take it back" },
];

const answerHints = ({ answers }: PendingQuestion): KeyHint[] => [
  ...Object.entries(answers).map(([key, { label }]) => ({ key, label })),
  { key: "esc", label: "keep it" },
];
