/**
 * A directed graph that stays free of cycles while edges are added, by keeping a topological order up to date
 * (Pearce and Kelly, "A Dynamic Topological Sort Algorithm", 2006): an edge that fits the order costs nothing, any
 * other only a look at the nodes between its ends. Nodes are numbers from 0.
 */
export class AcyclicGraph {
  readonly #after: Set<number>[];
  readonly #before: Set<number>[];
  readonly #place: number[];

  constructor(size: number) {
    this.#after = Array.from({ length: size }, () => new Set());
    this.#before = Array.from({ length: size }, () => new Set());
    this.#place = Array.from({ length: size }, (_, node) => node);
  }

  /** Adds "`first` comes before `then`", or returns false and changes nothing where that would close a cycle. */
  tryAdd(first: number, then: number): boolean {
    if (first === then) return false;
    if (this.#at(first) > this.#at(then) && !this.#reorder(first, then)) return false;
    this.#after[first]?.add(then);
    this.#before[then]?.add(first);
    return true;
  }

  /** The nodes in an order in which every edge points forward. */
  order(): readonly number[] {
    const order: number[] = new Array(this.#place.length);
    this.#place.forEach((place, node) => {
      order[place] = node;
    });
    return order;
  }

  /** A shortest way from `start` to `goal` along the edges, both included; undefined where there is none. */
  path(start: number, goal: number): readonly number[] | undefined {
    const from = new Map<number, number>([[start, start]]);
    const queue = [start];
    for (const node of queue) {
      if (node === goal) break;
      for (const next of this.#after[node] ?? []) {
        if (from.has(next)) continue;
        from.set(next, node);
        queue.push(next);
      }
    }
    if (!from.has(goal)) return undefined;
    const path = [goal];
    for (let node = goal; node !== start; path.unshift(node)) node = from.get(node) ?? start;
    return path;
  }

  #at(node: number): number {
    return this.#place[node] ?? 0;
  }

  /** Moves what `then` leads to behind what leads to `first`, within the places between the two. */
  #reorder(first: number, then: number): boolean {
    const forward = this.#reach(then, this.#after, (place) => place <= this.#at(first));
    if (forward.has(first)) return false;
    const backward = this.#reach(first, this.#before, (place) => place >= this.#at(then));
    const byPlace = (a: number, b: number): number => this.#at(a) - this.#at(b);
    const nodes = [...[...backward].sort(byPlace), ...[...forward].sort(byPlace)];
    const places = nodes.map((node) => this.#at(node)).sort((a, b) => a - b);
    nodes.forEach((node, i) => {
      this.#place[node] = places[i] ?? 0;
    });
    return true;
  }

  #reach(start: number, next: readonly Set<number>[], isWithin: (place: number) => boolean): Set<number> {
    const found = new Set([start]);
    for (const node of found) {
      for (const other of next[node] ?? []) if (isWithin(this.#at(other))) found.add(other);
    }
    return found;
  }
}
