import { phaseNamed } from "../../core/model/pipeline.ts";
import { entryPhase } from "../../core/scheduler/decide-due.ts";
import { clashOf, leasesFor } from "../../core/scheduler/decide-start.ts";
import { isSatisfied, type RunState, type StoryState, storyOf } from "../../core/scheduler/state.ts";
import { clockMinutes } from "./time-words.ts";

/** Keys that are named before "and n more". */
const NAMED_MAX = 3;

/**
 * What a story waits for at that time, in words: `36-1`, `answer`, `backoff 4 s`, `limit claude until 14:05`, `pause`,
 * `resource test-db`, `36-3 (same files)`, `worker`, `merge queue`; `null` when it waits for nothing or has ended.
 */
export const waitingFor = (state: RunState, story: StoryState, nowMs: number): string | null => {
  switch (story.stage) {
    case "ended":
      return null;
    case "parked":
      return "answer";
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
  const phase = phaseNamed(state.policy.pipeline, story.next?.phase ?? entryPhase(state, story));
  if (phase.kind !== "turn") return undefined;
  const { provider } = state.policy.agents[phase.role];
  const untilMs = state.resting.get(provider);
  return untilMs === undefined ? undefined : `limit ${provider} until ${clockMinutes(untilMs)}`;
};

/** What holds all stories back at once. */
const holdOf = (state: RunState): string | undefined => {
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
