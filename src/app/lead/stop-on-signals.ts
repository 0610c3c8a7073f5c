import type { Engine } from "../../core/engine/engine.ts";
import type { World } from "../../core/engine/performers/world.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Longest that an orderly stop may take before the lead leaves anyway, in milliseconds (product.md: within 10 s). */
const STOP_LIMIT_MS = 8_000;

/** The lead's answer to signals. */
export interface SignalHandling {
  /** Resolves when the lead must leave at once: a second signal, or a stop that takes too long. */
  readonly forced: Promise<void>;
  release(): void;
}

/**
 * The first signal stops the run in order; a second one makes the lead leave at once. Nothing is lost either way: what
 * was decided is in the journal, and agents that are still at work are killed or adopted when the run goes on.
 */
export const stopOnSignals = (engine: Engine, world: World): SignalHandling => {
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let force: () => void = () => {};
  const forced = new Promise<void>((resolve) => {
    force = resolve;
  });
  const leaveNow = (): void => {
    for (const turn of world.turns.values()) void turn.stop("stop", true);
    force();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    count++;
    if (count > 1) {
      leaveNow();
      return;
    }
    engine.command({ type: "stop", reason: signal });
    timer = setTimeout(leaveNow, STOP_LIMIT_MS);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    forced,
    release: () => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
};
