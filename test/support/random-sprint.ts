import type { Complexity, Story } from "../../src/core/model/story.ts";
import { story } from "./run.ts";

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A sprint of random stories with the true duration of each, in milliseconds. */
export interface RandomSprint {
  readonly stories: readonly Story[];
  readonly durations: ReadonlyMap<string, number>;
}

/**
 * Layered random dependencies and lognormal durations: with probability 0.75 a story waits for 1 to 3 of the
 * `2 * width` stories before it; median 10 minutes, sigma 0.7.
 */
export const randomSprint = (count: number, seed: number, width = 8): RandomSprint => {
  const random = createRandom(seed * 1000 + count);
  const stories: Story[] = [];
  const durations = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const after = new Set<string>();
    if (index > 0 && random() < 0.75) {
      const many = [1, 1, 2, 3][Math.floor(random() * 4)]!;
      const first = Math.max(0, index - width * 2);
      for (let edge = 0; edge < many; edge++) after.add(`s${first + Math.floor(random() * (index - first))}`);
    }
    stories.push(story(`s${index}`, [...after]));
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    durations.set(`s${index}`, Math.round(600_000 * Math.exp(0.7 * normal)));
  }
  return { stories, durations };
};

const CLASSES: readonly (readonly [Complexity, number])[] = [
  ["trivial", 0.2],
  ["micro", 0.4],
  ["light", 0.6],
  ["standard", 1],
  ["complex", 2],
  ["critical", 3],
];

/** The stories with the complexity that comes nearest to their true duration: all that a backlog can say of it. */
export const withComplexities = ({ stories, durations }: RandomSprint): Story[] =>
  stories.map((one) => {
    const weight = durations.get(one.key)! / 600_000;
    const distance = (value: number): number => Math.abs(Math.log(value / weight));
    const [complexity] = CLASSES.reduce((best, next) => (distance(next[1]) < distance(best[1]) ? next : best));
    return { ...one, complexity };
  });
