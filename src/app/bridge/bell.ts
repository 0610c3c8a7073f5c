/** Wakes whoever waits. */
export interface Bell {
  ring(): void;
  /** Settles at the next ring. */
  next(): Promise<undefined>;
}

/** Creates a bell. */
export const createBell = (): Bell => {
  let waiting = Promise.withResolvers<undefined>();
  return {
    ring() {
      waiting.resolve(undefined);
      waiting = Promise.withResolvers<undefined>();
    },
    next: () => waiting.promise,
  };
};
