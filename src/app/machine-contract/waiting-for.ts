import { firstLine } from "../../core/model/plain-text.ts";
import { clashOf, leasesFor } from "../../core/scheduler/decide-start.ts";
import { holdOn, nextAgentOf } from "../../core/scheduler/providers.ts";
import { isSatisfied, type RunState, type StoryState, storyOf } from "../../core/scheduler/state.ts";
import { clockMinutes } from "./time-words.ts";

/** Keys that are named before "and n more". */
const NAMED_MAX = 3;

/**
 * What a story waits for at that time, in words: `36-1`, `answer`, `backoff 4 s`, `limit claude until 14:05`, `claude,
 * which is overloaded`, `pause`, `resource test-db`, `36-3 (same files)`, `worker`, `merge queue`; `null` when it waits for
 * nothing or has ended.
 */
export const waitingFor = (state: RunState, story: StoryState, nowMs: number): string | null => {
  switch (story.stage) {
    case "ended":
      return null;
    case "parked":
      return story.question?.kind === "attached" ? "a person in its session" : "answer";
    case "landing":
      return state.landing === story.story.key ? null : "merge queue";
    case "running":
      return state.paused && story.busyWith === undefined ? "pause" : null;
    case "queued":
      return (
        dependenciesOf(state, story) ?? timeOf(state, story, nowMs) ?? holdOf(state) ?? needOf(state, story) ?? "worker"
      );
  }
};

/** Some names in a row, the rest as a number: `36-1, 36-2, 36-3 and 4 more`. */
export const named = (names: readonly string[]): string =>
  names.length <= NAMED_MAX
    ? names.join(", ")
    : `${names.slice(0, NAMED_MAX).join(", ")} and ${names.length - NAMED_MAX} more`;

const dependenciesOf = (state: RunState, story: StoryState): string | undefined => {
  if (story.unmet === 0) return undefined;
  const all = state.graph.dependencies.get(story.story.key) ?? [];
  return named(all.filter((key) => !isSatisfied(storyOf(state, key))));
};

const timeOf = (state: RunState, story: StoryState, nowMs: number): string | undefined => {
  if (story.notBeforeMs <= nowMs) return undefined;
  return limitOf(state, story) ?? `backoff ${Math.ceil((story.notBeforeMs - nowMs) / 1000)} s`;
};

const limitOf = (state: RunState, story: StoryState): string | undefined => {
  const provider = nextAgentOf(state, story)?.provider;
  const hold = provider === undefined ? undefined : holdOn(state, provider);
  switch (hold?.kind) {
    case "resting":
      return `limit ${provider} until ${clockMinutes(hold.untilMs)}`;
    case "slowed":
      return `${provider}, which is overloaded`;
    case "barred":
      return `${provider}: ${firstLine(hold.reason)}`;
    default:
      return undefined;
  }
};

/** What holds all stories back at once. */
const holdOf = (state: RunState): string | undefined => {
  if (state.baselineQuestion !== undefined) return "your word on red gates";
  if (state.phase === "baseline") return "baseline gates";
  if (state.stopping !== undefined || state.phase === "ended") return "resume";
  if (state.paused) return "pause";
  return state.breaker.open ? "circuit breaker" : undefined;
};

const needOf = (state: RunState, story: StoryState): string | undefined => {
  const clash = clashOf(state, story.story);
  if (clash !== undefined) return `${clash} (same files)`;
  const used = story.story.needs.find(
    (resource) => leasesFor(state, { ...story.story, needs: [resource] }) === undefined,
  );
  return used === undefined ? limitOf(state, story) : `resource ${used}`;
};
