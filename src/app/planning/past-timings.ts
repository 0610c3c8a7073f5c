import type { Story } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { JournaledEvent } from "../../core/scheduler/events.ts";
import type { PastTiming } from "./durations.ts";

/**
 * How long the stories of an earlier run had a worker, from its journal: those that ended `done`, with all their
 * attempts, but without the time they waited for a limit, a person or a backoff.
 */
export const pastTimings = (entries: readonly JournaledEvent[], stories: readonly Story[]): PastTiming[] => {
  const complexities = new Map(stories.map((story) => [story.key, story.complexity]));
  const startedAtMs = new Map<StoryKey, number>();
  const workedMs = new Map<StoryKey, number>();
  const timings: PastTiming[] = [];
  for (const { event, at } of entries) {
    if (event.type === "story.started") startedAtMs.set(event.story, at);
    if (event.type !== "story.requeued" && event.type !== "story.parked" && event.type !== "story.ended") continue;
    const start = startedAtMs.get(event.story);
    startedAtMs.delete(event.story);
    if (start === undefined) continue;
    const worked = (workedMs.get(event.story) ?? 0) + Math.max(0, at - start);
    workedMs.set(event.story, worked);
    if (event.type === "story.ended" && event.outcome === "done") {
      timings.push({ complexity: complexities.get(event.story), seconds: worked / 1000 });
    }
  }
  return timings;
};
