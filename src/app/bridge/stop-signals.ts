const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has the signals that stop a program given to `onSignal` instead. Returns how to have them act as ever again. */
export const catchStopSignals = (onSignal: (signal: NodeJS.Signals) => void): (() => void) => {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
};
