import { innerSize } from "../../components/layout.ts";
import type { FeedFilter, Line, LinesProps, Rectangle, ViewState } from "../../components/props.ts";
import type { FeedLine } from "../../core/engine/feed.ts";
import { padToWidth } from "../../core/model/display-width.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import { clockSeconds } from "../machine-contract/time-words.ts";
import type { FeedWindow, ScreenFacts } from "./view-model.ts";
import { cutLine, span } from "./view-model-text.ts";

/** From here on a feed line has its time. */
const TIME_COLUMNS_MIN = 64;
/** Longest name of a story before its words, in cells. */
const LABEL_COLUMNS_MAX = 16;
/** Characters of a line that are looked at: no screen is wider. */
const WORDS_MAX = 2_000;

/** The feed pane: the newest lines, or those above where it is held. */
export const feedProps = (
  facts: ScreenFacts,
  view: ViewState,
  { area, hasBorder }: { readonly area: Rectangle; readonly hasBorder: boolean },
): LinesProps => {
  const { feed } = facts;
  const inner = innerSize(area, hasBorder);
  const end = shownEnd(feed, view.feedEnd, inner.rows);
  const entries = linesBefore(feed, view.feedFilter, end, inner.rows);
  const labelColumns = Math.min(
    LABEL_COLUMNS_MAX,
    Math.max(0, ...entries.map(({ line }) => facts.label(line.story).length)),
  );
  return {
    area,
    title: feedTitle(facts, view.feedFilter),
    remark: view.feedEnd === undefined ? "" : heldWords(feed.end - end),
    isFocused: view.view === "dashboard" && (view.pane === "feed" || view.feedFull),
    hasBorder,
    lines:
      entries.length === 0
        ? [cutLine([span(nothingYet(facts, view.feedFilter), "quiet")], inner.columns)].slice(0, inner.rows)
        : entries.map(({ line }) => feedLine(facts, line, inner.columns, labelColumns)),
    scroll: { first: 0, max: 0 },
  };
};

/**
 * Where the feed is held after scrolling by so many lines that fit the filter (up is negative); undefined when that is
 * the newest line, which lets it follow again. `rows` is the height of the pane: the first page is the end of the way up.
 */
export const scrolledFeedEnd = (
  feed: FeedWindow,
  view: Pick<ViewState, "feedFilter" | "feedEnd">,
  by: number,
  rows: number,
): number | undefined => {
  const from = shownEnd(feed, view.feedEnd, rows);
  if (by < 0) {
    const up = linesBefore(feed, view.feedFilter, from, rows - by);
    // Fewer lines than a page and the way up: the oldest page is reached.
    const last = up.length > rows ? up[Math.max(rows - 1, up.length - 1 + by)] : undefined;
    return last === undefined ? view.feedEnd : last.number + 1;
  }
  let left = by;
  for (let number = from; number < feed.end; number++) {
    const line = feed.at(number);
    if (line !== undefined && isShown(line, view.feedFilter) && --left <= 0) {
      return linesAfter(feed, view.feedFilter, number + 1) ? number + 1 : undefined;
    }
  }
  return undefined;
};

/** One past the last line shown. A feed that was held for long may have dropped what it showed: then its oldest page. */
const shownEnd = (feed: FeedWindow, heldAt: number | undefined, rows: number): number =>
  Math.min(feed.end, Math.max(heldAt ?? feed.end, feed.start + rows));

interface NumberedLine {
  readonly number: number;
  readonly line: FeedLine;
}

/** The last `count` lines before `end` that fit the filter, oldest first. */
const linesBefore = (feed: FeedWindow, filter: FeedFilter, end: number, count: number): NumberedLine[] => {
  const found: NumberedLine[] = [];
  for (let number = end - 1; number >= feed.start && found.length < count; number--) {
    const line = feed.at(number);
    if (line !== undefined && isShown(line, filter)) found.push({ number, line });
  }
  return found.reverse();
};

const linesAfter = (feed: FeedWindow, filter: FeedFilter, from: number): boolean => {
  for (let number = from; number < feed.end; number++) {
    const line = feed.at(number);
    if (line !== undefined && isShown(line, filter)) return true;
  }
  return false;
};

const isShown = (line: FeedLine, { story, text }: FeedFilter): boolean => {
  if (story !== undefined && line.story !== story) return false;
  if (text === "") return true;
  const wanted = text.toLowerCase();
  return line.text.toLowerCase().includes(wanted) || line.story.toLowerCase().includes(wanted);
};

const feedLine = (facts: ScreenFacts, line: FeedLine, columns: number, labelColumns: number): Line => {
  const words = plainLine(line.text.slice(0, WORDS_MAX));
  const phase = line.phase !== undefined && words.startsWith(line.phase) ? "" : `${(line.phase ?? "").padEnd(7)} `;
  const hasTime = columns >= TIME_COLUMNS_MIN;
  return cutLine(
    [
      ...(hasTime ? [span(`${clockSeconds(line.atMs)} `, "quiet")] : []),
      span(padToWidth(facts.label(line.story), labelColumns), "active"),
      span(" │ ", "quiet"),
      ...(hasTime ? [span(phase, "quiet")] : []),
      span(words),
    ],
    columns,
  );
};

const feedTitle = ({ label }: ScreenFacts, { story, text }: FeedFilter): string => {
  const whose = story === undefined ? "Live feed" : `Live feed of ${label(story)}`;
  return text === "" ? whose : `${whose} with “${plainLine(text)}”`;
};

const heldWords = (newer: number): string => (newer === 0 ? "held" : `held, ${newer} newer`);

const nothingYet = ({ feed }: ScreenFacts, { story, text }: FeedFilter): string => {
  if (feed.end === 0) return "Nothing said yet.";
  return story === undefined && text === "" ? "Nothing here." : "No line fits the filter.";
};
