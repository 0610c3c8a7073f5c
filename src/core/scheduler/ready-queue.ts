import type { StoryKey } from "../model/story-key.ts";

/** What decides the place in the queue: retries behind all others, then the longest remaining path, then backlog order. */
export interface ReadyEntry {
  readonly key: StoryKey;
  /** 0 for a story that was not retried; later retries have higher numbers. */
  readonly retry: number;
  readonly rank: number;
  readonly index: number;
}

const before = (a: ReadyEntry, b: ReadyEntry): number => a.retry - b.retry || b.rank - a.rank || a.index - b.index;

/**
 * Stories that could start, best first. Kept sorted with the best at the end, so that taking it costs nothing and
 * adding one is a binary search.
 */
export class ReadyQueue {
  readonly #entries: ReadyEntry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  add(entry: ReadyEntry): void {
    this.#entries.splice(this.#place(entry), 0, entry);
  }

  /** Adds many at once: one sort instead of many insertions. */
  addAll(entries: readonly ReadyEntry[]): void {
    for (const entry of entries) this.#entries.push(entry);
    this.#entries.sort((a, b) => before(b, a));
  }

  /** Takes out an entry that compares equal; true when it was there. */
  remove(entry: ReadyEntry): boolean {
    const place = this.#place(entry);
    if (this.#entries[place]?.key !== entry.key) return false;
    this.#entries.splice(place, 1);
    return true;
  }

  /** Best first. */
  *[Symbol.iterator](): Generator<ReadyEntry> {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i];
      if (entry !== undefined) yield entry;
    }
  }

  #place(entry: ReadyEntry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle];
      if (other !== undefined && before(other, entry) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
