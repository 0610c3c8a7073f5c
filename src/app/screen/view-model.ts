import { innerSize, layoutOf } from "../../components/layout.ts";
import type { Choice, HelpSection, KeyHint, Notice, ScreenProps, Size, ViewState } from "../../components/props.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import type { RunFile } from "../../core/engine/run-file.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { StoryRecords } from "../headless/story-record.ts";
import type { SummaryFacts } from "../headless/summary.ts";
import { cardContent } from "./view-model-card.ts";
import { confirmContent } from "./view-model-confirm.ts";
import { lostContent, promptContent, quitContent } from "./view-model-dialogs.ts";
import { feedProps } from "./view-model-feed.ts";
import { footerProps } from "./view-model-footer.ts";
import { headerProps } from "./view-model-header.ts";
import { helpContent } from "./view-model-help.ts";
import { inboxContent, redGatesContent } from "./view-model-inbox.ts";
import { type PageContent, pageProps } from "./view-model-page.ts";
import { standingNotice } from "./view-model-state.ts";
import { storiesProps } from "./view-model-stories.ts";
import { summaryContent } from "./view-model-summary.ts";

/** What the screen sees of the feed's ring buffer. Lines are numbered from 0 in the order they came. */
export interface FeedWindow {
  /** Number of the oldest line that is kept. */
  readonly start: number;
  /** One past the number of the newest line. */
  readonly end: number;
  /** When this client began to listen, epoch milliseconds: before that nobody can say who was silent. */
  readonly sinceMs: number;
  at(number: number): FeedLine | undefined;
  /** The newest line of a story, kept in the ring or not. */
  lastOf(story: StoryKey): FeedLine | undefined;
}

/** What is known of the run and of the keys when a frame is drawn. */
export interface ScreenFacts {
  readonly state: RunState;
  readonly file: RunFile;
  readonly records: StoryRecords;
  readonly feed: FeedWindow;
  /** How stories are called: `labelsOf` of the run's keys, made once. */
  readonly label: (key: StoryKey) => string;
  /** `lost`: its process is gone and the run has not ended. `none`: not started yet (the confirmation). */
  readonly lead: "alive" | "lost" | "none";
  /** The keys that work now, most important first. */
  readonly keys: readonly KeyHint[];
  /** The help, from the key table. */
  readonly help: readonly HelpSection[];
  /** What the dialog that is open offers (quit, lost), from the key table. */
  readonly choices: readonly Choice[];
  /** Paths with uncommitted changes, for the confirmation before the first start. */
  readonly uncommitted: readonly string[];
  /** What the summary tells besides the state; undefined until the run has ended. */
  readonly summary: SummaryFacts | undefined;
}

/** What is drawn: a pure function of what is known, what the person did, the terminal's size and the time. */
export const screenProps = (facts: ScreenFacts, view: ViewState, size: Size, nowMs: number): ScreenProps => {
  const request = {
    size,
    view: view.view,
    pane: view.pane,
    feedFull: view.feedFull,
    stories: facts.state.stories.size,
  };
  // How high a dialog wants to be depends on how wide it is, which the first look tells.
  const first = layoutOf({ ...request, dialogLines: 0 });
  const content = first.page && contentOf(facts, view, innerSize(first.page, first.kind === "full").columns, nowMs);
  const layout = layoutOf({ ...request, dialogLines: content?.lines.length ?? 0 });
  const hasBorder = layout.kind === "full";
  const message: Notice | undefined =
    view.waitsFor === undefined ? (view.message ?? standingNotice(facts)) : { text: view.waitsFor, tone: "active" };
  return {
    size,
    header: headerProps(facts, { kind: layout.kind, area: layout.header, message, nowMs }),
    stories: layout.stories && storiesProps(facts, view, { area: layout.stories, hasBorder, nowMs }),
    feed: layout.feed && feedProps(facts, view, { area: layout.feed, hasBorder }),
    page: layout.page && content && pageProps(content, { area: layout.page, hasBorder, scroll: view.scroll }),
    footer: footerProps(facts, view, layout.footer),
  };
};

const contentOf = (facts: ScreenFacts, view: ViewState, columns: number, nowMs: number): PageContent | undefined => {
  switch (view.view) {
    case "dashboard":
      return undefined;
    case "card":
      return cardContent(facts, view.selected, { columns, nowMs });
    case "help":
      return helpContent(facts.help, columns);
    case "quit":
      return quitContent(facts, view.choice, columns);
    case "confirm":
      return confirmContent(facts, columns);
    case "prompt":
      return promptContent(view.prompt, columns);
    case "inbox":
      return inboxContent(facts, view.choice, columns);
    case "red-gates":
      return redGatesContent(facts, columns);
    case "summary":
      return summaryContent(facts, columns);
    case "lost":
      return lostContent(facts, view.choice, columns);
  }
};
