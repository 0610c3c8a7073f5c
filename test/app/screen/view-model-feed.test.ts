import { expect, test } from "vitest";
import type { FeedWindow } from "../../../src/app/screen/view-model.ts";
import { feedProps, scrolledFeedEnd } from "../../../src/app/screen/view-model-feed.ts";
import { INITIAL_VIEW_STATE, type ViewState } from "../../../src/components/props.ts";
import { story, TestRun } from "../../support/run.ts";
import { factsOf, feedOf } from "../../support/screen.tsx";

const ROWS = 5;
const run = new TestRun([story("1-1-a"), story("1-2-b")]);
const lines = (count: number): FeedWindow =>
  feedOf(
    Array.from({ length: count }, (_, index) => ({
      atMs: index,
      story: index % 2 === 0 ? "1-1-a" : "1-2-b",
      phase: undefined,
      text: `line ${index}`,
    })),
  );

/** The numbers of the lines that the pane shows. */
const shown = (feed: FeedWindow, view: Partial<ViewState> = {}): number[] =>
  feedProps(
    factsOf(run, { feed }),
    { ...INITIAL_VIEW_STATE, ...view },
    { area: { left: 0, top: 0, columns: 60, rows: ROWS + 1 }, hasBorder: false },
  ).lines.map((line) => Number(/line (\d+)/.exec(line.map(({ text }) => text).join(""))?.[1]));

const scrolled = (feed: FeedWindow, view: Partial<ViewState>, by: number): number | undefined =>
  scrolledFeedEnd(feed, { ...INITIAL_VIEW_STATE, ...view }, by, ROWS);

test("the feed follows the newest line until it is scrolled, and then holds", () => {
  expect(shown(lines(20))).toEqual([15, 16, 17, 18, 19]);
  const feedEnd = scrolled(lines(20), {}, -1);
  expect(shown(lines(20), { feedEnd })).toEqual([14, 15, 16, 17, 18]);
  expect(shown(lines(500), { feedEnd })).toEqual([14, 15, 16, 17, 18]);
});

test("scrolling down to the newest line follows again", () => {
  expect(scrolled(lines(20), { feedEnd: 18 }, 1)).toBe(19);
  expect(scrolled(lines(20), { feedEnd: 18 }, 2)).toBeUndefined();
  expect(scrolled(lines(20), { feedEnd: 18 }, 100)).toBeUndefined();
});

test("scrolling up ends at the oldest page, however far it is asked to go", () => {
  expect(shown(lines(20), { feedEnd: scrolled(lines(20), {}, -1000) })).toEqual([0, 1, 2, 3, 4]);
  expect(scrolled(lines(3), {}, -1)).toBeUndefined();
});

test("a filter counts only the lines that it lets through, up and down", () => {
  const feedFilter = { story: "1-2-b", text: "" };
  expect(shown(lines(20), { feedFilter })).toEqual([11, 13, 15, 17, 19]);
  const feedEnd = scrolled(lines(20), { feedFilter }, -2);
  expect(shown(lines(20), { feedFilter, feedEnd })).toEqual([7, 9, 11, 13, 15]);
  expect(scrolled(lines(20), { feedFilter, feedEnd }, 2)).toBeUndefined();
  expect(shown(lines(20), { feedFilter: { story: undefined, text: "LINE 1" } })).toEqual([15, 16, 17, 18, 19]);
});

test("a held feed whose lines were dropped meanwhile shows the oldest that are left", () => {
  const all = lines(100);
  const ring: FeedWindow = { ...all, start: 90, at: (number) => (number < 90 ? undefined : all.at(number)) };
  expect(shown(ring, { feedEnd: 20 })).toEqual([90, 91, 92, 93, 94]);
  expect(shown(ring, { feedEnd: scrolled(ring, { feedEnd: 20 }, 1) })).toEqual([91, 92, 93, 94, 95]);
});
