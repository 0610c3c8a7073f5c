import fc from "fast-check";
import { expect, test } from "vitest";
import { type ScreenFacts, screenProps } from "../../../src/app/screen/view-model.ts";
import { lineWidth } from "../../../src/app/screen/view-model-text.ts";
import { innerSize } from "../../../src/components/layout.ts";
import {
  INITIAL_VIEW_STATE,
  type Line,
  type ScreenProps,
  type Size,
  type View,
  type ViewState,
} from "../../../src/components/props.ts";
import { plainText } from "../../../src/core/model/plain-text.ts";
import { cellsOf } from "../../support/cells.ts";
import { numbersOf, wrongNumbers } from "../../support/header-numbers.ts";
import { HOSTILE, randomRun } from "../../support/random-run.ts";
import { createRandom } from "../../support/random-sprint.ts";
import { factsOf, feedOf, frame } from "../../support/screen.tsx";

const RUNS = Number(process.env.STORYBOARD_PROPERTY_RUNS ?? 150);
const VIEWS: readonly View[] = ["dashboard", "card", "help", "quit", "confirm", "prompt", "inbox", "summary", "lost"];

/** A moment of a random run, looked at in a random way. */
const moments = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    stories: fc.integer({ min: 1, max: 40 }),
    steps: fc.nat(160),
    size: fc.record({ columns: fc.integer({ min: 20, max: 250 }), rows: fc.integer({ min: 5, max: 80 }) }),
    view: fc.constantFrom(...VIEWS),
    lead: fc.constantFrom<ScreenFacts["lead"]>("alive", "lost", "none"),
    hasSummary: fc.boolean(),
    state: fc.record({
      pane: fc.constantFrom("stories" as const, "feed" as const),
      feedFull: fc.boolean(),
      storyFilter: fc.constantFrom("", "", "s1", "queued", "nothing has this", "日本\u001b[2J"),
      feedEnd: fc.constantFrom(undefined, undefined, 0, 3, 1000),
      scroll: fc.constantFrom(0, 1, 7, 10_000),
      choice: fc.nat(4),
      waitsFor: fc.constantFrom(undefined, undefined, "stopping"),
    }),
  })
  .map(({ seed, stories, steps, size, view, lead, hasSummary, state }) => {
    const random = createRandom(seed);
    const run = randomRun(random, stories, steps);
    const pick = (): string => HOSTILE[Math.floor(random() * HOSTILE.length)]!;
    const selected = random() < 0.8 ? run.stories[Math.floor(random() * stories)]!.key : undefined;
    const lines = Array.from({ length: Math.floor(random() * 60) }, (_, index) => ({
      atMs: run.nowMs - 1000 * (60 - index),
      story: run.stories[index % stories]!.key,
      phase: index % 2 === 0 ? undefined : ("BUILD" as const),
      text: pick(),
    }));
    const facts = factsOf(run, {
      lead,
      feed: feedOf(lines),
      uncommitted: HOSTILE.slice(0, Math.floor(random() * 9)),
      summary: hasSummary
        ? {
            state: run.state,
            elapsedMs: 1000,
            unlanded: [{ story: "s0", branch: "b" }],
            notes: [pick()],
            next: [pick()],
          }
        : undefined,
    });
    const text = pick();
    const view_: ViewState = {
      ...INITIAL_VIEW_STATE,
      ...state,
      view,
      selected,
      feedFilter: { story: random() < 0.3 ? selected : undefined, text: random() < 0.3 ? pick().slice(0, 10) : "" },
      message: random() < 0.5 ? { text: pick(), tone: "warn" } : undefined,
      prompt: { title: pick(), about: pick(), text, cursor: Math.floor(random() * (text.length + 1)) },
    };
    return { run, facts, view: view_, size };
  });

const describeSize = ({ columns, rows }: Size): string => `${columns}x${rows}`;

test("no frame is wider or higher than the terminal, whatever the run, the view and the size", () => {
  fc.assert(
    fc.property(moments, ({ run, facts, view, size }) => {
      const rows = frame(facts, view, size, run.nowMs).split("\n");
      expect(rows.length, describeSize(size)).toBe(size.rows);
      for (const row of rows) expect(cellsOf(row), `${describeSize(size)} ${row}`).toBeLessThanOrEqual(size.columns);
      // Nothing that a terminal would act upon, and no selector whose width terminals disagree about.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(rows.join("")).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029]|\ufe0f/);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
});

test("every line is plain and fits its pane before anything cuts it, and no pane gets more lines than it has rows", () => {
  fc.assert(
    fc.property(moments, ({ run, facts, view, size }) => {
      for (const { lines, columns, rows } of panesOf(screenProps(facts, view, size, run.nowMs))) {
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          // Ink would drop what a terminal acts upon, but would count it too; and others may draw these props.
          for (const { text } of line) expect(text).toBe(plainText(text).replaceAll("\n", " "));
          expect(lineWidth(line), `${describeSize(size)} ${JSON.stringify(line)}`).toBeLessThanOrEqual(columns);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

interface DrawnPane {
  readonly lines: readonly Line[];
  readonly columns: number;
  readonly rows: number;
}

const panesOf = ({ header, stories, feed, page, footer }: ScreenProps): DrawnPane[] => [
  { lines: header.lines, columns: header.area.columns, rows: header.area.rows },
  ...(stories === undefined
    ? []
    : [
        {
          lines: stories.rows.map((row) => stories.columns.flatMap((name) => row.cells[name] ?? [])),
          ...innerSize(stories.area, stories.hasBorder),
        },
      ]),
  ...[feed, page].flatMap((pane) =>
    pane === undefined ? [] : [{ lines: pane.lines, ...innerSize(pane.area, pane.hasBorder) }],
  ),
  {
    lines: [footer.message, footer.keys].filter((line): line is Line => line !== undefined),
    columns: footer.area.columns,
    rows: footer.area.rows,
  },
];

test("the numbers in the header equal the counts of the run's state", () => {
  fc.assert(
    fc.property(moments, ({ run, facts, view, size }) => {
      const header = screenProps(facts, view, size, run.nowMs)
        .header.lines.map((line) => line.map(({ text }) => text).join(""))
        .join("\n");
      expect(wrongNumbers(header, numbersOf(run.state), size), header).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});
