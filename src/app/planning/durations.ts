import { storyWeight } from "../../core/model/graph.ts";
import type { Complexity, Story } from "../../core/model/story.ts";

/** How long a story took in an earlier run, waiting not counted. */
export interface PastTiming {
  readonly complexity: Complexity | undefined;
  readonly seconds: number;
}

/** A standard story without any earlier timing is reckoned with that. */
const STANDARD_STORY_SECONDS = 600;

/** An expected duration, and whether it is a guess. */
export interface ExpectedDuration {
  readonly seconds: number;
  readonly isEstimated: boolean;
}

/**
 * How long stories can be expected to take: the median of earlier stories of the same complexity (undeclared ones are a
 * kind of their own). Where there are none, the median of all of them by weight, else ten minutes for a standard story;
 * both are estimates.
 */
export const expectedDurations = (timings: readonly PastTiming[]): ((story: Story) => ExpectedDuration) => {
  const known = new Map<Complexity | undefined, number>();
  for (const [complexity, group] of Map.groupBy(timings, (timing) => timing.complexity)) {
    known.set(complexity, median(group.map((timing) => timing.seconds)));
  }
  const weighed = timings.map(({ complexity, seconds }) => seconds / weightOf(complexity));
  const unitSeconds = weighed.length === 0 ? STANDARD_STORY_SECONDS : median(weighed);
  return (story) => {
    const seconds = known.get(story.complexity);
    return seconds === undefined
      ? { seconds: unitSeconds * storyWeight(story), isEstimated: true }
      : { seconds, isEstimated: false };
  };
};

const weightOf = (complexity: Complexity | undefined): number =>
  storyWeight({ complexity } as Pick<Story, "complexity"> as Story);

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
};
