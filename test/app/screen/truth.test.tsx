import fc from "fast-check";
import { renderToString } from "ink";
import { afterEach, expect, test, vi } from "vitest";
import type { Size, View } from "../../../src/components/props.ts";
import { Screen } from "../../../src/components/Screen.tsx";
import { cellsOf } from "../../support/cells.ts";
import { wrongNumbers } from "../../support/header-numbers.ts";
import { HOSTILE, picked } from "../../support/random-run.ts";
import { createRandom } from "../../support/random-sprint.ts";
import { type Drawn, Stage } from "./stage.tsx";
import { drawnAfresh, type Shown } from "./tape.ts";

/** Screens that are opened; each shows a few runs, one after the other. */
const SCREENS = Math.ceil(Number(process.env.STORYBOARD_PROPERTY_RUNS ?? 150) / 50);
/** Things that are done to each screen. */
const STEPS = 80;
/** What one screen may take at most, in milliseconds: ten times what it does. */
const SCREEN_MS = 25_000;
/** After so long nothing is still to be drawn, in milliseconds: the longest periods of the flusher and of Ink. */
const DRAWN_MS = 300;

afterEach(() => {
  vi.useRealTimers();
});

test(
  "at every frame of a long run the numbers are the run's, and nothing is drawn outside of the screen",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        // The streams between the screen and its lead keep their own time, and so does the terminal that plays the tape.
        vi.useFakeTimers({
          now: 1_000_000,
          toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
        });
        const performance = new Performance(createRandom(seed));
        await performance.run();
        vi.useRealTimers();
        await performance.stage.terminal.play();
      }),
      { numRuns: SCREENS, endOnFailure: true },
    );
  },
  SCREENS * SCREEN_MS,
);

/** A screen to which everything happens, at random. What must be true of a frame is looked at when its tape is played. */
class Performance {
  readonly stage: Stage;
  readonly #random: () => number;
  /** What was done last. */
  readonly #done: string[] = [];
  #isResizing = false;

  constructor(random: () => number) {
    this.#random = random;
    this.stage = new Stage(random, randomSize(random), (drawn) => this.#onFrame(drawn));
  }

  async run(): Promise<void> {
    try {
      await this.stage.open();
      for (let step = 0; step < STEPS; step++) {
        await this.#step(this.#random());
        await this.stage.settle();
        await this.stage.fulfil();
        await this.#pass(this.#random() < 0.2 ? DRAWN_MS : this.#upTo(150));
      }
    } finally {
      await this.stage.close();
    }
  }

  async #step(die: number): Promise<void> {
    const { stage } = this;
    if (die < 0.35) {
      this.#note("the run goes on");
      for (let facts = this.#upTo(16); facts >= 0; facts--) await stage.happen();
    } else if (die < 0.5) {
      const lines = Math.floor(this.#random() * 30);
      this.#note(`${lines} lines of feed`);
      for (let line = 0; line < lines; line++) stage.say(this.#upTo(100), picked(this.#random, HOSTILE));
    } else if (die < 0.83) {
      for (let keys = this.#upTo(4); keys >= 0; keys--) this.#press();
    } else if (die < 0.98) {
      for (let times = this.#upTo(3); times >= 0; times--) this.#resize();
    } else {
      this.#note("the lead goes");
      await stage.loseLead();
    }
  }

  #press(): void {
    const { view } = this.stage.view;
    const key = this.#random() < 0.3 ? picked(this.#random, LEADS_ON[view]) : picked(this.#random, KEYS);
    this.#note(`key ${JSON.stringify(key)}`);
    this.stage.terminal.type(key);
  }

  /** Mostly a border is drawn sideways, as a person does it with a pane. */
  #resize(): void {
    const next = randomSize(this.#random);
    const size = this.#random() < 0.3 ? next : { ...this.stage.terminal.size, columns: next.columns };
    this.#note(`resized to ${size.columns}x${size.rows}`);
    this.#isResizing = true;
    this.stage.terminal.resize(size);
    this.#isResizing = false;
  }

  /** Lets time pass; after enough of it, what is drawn is what the lead knows. */
  async #pass(ms: number): Promise<void> {
    this.#note(`${ms} ms`);
    await this.stage.pass(ms);
    if (ms < DRAWN_MS) return;
    const { drawn, numbers, terminal } = this.stage;
    expect(drawn.props.size, this.#history).toEqual(terminal.size);
    expect(drawn.view, this.#history).toBe(this.stage.view);
    this.#look({ ...drawn, numbers }, terminal.size);
  }

  #onFrame(drawn: Drawn): void {
    const { columns, rows } = this.stage.terminal.size;
    const { size } = drawn.props;
    if (size.columns === columns && size.rows === rows) {
      this.#look(drawn, size);
      return;
    }
    // Ink hears of a new size first, and draws once what React drew for the old one.
    const [isResizing, history] = [this.#isResizing, this.#history];
    this.stage.terminal.look(async () =>
      expect(isResizing, `${size.columns}x${size.rows} on ${columns}x${rows} ${history}`).toBe(true),
    );
  }

  #look(drawn: Drawn, size: Size): void {
    const history = this.#history;
    this.stage.terminal.look((shown) => isTrue(shown, drawn, size, history));
  }

  #note(what: string): void {
    this.#done.push(what);
  }

  get #history(): string {
    return `after: ${this.#done.slice(-20).join(", ")}`;
  }

  #upTo(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** What must hold of every frame: it is what a terminal would show that never showed another one. */
const isTrue = async (shown: Shown, { props, numbers }: Drawn, size: Size, history: string): Promise<void> => {
  const frame = renderToString(<Screen {...props} />, { columns: size.columns }).split("\n");
  expect(frame.length, history).toBe(size.rows);
  for (const row of frame) expect(cellsOf(row), `${row} ${history}`).toBeLessThanOrEqual(size.columns);
  const rows = shown.rows();
  expect(rows.map(unspun), history).toEqual((await drawnAfresh(frame, size)).map(unspun));
  const header = rows.slice(0, props.header.area.rows).join("\n");
  expect(wrongNumbers(header, numbers, size), `${header} ${history}`).toEqual([]);
  expect(shown.unknown, history).toBe("");
  expect({ isAlternate: shown.isAlternate, normal: shown.normal }, history).toEqual({ isAlternate: true, normal: "" });
};

/** A row whose spinner, where it has one, stands still. */
const unspun = (row: string): string => row.replace(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /, "⠋ ");

const randomSize = (random: () => number): Size => ({
  columns: 20 + Math.floor(random() * 181),
  rows: 5 + Math.floor(random() * 46),
});

const ESCAPE = "\u001b";

/** All keys that are named anywhere, some that are not, and what is pasted. */
const KEYS: readonly string[] = [
  ..."prRsxawv+-=fF/?iynjkgGbl z1",
  "jjjj",
  "q",
  "\r",
  "\t",
  "\u0003",
  "\u0004",
  "\u0006",
  "\u0015",
  "\u0017",
  "\u007f",
  ESCAPE,
  ESCAPE,
  ...["[A", "[B", "[C", "[D", "[H", "[F", "[Z", "[5~", "[6~", "[3~"].map((code) => ESCAPE + code),
  ...HOSTILE.map((text) => `${ESCAPE}[200~${text.replaceAll(ESCAPE, "")}${ESCAPE}[201~`),
];

/** Keys that lead on from a view, so that all views are come to. */
const LEADS_ON: Readonly<Record<View, readonly string[]>> = {
  dashboard: ["i", "\r", "/", "R"],
  card: ["p", "R", ESCAPE],
  help: [ESCAPE],
  quit: ["s", "l", ESCAPE],
  confirm: ["\r"],
  prompt: ["s1", "e", "\r"],
  inbox: ["\r", "j", "a", "w", "v", "x"],
  "red-gates": ["a", "w", "x", "j", ESCAPE],
  summary: ["\r", ESCAPE],
  lost: ["r", "n", ESCAPE],
};
