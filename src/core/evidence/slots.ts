import { assert } from "../model/assert.ts";

/** A fixed number of places to work in, given away in the order of the tickets. */
export interface Slots {
  /** A place in the queue, to be used now or later; a lower one goes first. */
  ticket(): number;
  /** How many wait before that ticket. */
  ahead(ticket: number): number;
  /** Waits for a slot, works in it and frees it. Rejects without working when the signal comes first. */
  use<T>(ticket: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Waiter {
  readonly ticket: number;
  readonly enter: () => void;
}

/** Creates `count` free slots. */
export const createSlots = (count: number): Slots => {
  assert(Number.isInteger(count) && count > 0, `there must be at least one slot, not ${count}`);
  let free = count;
  let nextTicket = 0;
  let waiting: Waiter[] = [];

  const enter = (ticket: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      waiting = waiting.filter((other) => other !== waiter);
      reject(signal.reason);
    };
    const waiter: Waiter = {
      ticket,
      enter: () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      },
    };
    signal.addEventListener("abort", giveUp, { once: true });
    const behind = waiting.findIndex((other) => other.ticket > ticket);
    waiting.splice(behind < 0 ? waiting.length : behind, 0, waiter);
    return promise;
  };

  const leave = (): void => {
    const next = waiting.shift();
    // The slot goes from hand to hand: nobody who comes in between can take it.
    if (next === undefined) free += 1;
    else next.enter();
  };

  return {
    ticket: () => nextTicket++,
    ahead: (ticket) => waiting.filter((other) => other.ticket < ticket).length,
    async use(ticket, signal, work) {
      await enter(ticket, signal);
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        leave();
      }
    },
  };
};
