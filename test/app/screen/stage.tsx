import { Console } from "node:console";
import type { Instance } from "ink";
import { vi } from "vitest";
import type { LeadSnapshot } from "../../../src/app/lead/snapshot.ts";
import { type DrawnTerminal, drawScreen } from "../../../src/app/screen/draw-screen.tsx";
import { openRunWindow, openStillWindow, type RunWindow } from "../../../src/app/screen/run-window.ts";
import { ScreenSession, type SessionPorts } from "../../../src/app/screen/session.ts";
import { INITIAL_VIEW_STATE, type ScreenProps, type Size, type ViewState } from "../../../src/components/props.ts";
import { createControlPair } from "../../../src/core/control/memory-pair.ts";
import type { FeedLine } from "../../../src/core/engine/feed.ts";
import { FORMAT_VERSION } from "../../../src/core/engine/run-file.ts";
import type { JournaledEvent } from "../../../src/core/scheduler/events.ts";
import type { Fact } from "../../../src/core/scheduler/inputs.ts";
import { type Numbers, numbersOf } from "../../support/header-numbers.ts";
import { HOSTILE, randomFact, randomPlan } from "../../support/random-run.ts";
import { runFile } from "../../support/screen.tsx";
import { TestLead } from "./support.ts";
import { TapeTerminal } from "./tape.ts";

/** What React drew last: the props, and what they were made of. */
export interface Drawn {
  readonly props: ScreenProps;
  readonly view: ViewState;
  readonly numbers: Numbers;
}

/** The real session, which remembers what it was drawn from. */
class WatchedSession extends ScreenSession {
  drawn: Drawn | undefined;

  override frame(size: Size): ScreenProps {
    const props = super.frame(size);
    this.drawn = { props, view: this.view, numbers: numbersOf(this.window.state) };
    return props;
  }
}

/** What a key asked of the world outside the screen, until the stage has done it. */
type Wish = "leave" | "start" | "resume" | "plan";

/**
 * The real screen, from keys to bytes, on a terminal that keeps a tape, over leads without agents. All time on it is
 * the fake time of the test, which must have been set up before.
 */
export class Stage {
  readonly terminal: TapeTerminal;
  readonly #random: () => number;
  #wish: Wish | undefined;
  #failure: unknown;
  #lead: TestLead;
  #pair: ReturnType<typeof createControlPair<LeadSnapshot, JournaledEvent, FeedLine>> | undefined;
  #session: WatchedSession | undefined;
  #screen: Instance | undefined;

  /** @param onFrame is called with what React drew last whenever a frame was written */
  constructor(random: () => number, size: Size, onFrame: (drawn: Drawn) => void) {
    this.#random = random;
    this.terminal = new TapeTerminal(size, () => {
      if (this.#session?.drawn !== undefined) onFrame(this.#session.drawn);
    });
    this.#lead = this.#newLead();
  }

  get drawn(): Drawn {
    const drawn = this.#session?.drawn;
    if (drawn === undefined) throw new Error("nothing has been drawn");
    return drawn;
  }

  get view(): ViewState {
    return this.#session?.view ?? INITIAL_VIEW_STATE;
  }

  /** The numbers of the run as its lead knows them. */
  get numbers(): Numbers {
    return numbersOf(this.#lead.run.state);
  }

  /** Opens the screen on the run: on its lead, on the plan of it, or on what its lead left. */
  async open(): Promise<void> {
    const window = await this.#window();
    const wish = (what: Wish) => (): void => {
      this.#wish ??= what;
    };
    const ports: SessionPorts = {
      start: wish("start"),
      resume: wish("resume"),
      plan: wish("plan"),
      keep: wish("resume"),
      attach: async () => "opened",
      leave: wish("leave"),
      ended: ({ state }) =>
        queueMicrotask(() =>
          this.#session?.tellSummary({ state, elapsedMs: 1000, unlanded: [], notes: HOSTILE, next: HOSTILE }),
        ),
      planned: () => queueMicrotask(() => this.#session?.tellUncommitted(HOSTILE)),
      size: () => this.terminal.size,
      whenReadable: () => undefined,
      now: Date.now,
    };
    const view = window.lead === "none" ? "confirm" : "dashboard";
    this.#session = new WatchedSession(window, { view }, ports);
    // Ink makes consoles, and the test runner's has no constructor.
    console.Console ??= Console;
    // A terminal has more than Ink uses of it.
    this.#screen = drawScreen(this.#session, this.terminal as unknown as DrawnTerminal);
    this.#screen?.waitUntilExit().catch((error: unknown) => {
      this.#failure ??= error;
    });
    await this.settle();
  }

  /** One thing happens to the run; what its lead would do about it is done as well. */
  async happen(): Promise<void> {
    if (this.#pair === undefined) return;
    const fact = randomFact(this.#random, this.#lead.run);
    // A machine that slept: the clock is elsewhere, and no timer has noticed.
    if (fact.type === "time-passed") vi.setSystemTime(Date.now() + Math.floor(this.#random() * 400_000));
    this.#give(fact);
    if (this.#isOver) await this.loseLead();
  }

  say(story: number, text: string): void {
    const { stories } = this.#lead.file;
    const key = stories[story % stories.length]?.key ?? "";
    this.#pair?.server.publishFeed({ atMs: Date.now(), story: key, phase: "BUILD", text });
  }

  /** The lead goes: at the end of the run as it should, else too early. */
  async loseLead(): Promise<void> {
    const pair = this.#pair;
    this.#pair = undefined;
    this.#lead.server = undefined;
    // It waits for its clients to read the goodbye, in our time.
    void pair?.server.close("gone");
    await this.settle();
  }

  /** Does what a key asked for. */
  async fulfil(): Promise<void> {
    const wish = this.#wish;
    this.#wish = undefined;
    if (wish === "leave") await this.#leave();
    else if (wish === "plan") await this.#show(true);
    else if (wish !== undefined) await this.#show(false);
  }

  /** Everything that follows at once from what was done follows. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    await this.settle();
  }

  async close(): Promise<void> {
    this.#session?.close();
    this.#screen?.unmount();
    await this.settle();
    await this.loseLead();
    this.#lead.remove();
  }

  get #isOver(): boolean {
    return this.#lead.run.state.phase === "ended";
  }

  /** Leaves the screen and comes back to it. */
  async #leave(): Promise<void> {
    this.#session?.close();
    this.#screen?.unmount();
    await this.settle();
    if (this.#isOver) await this.#replaceLead();
    await this.open();
  }

  /** Shows another window in the same screen: on a new plan, or on the lead that goes on with the run. */
  async #show(isNew: boolean): Promise<void> {
    if (isNew || this.#isOver) await this.#replaceLead();
    else if (this.#pair === undefined) this.#startLead();
    const window = await this.#window();
    this.#session?.show(window, { view: window.lead === "none" ? "confirm" : "dashboard" });
    await this.settle();
  }

  async #window(): Promise<RunWindow> {
    if (this.#pair === undefined) {
      const { file, directory, run } = this.#lead;
      return openStillWindow({ file, directory }, run.journal, async () => ({ ok: false, message: "nobody leads" }));
    }
    const window = await openRunWindow(await this.#pair.connect());
    if (window === undefined) throw new Error("the lead does not answer");
    return window;
  }

  #startLead(): void {
    this.#pair = createControlPair<LeadSnapshot, JournaledEvent, FeedLine>({
      ...this.#lead.host,
      onCommand: async (command) => {
        this.#lead.run.nowMs = Date.now();
        const reply = await this.#lead.host.onCommand(command);
        if (this.#isOver) await this.loseLead();
        return reply;
      },
    });
    this.#lead.server = this.#pair.server;
    this.#give({ type: this.#lead.run.journal.length === 0 ? "started" : "resumed" });
  }

  #give(fact: Fact): void {
    this.#lead.run.nowMs = Date.now();
    this.#lead.give(fact);
  }

  async #replaceLead(): Promise<void> {
    await this.loseLead();
    this.#lead.remove();
    this.#lead = this.#newLead();
  }

  #newLead(): TestLead {
    const { stories, policy } = randomPlan(this.#random, 1 + Math.floor(this.#random() * 30));
    return new TestLead(runFile(stories, { policy, v: FORMAT_VERSION, startedAtMs: Date.now() }));
  }
}
