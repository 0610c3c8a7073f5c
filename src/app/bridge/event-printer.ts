import type { AgentEvent } from "../../core/agents/agent.ts";
import { printWhole } from "./print-whole.ts";

/** From sign to sign that an agent lives which says nothing. */
const LIFE_PERIOD_MS = 10_000;

/** Prints a turn as lines of our own event model (product.md, Machine contract). */
export interface EventPrinter {
  print(events: readonly AgentEvent[]): void;
  /** What follows has nothing to do with what was said before. */
  part(): void;
  /** The agent is at work; a line says so where there was none for a while, because silence is taken for a hang. */
  live(): void;
}

/** Creates a printer to stdout. `onBroken` is called once, when that cannot be written to any more. */
export const createEventPrinter = (onBroken: () => void): EventPrinter => {
  let printedAtMs = performance.now();
  let isBroken = false;
  const line = (text: string): void => {
    if (isBroken) return;
    printedAtMs = performance.now();
    try {
      printWhole(Buffer.from(`${text}\n`));
    } catch (error) {
      isBroken = true;
      process.stderr.write(`storyboard: ${(error as Error).message}\n`);
      onBroken();
    }
  };
  return {
    print(events) {
      for (const event of events) line(JSON.stringify(flat(event)));
    },
    part: () => line(""),
    live() {
      if (performance.now() - printedAtMs > LIFE_PERIOD_MS) line('{"t":"thinking"}');
    },
  };
};

/** A line has the numbers of a usage beside its `t`. */
const flat = (event: AgentEvent): object => (event.t === "usage" ? { t: event.t, ...event.usage } : event);
