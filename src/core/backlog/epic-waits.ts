import type { Story } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";

/** Most edges between two epics; beyond that one story of the earlier epic stands for all of it. */
const EPIC_EDGES_MAX = 2000;

/** A story and the one it is to wait for. */
export type Wait = readonly [story: Story, on: Story];

/**
 * The fewest waits that make every story of `later` start after every story of `earlier`: the ones that nothing of
 * their own epic holds back wait for the ones that nothing of their own epic waits for. Were these pairs too many, the
 * earlier epic's last story waits for the rest of its epic's ends, and the later epic for it alone.
 */
export const epicWaits = (
  earlier: readonly Story[],
  later: readonly Story[],
  edges: { readonly dependenciesOf: (story: Story) => Iterable<StoryKey> },
): readonly Wait[] => {
  const laterKeys = new Set(later.map(({ key }) => key));
  const starts = later.filter((story) => ![...edges.dependenciesOf(story)].some((key) => laterKeys.has(key)));
  const waitedFor = new Set(earlier.flatMap((story) => [...edges.dependenciesOf(story)]));
  const ends = earlier.filter(({ key }) => !waitedFor.has(key));
  const last = ends.at(-1);
  if (last === undefined || starts.length * ends.length <= EPIC_EDGES_MAX) {
    return starts.flatMap((story) => ends.map((on) => [story, on] as const));
  }
  return [
    ...ends.filter((on) => on !== last).map((on) => [last, on] as const),
    ...starts.map((story) => [story, last] as const),
  ];
};
