import type { Complexity, Story } from "./story.ts";
import type { StoryKey } from "./story-key.ts";

/** Relative effort by complexity, where stories say it: the unit is a standard story. */
const WEIGHT: Record<Complexity, number> = {
  trivial: 0.2,
  micro: 0.4,
  light: 0.6,
  standard: 1,
  complex: 2,
  critical: 3,
};

/** Expected effort of a story in standard stories; unknown complexity counts as one. */
export const storyWeight = (story: Story): number => WEIGHT[story.complexity ?? "standard"];

/** The dependency graph over the stories of a run. Edges to stories outside the run are not in it. */
export interface StoryGraph {
  /** For each story the stories it waits for, without doubles. */
  readonly dependencies: ReadonlyMap<StoryKey, readonly StoryKey[]>;
  readonly dependents: ReadonlyMap<StoryKey, readonly StoryKey[]>;
}

/** Builds the graph from the stories' `dependsOn`. */
export const graphOf = (stories: readonly Story[]): StoryGraph => {
  const dependencies = new Map<StoryKey, StoryKey[]>(stories.map((story) => [story.key, []]));
  const dependents = new Map<StoryKey, StoryKey[]>(stories.map((story) => [story.key, []]));
  for (const story of stories) {
    for (const key of new Set(story.dependsOn.map((dependency) => dependency.key))) {
      if (!dependencies.has(key)) continue;
      dependencies.get(story.key)?.push(key);
      dependents.get(key)?.push(story.key);
    }
  }
  return { dependencies, dependents };
};

/**
 * Every story after all that it waits for, otherwise in the given order. Stories on or behind a cycle are left out;
 * `orderBacklog` has refused those before.
 */
const topologicalOrder = (graph: StoryGraph): StoryKey[] => {
  const unmet = new Map([...graph.dependencies].map(([key, all]) => [key, all.length]));
  const order = [...unmet].filter(([, count]) => count === 0).map(([key]) => key);
  for (let next = 0; next < order.length; next++) {
    for (const dependent of graph.dependents.get(order[next] ?? "") ?? []) {
      const left = (unmet.get(dependent) ?? 0) - 1;
      unmet.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
};

/**
 * The longest remaining path of each story: its own weight plus the heaviest chain of stories that wait for it.
 * The story with the largest rank starts first.
 */
export const ranksOf = (graph: StoryGraph, weightOf: (key: StoryKey) => number): Map<StoryKey, number> => {
  const ranks = new Map<StoryKey, number>();
  for (const key of topologicalOrder(graph).reverse()) {
    let heaviest = 0;
    for (const dependent of graph.dependents.get(key) ?? []) heaviest = Math.max(heaviest, ranks.get(dependent) ?? 0);
    ranks.set(key, weightOf(key) + heaviest);
  }
  return ranks;
};

/** The heaviest chain of stories, from first to last. Empty for an empty graph. */
export const criticalPath = (graph: StoryGraph, weightOf: (key: StoryKey) => number): StoryKey[] => {
  const ranks = ranksOf(graph, weightOf);
  const heaviest = (keys: Iterable<StoryKey>): StoryKey | undefined => {
    let best: StoryKey | undefined;
    for (const key of keys) {
      if (best === undefined || (ranks.get(key) ?? 0) > (ranks.get(best) ?? 0)) best = key;
    }
    return best;
  };
  const path: StoryKey[] = [];
  for (let next = heaviest(ranks.keys()); next !== undefined; next = heaviest(graph.dependents.get(next) ?? [])) {
    path.push(next);
  }
  return path;
};
