import type { Reporter } from "./reporter.ts";

/** How often a reporter is asked what has become due. */
const TICK_MS = 1_000;

/** Ticks a reporter until the returned function is called. Keeps no process alive. */
export const keepTicking = (reporter: Reporter): (() => void) => {
  const timer = setInterval(() => reporter.tick(), TICK_MS).unref();
  return () => clearInterval(timer);
};
