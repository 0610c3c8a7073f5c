import { InvariantError } from "../model/assert.ts";
import { askProblem } from "../scheduler/decide-asked.ts";
import { commandProblem } from "../scheduler/decide-command.ts";
import type { Effect, EffectId, EffectResult } from "../scheduler/effects.ts";
import type { JournaledEvent, RunEvent } from "../scheduler/events.ts";
import type { AgentAsked, Command, Fact } from "../scheduler/inputs.ts";
import { nextWakeMs } from "../scheduler/next-wake.ts";
import type { RunState } from "../scheduler/state.ts";
import { step } from "../scheduler/step.ts";
import type { Journal } from "./journal.ts";

/** What the engine needs from the world. */
export interface EnginePorts {
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly luck: () => number;
  readonly journal: Pick<Journal, "append" | "sync">;
  /** Does what an effect asks for. May be called again for the same effect after a crash. Aborted when nobody waits any more. */
  readonly perform: (effect: Effect, signal: AbortSignal) => Promise<EffectResult>;
  /** Makes the message of an error fit to be kept and shown. */
  readonly clean: (text: string) => string;
  /** Called after each step with what was decided, journaled already. */
  readonly onEvents: (events: readonly JournaledEvent[], state: RunState) => void;
}

/** Facts that must survive power loss: the effects that follow them wait for the disk. */
const DURABLE: ReadonlySet<RunEvent["type"]> = new Set([
  "turn.ended",
  "landing.requested",
  "landing.ended",
  "story.asked",
  "story.parked",
  "story.ended",
  "story.confirmed",
  "baseline.decided",
  "run.ended",
]);

/** Longest delay that a timer of Node can hold, in milliseconds. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * The shell around the pure core: takes an input, lets the core decide, journals, performs the effects, and feeds what
 * came of them back. Decides nothing itself. One input at a time; the state has no other owner.
 */
export class Engine {
  readonly state: RunState;
  /** Resolves when the run has ended and its last event is on the disk; rejects when we are broken. */
  readonly ended: Promise<void>;
  readonly #ports: EnginePorts;
  readonly #performing = new Map<EffectId, AbortController>();
  readonly #starting: Effect[] = [];
  #pacing = false;
  #seq: number;
  #wake: NodeJS.Timeout | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #closed = false;

  /** `journaled` is the number of events that the state was folded from. */
  constructor(state: RunState, journaled: number, ports: EnginePorts) {
    this.state = state;
    this.#seq = journaled + 1;
    this.#ports = ports;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Starts a new run. */
  start(): void {
    this.#give({ type: "started" });
  }

  /** Goes on with a run that was folded from its journal: what was under way is performed again. */
  resume(): void {
    const outstanding = [...this.state.effects.values()];
    this.#give({ type: "resumed" });
    for (const effect of outstanding) {
      if (this.state.effects.has(effect.id) && !this.#performing.has(effect.id)) this.#enqueue(effect);
    }
  }

  /** Carries out a command; returns why it does not apply, or undefined when it did. */
  command(command: Command): string | undefined {
    const problem = this.#closed ? "the run has ended" : commandProblem(this.state, command);
    if (problem === undefined) this.#give({ type: "command", command });
    return problem;
  }

  /** Takes an agent's question; returns why it cannot ask now, or undefined when it was taken. */
  asked(question: Omit<AgentAsked, "type">): string | undefined {
    const problem = this.#closed ? "the run has ended" : askProblem(this.state, question);
    if (problem === undefined) this.#give({ type: "agent-asked", ...question });
    return problem;
  }

  /** Stops without another word: nothing more is decided, journaled or performed. */
  abandon(): void {
    this.#closed = true;
    clearTimeout(this.#wake);
    for (const controller of this.#performing.values()) controller.abort();
  }

  #give(fact: Fact): void {
    if (this.#closed) return;
    try {
      const atMs = this.#ports.now();
      const events = step(this.state, { fact, atMs, luck: this.#ports.luck() }, this.#seq);
      this.#seq += events.length;
      this.#ports.journal.append(events);
      this.#ports.onEvents(events, this.state);
      this.#follow(events);
      this.#setWake(atMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  #follow(events: readonly JournaledEvent[]): void {
    const effects = events.flatMap(({ event }) => ("effect" in event ? [event.effect] : []));
    const perform = (): void => {
      for (const effect of effects) if (this.state.effects.has(effect.id)) this.#enqueue(effect);
    };
    this.#abortForgotten(events);
    const hasEnded = this.state.phase === "ended";
    if (!hasEnded && !events.some(({ event }) => DURABLE.has(event.type))) {
      perform();
      return;
    }
    this.#ports.journal.sync().then(
      () => {
        perform();
        if (hasEnded && this.state.phase === "ended") this.#close();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #abortForgotten(events: readonly JournaledEvent[]): void {
    const stopping = events.some(({ event }) => event.type === "run.stopping");
    for (const [id, controller] of this.#performing) {
      const effect = this.state.effects.get(id);
      // Turns are stopped by an effect of their own, which leaves them time to end.
      if (effect === undefined || (stopping && effect.kind !== "run-turn")) controller.abort();
    }
  }

  /** Starting a process blocks the event loop for a moment: one at a time, with room for the screen between them. */
  #enqueue(effect: Effect): void {
    this.#starting.push(effect);
    if (!this.#pacing) this.#startNext();
  }

  #startNext(): void {
    const effect = this.#starting.shift();
    this.#pacing = effect !== undefined;
    if (effect === undefined || this.#closed) return;
    void this.#run(effect);
    setImmediate(() => this.#startNext());
  }

  async #run(effect: Effect): Promise<void> {
    const controller = new AbortController();
    this.#performing.set(effect.id, controller);
    let result: EffectResult;
    try {
      result = await this.#ports.perform(effect, controller.signal);
    } catch (error) {
      if (isOurFault(error)) return this.#fail(error);
      result = failureOfPerformer(error, this.#ports.clean);
    }
    this.#performing.delete(effect.id);
    this.#give({ type: "effect-ended", effect: effect.id, result });
  }

  #setWake(lastStepMs: number): void {
    clearTimeout(this.#wake);
    const at = nextWakeMs(this.state, lastStepMs);
    if (at === undefined || this.#closed) return;
    const delay = Math.min(TIMER_MAX_MS, Math.max(1, at - this.#ports.now()));
    this.#wake = setTimeout(() => this.#give({ type: "time-passed" }), delay);
  }

  #close(): void {
    this.abandon();
    this.#resolve();
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.abandon();
    this.#reject(error);
  }
}

/** A programming error of ours is no fault of the environment: repeating it would only hide it. */
const isOurFault = (error: unknown): boolean =>
  error instanceof InvariantError ||
  ((error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) &&
    !("code" in error));

const CRITICAL_CODES: ReadonlySet<string> = new Set(["ENOSPC", "EROFS", "EIO", "EDQUOT"]);

const failureOfPerformer = (error: unknown, clean: (text: string) => string): EffectResult => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "effect-failed", message: clean(message), severity: CRITICAL_CODES.has(code) ? "critical" : "retry" };
};
