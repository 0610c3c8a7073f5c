/** One timer for many: everything that must be looked at now and then. It runs only while something was added. */
export interface Pulse {
  /** @returns what takes it out again */
  add(beat: () => void): () => void;
  close(): void;
}

/**
 * @param periodMs from beat to beat
 * @param holdsProcess whether waiting for beats keeps the program running
 */
export const createPulse = (periodMs: number, holdsProcess = true): Pulse => {
  const beats = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    add: (beat) => {
      beats.add(beat);
      timer ??= setInterval(() => {
        for (const each of [...beats]) each();
      }, periodMs);
      if (!holdsProcess) timer.unref();
      return () => {
        beats.delete(beat);
        if (beats.size === 0) rest();
      };
    },
    close: () => {
      beats.clear();
      rest();
    },
  };
};
