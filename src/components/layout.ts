import type { PaneName, Rectangle, Size, View } from "./props.ts";

/** Below these a screen has no room for side borders: a side pane of tmux, a low window. */
const FULL_COLUMNS_MIN = 72;
const FULL_ROWS_MIN = 16;
/** Below these only header and counts are shown. */
const NARROW_COLUMNS_MIN = 30;
const NARROW_ROWS_MIN = 8;
/** Lines of feed that are worth a pane of their own. */
const FEED_LINES_MIN = 3;
/** Share of the body that the feed keeps however many stories there are. */
const FEED_SHARE = 0.35;

/** How much of the screen there is: with borders, without them, or header and counts alone. */
export type LayoutKind = "full" | "narrow" | "tiny";

/** What decides where the panes are. */
export interface LayoutRequest {
  readonly size: Size;
  readonly view: View;
  readonly pane: PaneName;
  readonly feedFull: boolean;
  /** Stories of the run, listed or not: a filter moves no pane. */
  readonly stories: number;
  /** Lines that the dialog would like to have. */
  readonly dialogLines: number;
}

/** Where the panes are. They touch, never overlap, and never leave the screen. */
export interface ScreenLayout {
  readonly kind: LayoutKind;
  readonly header: Rectangle;
  readonly stories: Rectangle | undefined;
  readonly feed: Rectangle | undefined;
  readonly page: Rectangle | undefined;
  readonly footer: Rectangle;
}

/** Columns × rows × view: the rectangles. */
export const layoutOf = (request: LayoutRequest): ScreenLayout => {
  const { size, view } = request;
  const kind = kindOf(size);
  const isPage = view !== "dashboard";
  const headerRows = headerRowsOf(kind, size, isPage);
  const footerRows = footerRowsOf(kind, size, isPage);
  const body = rectangle(headerRows, Math.max(0, size.rows - headerRows - footerRows), size);
  const header = rectangle(0, headerRows, size);
  const footer = rectangle(size.rows - footerRows, footerRows, size);
  return { kind, header, footer, ...bodyOf(request, kind, body) };
};

/** Rows and columns that a pane has inside its frame. */
export const innerSize = (area: Rectangle, hasBorder: boolean): Size =>
  hasBorder
    ? { columns: Math.max(0, area.columns - 4), rows: Math.max(0, area.rows - 2) }
    : { columns: area.columns, rows: Math.max(0, area.rows - (hasTitle(area) ? 1 : 0)) };

/** A pane without a border has a title line where that leaves it room. */
export const hasTitle = (area: Rectangle): boolean => area.rows > 4;

const kindOf = ({ columns, rows }: Size): LayoutKind => {
  if (columns < NARROW_COLUMNS_MIN || rows < NARROW_ROWS_MIN) return "tiny";
  return columns < FULL_COLUMNS_MIN || rows < FULL_ROWS_MIN ? "narrow" : "full";
};

const headerRowsOf = (kind: LayoutKind, { rows }: Size, isPage: boolean): number => {
  if (kind !== "tiny") return 2;
  if (!isPage) return rows;
  return rows > 2 ? 1 : 0;
};

const footerRowsOf = (kind: LayoutKind, { rows }: Size, isPage: boolean): number => {
  if (kind === "full") return 2;
  if (kind === "narrow") return 1;
  return isPage && rows > 5 ? 1 : 0;
};

const rectangle = (top: number, rows: number, { columns }: Size): Rectangle => ({ left: 0, top, columns, rows });

type Body = Pick<ScreenLayout, "stories" | "feed" | "page">;

const NOTHING: Body = { stories: undefined, feed: undefined, page: undefined };
const DIALOGS: ReadonlySet<View> = new Set(["quit", "prompt", "inbox", "lost"]);

const bodyOf = (request: LayoutRequest, kind: LayoutKind, body: Rectangle): Body => {
  if (body.rows === 0) return NOTHING;
  if (request.view === "dashboard") return kind === "tiny" ? NOTHING : dashboardOf(request, kind, body);
  if (!DIALOGS.has(request.view) || kind !== "full") return { ...NOTHING, page: body };
  // A dialog stands below the stories, so that what it asks about stays in sight.
  const { stories, feed } = split(request, kind, body);
  const wanted = Math.max(request.dialogLines + 2, feed?.rows ?? 0);
  const left = body.rows - wanted;
  if (stories === undefined || left < 4) return { ...NOTHING, page: body };
  return { ...NOTHING, stories: { ...body, rows: left }, page: below(body, left) };
};

const dashboardOf = (request: LayoutRequest, kind: LayoutKind, body: Rectangle): Body => {
  if (request.feedFull) return { ...NOTHING, feed: body };
  const { stories, feed } = split(request, kind, body);
  if (feed !== undefined) return { ...NOTHING, stories, feed };
  return request.pane === "feed" ? { ...NOTHING, feed: body } : { ...NOTHING, stories: body };
};

/** The stories get what they need; the feed the rest, and its share at least. */
const split = (
  { stories }: LayoutRequest,
  kind: LayoutKind,
  body: Rectangle,
): { readonly stories: Rectangle; readonly feed: Rectangle | undefined } => {
  const frame = kind === "full" ? 2 : 1;
  const feedMin = Math.max(FEED_LINES_MIN + frame, Math.floor(body.rows * FEED_SHARE));
  const storyRows = Math.min(Math.max(stories, 1) + frame, body.rows - feedMin);
  if (storyRows < frame + 2 && storyRows < stories + frame) return { stories: body, feed: undefined };
  return { stories: { ...body, rows: storyRows }, feed: below(body, storyRows) };
};

const below = (body: Rectangle, rows: number): Rectangle => ({
  ...body,
  top: body.top + rows,
  rows: body.rows - rows,
});
