import type { ScreenProps, ViewState } from "../../components/props.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { Movement } from "./command-context.ts";
import type { FeedWindow } from "./view-model.ts";
import { scrolledFeedEnd } from "./view-model-feed.ts";

/** What a movement must know: what is listed, and what the last frame showed. */
export interface Ground {
  readonly listed: readonly StoryKey[];
  readonly feed: FeedWindow;
  /** Choices of the dialog, or items of the inbox. */
  readonly choices: number;
  readonly frame: ScreenProps | undefined;
}

/** What a movement changes in the view: a selection, a scroll, a mark. */
export const moved = (view: ViewState, movement: Movement, ground: Ground): Partial<ViewState> => {
  switch (view.view) {
    case "dashboard":
      return view.feedFull || view.pane === "feed"
        ? feedMoved(view, movement, ground)
        : selectionMoved(view, movement, ground);
    case "quit":
    case "lost":
    case "inbox":
      return { choice: within(view.choice + step(movement, 5), ground.choices) };
    case "card":
    case "help":
    case "confirm":
    case "red-gates":
    case "summary":
    case "prompt": {
      const { first = 0, max = 0 } = ground.frame?.page?.scroll ?? {};
      return { scroll: within(first + step(movement, pageRows(ground.frame?.page?.area.rows)), max + 1) };
    }
  }
};

/** More than anything there is. */
const FAR = 1_000_000_000;

const step = (movement: Movement, page: number): number => {
  switch (movement) {
    case "next":
      return 1;
    case "previous":
      return -1;
    case "first":
      return -FAR;
    case "last":
      return FAR;
    case "page-down":
      return page;
    case "page-up":
      return -page;
  }
};

/** A page less a line, so that the eye finds where it was. */
const pageRows = (rows = 10): number => Math.max(1, rows - 3);

const within = (index: number, count: number): number => Math.max(0, Math.min(index, count - 1));

const selectionMoved = (view: ViewState, movement: Movement, { listed, frame }: Ground): Partial<ViewState> => {
  const at = view.selected === undefined ? -1 : listed.indexOf(view.selected);
  const selected = listed[within(at + step(movement, pageRows(frame?.stories?.area.rows)), listed.length)];
  return selected === undefined ? {} : { selected };
};

const feedMoved = (view: ViewState, movement: Movement, { feed, frame }: Ground): Partial<ViewState> => {
  if (movement === "last") return { feedEnd: undefined };
  const rows = Math.max(1, (frame?.feed?.area.rows ?? 3) - (frame?.feed?.hasBorder === true ? 2 : 1));
  const by = movement === "first" ? -(feed.end - feed.start) : step(movement, rows);
  return { feedEnd: scrolledFeedEnd(feed, view, by, rows) };
};
