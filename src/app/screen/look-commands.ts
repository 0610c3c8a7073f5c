import type { ViewState } from "../../components/props.ts";
import { isUnfinished } from "../lead/runs.ts";
import type { CommandContext } from "./command-context.ts";
import type { ScreenCommand } from "./commands.ts";
import { waitingItems } from "./view-model-inbox.ts";

/** Whether agents may be at work that leaving would leave alone. */
const isLed = ({ window }: CommandContext): boolean => window.lead === "alive" && window.state.phase !== "ended";

const FILTERS_OFF = { storyFilter: "", feedFilter: { story: undefined, text: "" } } as const;

const isFeed = ({ pane, feedFull }: ViewState): boolean => feedFull || pane === "feed";

const hasFilter = ({ storyFilter, feedFilter }: ViewState): boolean =>
  storyFilter !== "" || feedFilter.text !== "" || feedFilter.story !== undefined;

/** What keys do to the screen alone, and how it is left. */
export const LOOK_COMMANDS = {
  card: {
    does: "the story's card, whole; again: back",
    hint: "card",
    problem: ({ story }) => (story === undefined ? "no story is selected" : undefined),
    act: ({ actions }) => actions.set({ view: "card", scroll: 0 }),
  },
  pane: {
    does: "to the other pane: stories, feed",
    hint: "pane",
    act: ({ view, actions }) =>
      actions.set({ pane: isFeed(view) ? "stories" : "feed", ...(view.feedFull ? { feedFull: false } : {}) }),
  },
  "feed-full": {
    does: "the feed over the whole screen; again: back",
    hint: ({ view }) => (view.feedFull ? "feed small" : "feed full"),
    act: ({ view, actions }) => actions.set({ feedFull: !view.feedFull, pane: view.feedFull ? "stories" : "feed" }),
  },
  "feed-of-story": {
    does: "the feed of the selected story alone; again: of all",
    hint: ({ view }) => (view.feedFilter.story === undefined ? "its feed" : "all feed"),
    problem: ({ story }) => (story === undefined ? "no story is selected" : undefined),
    act: ({ view, story, actions }) => {
      const other = view.feedFilter.story === undefined ? story?.story.key : undefined;
      actions.set({ feedFilter: { ...view.feedFilter, story: other }, feedEnd: undefined });
    },
  },
  find: {
    does: "find: list the stories, or the feed's lines, with a text",
    hint: "find",
    act: ({ view, actions }) => {
      const inFeed = isFeed(view);
      actions.prompt({ title: inFeed ? "Find in the feed" : "Find stories", about: "" }, (text) =>
        actions.set(inFeed ? { feedFilter: { ...view.feedFilter, text }, feedEnd: undefined } : { storyFilter: text }),
      );
    },
  },
  inbox: {
    does: "the inbox: what waits for you",
    hint: "inbox",
    problem: ({ window }) => (waitingItems(window).length === 0 ? "nothing waits for you" : undefined),
    act: ({ actions }) => actions.set({ view: "inbox", choice: 0, scroll: 0 }),
  },
  help: {
    does: "the keys",
    hint: "help",
    act: ({ actions }) => actions.set({ view: "help", scroll: 0 }),
  },
  back: {
    does: "back; on the dashboard: filters off, the feed follows",
    hint: "back",
    problem: (context) =>
      context.view.view === "dashboard" && !hasSomethingToLeave(context)
        ? "nothing to go back from; q leaves"
        : undefined,
    act: (context) => {
      const { view, actions } = context;
      if (view.view === "red-gates") actions.set({ view: "inbox", scroll: 0 });
      else if (view.view !== "dashboard") actions.set({ view: "dashboard", scroll: 0, choice: 0 });
      else if (hasFilter(view)) actions.set({ ...FILTERS_OFF, feedEnd: undefined });
      else if (view.feedFull) actions.set({ feedFull: false, feedEnd: undefined, pane: "stories" });
      else if (view.feedEnd !== undefined) actions.set({ feedEnd: undefined });
      else actions.set({ view: isUnfinished(context.window.state) ? "lost" : "summary", scroll: 0, choice: 0 });
    },
  },
  quit: {
    does: "quit; asks when agents run: leave it running, stop and save, or stay",
    hint: "quit",
    act: (context) => {
      const { window, view, actions } = context;
      if (isLed(context)) actions.set({ view: "quit", choice: 0, scroll: 0 });
      else if (window.lead === "lost" && view.view !== "lost") actions.set({ view: "lost", choice: 0, scroll: 0 });
      else actions.leave();
    },
  },
  "quit-unfinished": {
    does: "quit: the run can be resumed at any time",
    hint: "quit",
    act: ({ actions }) => actions.leave(),
  },
  "leave-running": {
    does: "leave it running: agents go on, `storyboard` comes back to it",
    hint: "leave it running",
    act: ({ actions }) => actions.leave(),
  },
  "stop-and-save": {
    does: "stop and save: agents are stopped, the run can be resumed",
    hint: "stop and save",
    act: ({ actions }) => actions.stopAndLeave(),
  },
  stay: {
    does: "stay",
    hint: "stay",
    act: ({ actions }) => actions.set({ view: "dashboard", choice: 0 }),
  },
  start: {
    does: "start the run",
    hint: "start",
    act: ({ actions }) => actions.start(),
  },
  resume: {
    does: "resume: go on with this run where it was",
    hint: "resume",
    act: ({ actions }) => actions.resume(),
  },
  fresh: {
    does: "fresh: plan a new run, this one and its branches are kept",
    hint: "fresh",
    act: ({ actions }) => actions.plan(true),
  },
  look: {
    does: "look at the run as it was",
    hint: "look",
    act: ({ actions }) => actions.set({ view: "dashboard", choice: 0 }),
  },
  "plan-next": {
    does: "plan the next run",
    hint: "next run",
    // What was left unfinished is asked about first.
    act: ({ window, actions }) => {
      if (isUnfinished(window.state)) actions.set({ view: "lost", choice: 0 });
      else actions.plan(false);
    },
  },
} as const satisfies Record<string, ScreenCommand>;

const hasSomethingToLeave = ({ view, window }: CommandContext): boolean =>
  hasFilter(view) || view.feedFull || view.feedEnd !== undefined || window.lead === "ended" || window.lead === "lost";
