import type { StoryKey } from "../core/model/story-key.ts";

/**
 * What the panes are drawn from: plain data, ready to draw. Every text is plain (no terminal control) and cut to the
 * cells it has; only rows that are visible are in it. Built by `screenProps` of app/screen/view-model.ts.
 */

/** Cells of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What fills the screen. */
export type View =
  | "dashboard"
  | "card"
  | "help"
  | "quit"
  | "confirm"
  | "prompt"
  | "inbox"
  | "red-gates"
  | "summary"
  | "lost";

/** The pane that keys go to. */
export type PaneName = "stories" | "feed";

/** What a colour means; never the only carrier of the meaning. `cursor` is the place where typing goes on. */
export type Tone = "plain" | "strong" | "quiet" | "active" | "good" | "bad" | "warn" | "accent" | "cursor";

/** A message line: what a key did, why it does not apply, what just happened. */
export interface Notice {
  readonly text: string;
  readonly tone: Tone;
}

/** A text that is being typed. */
export interface PromptState {
  /** What is asked for: `Answer for 36-2`, `Note to the builder (may be empty)`, `Find`. */
  readonly title: string;
  /** What it is about, in full: the question of an agent. Empty where there is none. */
  readonly about: string;
  readonly text: string;
  /** UTF-16 offset in `text`, between characters. */
  readonly cursor: number;
}

/** One of the things that a dialog offers. */
export interface Choice {
  /** The key that chooses it at once. */
  readonly key: string;
  readonly label: string;
  /** What happens then, in a few words. */
  readonly hint: string;
}

/** What the feed shows: lines of one story, lines that hold a text; both may be unset. */
export interface FeedFilter {
  readonly story: StoryKey | undefined;
  readonly text: string;
}

/** What a person has done to the screen: all of the screen's own state. Never holds anything of the run. */
export interface ViewState {
  readonly view: View;
  readonly pane: PaneName;
  /** The story that keys act upon; undefined before the first key. */
  readonly selected: StoryKey | undefined;
  /** Whether the feed has the whole body. */
  readonly feedFull: boolean;
  /** Text that keys, titles or states of the listed stories hold; empty lists all. */
  readonly storyFilter: string;
  readonly feedFilter: FeedFilter;
  /** One past the last feed line shown while the feed is held; undefined follows the newest. */
  readonly feedEnd: number | undefined;
  /** First line shown of a page (card, help, confirm, summary, a long question). */
  readonly scroll: number;
  /** Index of the marked choice in a dialog, or of the marked item in the inbox. */
  readonly choice: number;
  /** Set while `view` is `prompt`. */
  readonly prompt: PromptState | undefined;
  readonly message: Notice | undefined;
  /** A finite wait that is shown with a spinner: `stopping`, `checking agents`. */
  readonly waitsFor: string | undefined;
}

/** The view state that a screen opens with. */
export const INITIAL_VIEW_STATE: ViewState = {
  view: "dashboard",
  pane: "stories",
  selected: undefined,
  feedFull: false,
  storyFilter: "",
  feedFilter: { story: undefined, text: "" },
  feedEnd: undefined,
  scroll: 0,
  choice: 0,
  prompt: undefined,
  message: undefined,
  waitsFor: undefined,
};

/** A key and what it does now. A narrow footer keeps the first ones, and the last two: help and the way out. */
export interface KeyHint {
  readonly key: string;
  readonly label: string;
}

/** Keys that belong together, for the help. */
export interface HelpSection {
  readonly title: string;
  readonly keys: readonly { readonly keys: string; readonly does: string }[];
}

/** A piece of a line in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of a pane, at most as wide as the pane is inside. */
export type Line = readonly Span[];

/** A part of the screen, in cells from its top left corner. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** Header: state, counts, clock and the progress bar; all there is where the screen is very small. */
export interface HeaderProps {
  readonly area: Rectangle;
  readonly lines: readonly Line[];
}

/** One story in the table: its cells, each padded to its column. */
export interface StoryRow {
  readonly id: StoryKey;
  readonly isSelected: boolean;
  /** By the names of `StoriesProps.columns`. */
  readonly cells: Readonly<Record<string, Line>>;
}

/** The stories pane: visible rows only. */
export interface StoriesProps {
  readonly area: Rectangle;
  readonly title: string;
  /** At the right end of the title: `3-14 of 31`, and the filter. */
  readonly remark: string;
  readonly isFocused: boolean;
  readonly hasBorder: boolean;
  readonly columns: readonly string[];
  readonly rows: readonly StoryRow[];
  /** Shown instead of rows when there are none: why. */
  readonly empty: string;
}

/** A pane of ready lines: the feed, a card, help, a dialog. */
export interface LinesProps {
  readonly area: Rectangle;
  readonly title: string;
  /** At the right end of the title: `follows`, `held, 120 newer lines`, `1-20 of 80`. */
  readonly remark: string;
  readonly isFocused: boolean;
  readonly hasBorder: boolean;
  readonly lines: readonly Line[];
  /** The first line shown, and the largest that this may be: what keys may scroll to. */
  readonly scroll: { readonly first: number; readonly max: number };
}

/** The last rows: a message line where there is room, and the keys that work now. */
export interface FooterProps {
  readonly area: Rectangle;
  readonly message: Line | undefined;
  readonly keys: Line | undefined;
  /** Whether the message tells of a finite wait: a spinner turns before it. */
  readonly waitsFor: boolean;
}

/** The whole screen. A part that is undefined has no room or no place in this view. */
export interface ScreenProps {
  readonly size: Size;
  readonly header: HeaderProps;
  readonly stories: StoriesProps | undefined;
  readonly feed: LinesProps | undefined;
  /** A page (card, help, confirm, summary) or a dialog (quit, prompt, inbox, lost). */
  readonly page: LinesProps | undefined;
  readonly footer: FooterProps;
}
