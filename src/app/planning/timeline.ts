/** What will happen, ordered by time; equal times keep the order in which they were added. */
export interface Timeline<T> {
  add(atMs: number, what: T): void;
  /** The earliest, taken out; undefined when nothing is left. */
  take(): { readonly atMs: number; readonly what: T } | undefined;
}

/** Creates an empty timeline. Meant for as many entries as workers: adding costs their number. */
export const createTimeline = <T>(): Timeline<T> => {
  const entries: { readonly atMs: number; readonly what: T }[] = [];
  return {
    add: (atMs, what) => {
      const before = entries.findIndex((entry) => entry.atMs > atMs);
      entries.splice(before === -1 ? entries.length : before, 0, { atMs, what });
    },
    take: () => entries.shift(),
  };
};
