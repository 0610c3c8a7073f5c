import fc from "fast-check";
import { expect, test } from "vitest";
import { type LayoutRequest, layoutOf } from "../../src/components/layout.ts";
import type { Rectangle, View } from "../../src/components/props.ts";

const VIEWS: readonly View[] = ["dashboard", "card", "help", "quit", "confirm", "prompt", "inbox", "summary", "lost"];

const requests = fc.record<LayoutRequest>({
  size: fc.record({ columns: fc.integer({ min: 1, max: 300 }), rows: fc.integer({ min: 1, max: 120 }) }),
  view: fc.constantFrom(...VIEWS),
  pane: fc.constantFrom("stories", "feed"),
  feedFull: fc.boolean(),
  stories: fc.nat(1000),
  dialogLines: fc.nat(200),
});

test("the panes fill the screen from top to bottom, without a gap and without overlapping", () => {
  fc.assert(
    fc.property(requests, (request) => {
      const { header, stories, feed, page, footer } = layoutOf(request);
      const areas = [header, stories, feed, page, footer].filter((area): area is Rectangle => area !== undefined);
      let top = 0;
      for (const area of areas) {
        expect(area).toMatchObject({ left: 0, top, columns: request.size.columns });
        expect(area.rows).toBeGreaterThanOrEqual(0);
        top += area.rows;
      }
      expect(top).toBe(request.size.rows);
    }),
    { numRuns: 2000 },
  );
});

const request = (more: Partial<LayoutRequest>): LayoutRequest => ({
  size: { columns: 120, rows: 40 },
  view: "dashboard",
  pane: "stories",
  feedFull: false,
  stories: 10,
  dialogLines: 0,
  ...more,
});

test("few stories leave the rest to the feed, many leave it its share", () => {
  expect(layoutOf(request({ stories: 4 })).stories?.rows).toBe(6);
  expect(layoutOf(request({ stories: 400 })).feed?.rows).toBeGreaterThanOrEqual(12);
});

test("a filter or a key moves no pane: the layout asks for the run's stories alone", () => {
  expect(layoutOf(request({ pane: "feed" })).stories).toEqual(layoutOf(request({})).stories);
});

test("a dialog stands below the stories where it has room, else it takes their place", () => {
  expect(layoutOf(request({ view: "quit", dialogLines: 5 })).stories?.rows).toBe(12);
  expect(layoutOf(request({ view: "inbox", dialogLines: 60 })).stories).toBeUndefined();
  expect(layoutOf(request({ view: "quit", size: { columns: 50, rows: 20 } })).stories).toBeUndefined();
});
