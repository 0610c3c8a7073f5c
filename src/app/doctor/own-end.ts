const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What is to be done when this process ends, however many programs are being asked: one listener for all. */
const acts = new Set<() => void>();

/**
 * Does something when this process ends or is told to, since no signal of the terminal reaches another session. Returns
 * how to take that back. `act` must be quick; what it throws is dropped.
 */
export const onOwnEnd = (act: () => void): (() => void) => {
  if (acts.size === 0) listen();
  acts.add(act);
  return () => {
    if (acts.delete(act) && acts.size === 0) stopListening();
  };
};

const listen = (): void => {
  process.on("exit", actOnce);
  for (const signal of SIGNALS) process.on(signal, onSignal);
};

const stopListening = (): void => {
  process.off("exit", actOnce);
  for (const signal of SIGNALS) process.off(signal, onSignal);
};

const actOnce = (): void => {
  stopListening();
  for (const act of acts) {
    try {
      act();
    } catch {
      // The others are still to be done.
    }
  }
  acts.clear();
};

const onSignal = (signal: NodeJS.Signals): void => {
  actOnce();
  // Without us there would have been no listener, and the signal would have ended this process.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
};
