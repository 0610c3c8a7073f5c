import { footprintsClash } from "../../core/model/footprint.ts";
import { graphOf, type StoryGraph } from "../../core/model/graph.ts";
import type { Story } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { RunPolicy } from "../../core/scheduler/policy.ts";

/** Stories that no dependency orders and that still cannot all be in flight together. */
export type Clash =
  | { readonly kind: "files"; readonly stories: readonly [StoryKey, StoryKey] }
  | {
      readonly kind: "resource";
      readonly resource: string;
      /** How many stories can hold it at a time. */
      readonly units: number;
      readonly stories: readonly StoryKey[];
    };

/** Clashes over files that are listed. */
const CLASHES_MAX = 200;
/** Pairs of footprints that are compared: a sprint with more of them has only its first ones listed. */
const PAIRS_MAX = 20_000;

/** What keeps stories apart besides dependencies: common files in their footprints, and resources with too few units. */
export const clashesOf = (stories: readonly Story[], policy: Pick<RunPolicy, "resources">): Clash[] => [
  ...fileClashes(stories),
  ...resourceClashes(stories, policy),
];

const fileClashes = (stories: readonly Story[]): Clash[] => {
  const graph = graphOf(stories);
  const touching = stories.filter((story) => story.touches.length > 0);
  const clashes: Clash[] = [];
  let pairs = 0;
  for (const [index, a] of touching.entries()) {
    // One walk a story, not one a pair.
    const ordered = new Set([...reach(graph.dependencies, a.key), ...reach(graph.dependents, a.key)]);
    for (const b of touching.slice(index + 1)) {
      if (++pairs > PAIRS_MAX || clashes.length >= CLASHES_MAX) return clashes;
      if (ordered.has(b.key) || !footprintsClash(a.touches, b.touches)) continue;
      clashes.push({ kind: "files", stories: [a.key, b.key] });
    }
  }
  return clashes;
};

const reach = (edges: StoryGraph["dependencies"], from: StoryKey): Set<StoryKey> => {
  const seen = new Set<StoryKey>();
  const open = [from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const next of edges.get(key) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
};

const resourceClashes = (stories: readonly Story[], policy: Pick<RunPolicy, "resources">): Clash[] => {
  const users = new Map<string, StoryKey[]>();
  for (const story of stories) {
    for (const resource of new Set(story.needs)) users.set(resource, [...(users.get(resource) ?? []), story.key]);
  }
  return [...users]
    .map(([resource, keys]) => ({
      kind: "resource" as const,
      resource,
      units: policy.resources[resource]?.units.length ?? 1,
      stories: keys,
    }))
    .filter((clash) => clash.stories.length > clash.units);
};
