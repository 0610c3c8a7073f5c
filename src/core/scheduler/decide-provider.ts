import type { StoryKey } from "../model/story-key.ts";
import type { TurnEnd } from "../model/turn.ts";
import { type Decision, requeueForStop } from "./decision.ts";
import type { RunTurn } from "./effects.ts";
import type { Resumption, RunEvent } from "./events.ts";
import { stopCritically, stopRun } from "./failing.ts";
import {
  PROVIDER_EASE_MS,
  PROVIDER_REST_MAX_MS,
  PROVIDER_REST_MS,
  PROVIDER_REST_TOLD_MAX_MS,
  PROVIDER_SLOW_AGAIN_MS,
} from "./policy.ts";
import { atWorkFor, nextAgentOf, playerOf, providerOf } from "./providers.ts";
import { type RunState, type StoryState, storyOf } from "./state.ts";

type Failed = Extract<TurnEnd, { kind: "failed" }>;

/**
 * A usage limit: the provider rests, the story keeps its attempt and gives its slot to others. A provider that does not
 * say until when is asked again after a pause that grows.
 */
export const waitForProvider = (
  { state, atMs }: Decision,
  story: StoryState,
  effect: RunTurn,
  end: Failed,
  next: Resumption,
): RunEvent[] => {
  const provider = providerOf(state, effect.role, effect.agent);
  const known = state.resting.get(provider) ?? 0;
  const pauseMs = Math.min(PROVIDER_REST_MAX_MS, PROVIDER_REST_MS * 2 ** (state.rests.get(provider) ?? 0));
  const told = believedTime(end.untilMs, atMs);
  // Turns that meet the limit together are one.
  const untilMs = Math.max(known, told ?? (known > atMs ? known : atMs + pauseMs));
  const rests: RunEvent[] = untilMs > known ? [{ type: "limit.waiting", provider, untilMs }] : [];
  return [...rests, backToQueue(story, next, hasFallback(state, effect) ? 0 : untilMs)];
};

/** A time that has passed is no time, since some repeat an old one; neither is one that is too far away. */
const believedTime = (untilMs: number | undefined, atMs: number): number | undefined =>
  untilMs !== undefined && untilMs > atMs && untilMs - atMs <= PROVIDER_REST_TOLD_MAX_MS ? untilMs : undefined;

/** Whether another provider could take the role over; which one, and when, is decided with each turn. */
const hasFallback = (state: RunState, { role }: RunTurn): boolean =>
  (playerOf(state.policy, role).fallback ?? []).length > 0;

const backToQueue = (story: StoryState, next: Resumption, notBeforeMs: number): RunEvent => ({
  type: "story.requeued",
  story: story.story.key,
  reason: "limit",
  attempt: story.attempt,
  notBeforeMs,
  next,
});

/** An overload: half of the provider's turns at once from now on, and one more each time it has been quiet for a while. */
export const slowProvider = ({ state, atMs }: Decision, effect: RunTurn): RunEvent[] => {
  const provider = providerOf(state, effect.role, effect.agent);
  const slowed = state.slowed.get(provider);
  // Turns that fail together are one overload.
  if (slowed !== undefined && atMs - slowed.sinceMs < PROVIDER_SLOW_AGAIN_MS) return [];
  const workers = Math.max(
    1,
    Math.floor(Math.min(slowed?.workers ?? state.maxWorkers, atWorkFor(state, provider)) / 2),
  );
  return [{ type: "provider.slowed", provider, workers, easeAtMs: atMs + PROVIDER_EASE_MS }];
};

/**
 * A provider that only a person can bring back (login, billing, settings): its stories wait, those of others go on. The
 * run stops when nothing else is left to do.
 */
const barProvider = (
  { state }: Decision,
  story: StoryState,
  effect: RunTurn,
  next: Resumption,
  reason: string,
): RunEvent[] => [
  { type: "provider.barred", provider: providerOf(state, effect.role, effect.agent), reason },
  requeueForStop(story, next),
];

/** The providers whose time has come: those that rested, and those that were slowed. */
export const easeProviders = (state: RunState, atMs: number): RunEvent[] => [
  ...[...state.resting]
    .filter(([, untilMs]) => untilMs <= atMs)
    .map(([provider]): RunEvent => ({ type: "limit.lifted", provider })),
  ...[...state.slowed]
    .filter(([, { easeAtMs }]) => easeAtMs <= atMs)
    .map(
      ([provider, { workers }]): RunEvent =>
        workers + 1 >= state.maxWorkers
          ? { type: "provider.eased", provider }
          : { type: "provider.slowed", provider, workers: workers + 1, easeAtMs: atMs + PROVIDER_EASE_MS },
    ),
];

/** Nothing but stories of barred providers is left: a person has to act before anything can go on. */
export const endBarred = (decision: Decision): RunEvent[] => {
  const { state } = decision;
  const isIdle = state.busy === 0 && state.landing === undefined && state.effects.size === 0;
  if (state.barred.size === 0 || !isIdle || state.stopping !== undefined || state.breaker.open) return [];
  if (state.ready.size + state.sleeping.size === 0) return [];
  for (const { key } of state.ready) if (!isBarred(state, key)) return [];
  for (const key of state.sleeping.keys()) if (!isBarred(state, key)) return [];
  return stopRun(decision, [...new Set(state.barred.values())].join("; "), true);
};

const isBarred = (state: RunState, key: StoryKey): boolean => {
  const provider = nextAgentOf(state, storyOf(state, key))?.provider;
  return provider !== undefined && state.barred.has(provider);
};

/** Whether a failed turn of that provider stops everything at once: no other provider has a part in the run. */
const isOnlyProvider = (state: RunState, provider: string): boolean =>
  Object.values(state.policy.agents).every(
    (agent) => agent.provider === provider && (agent.fallback ?? []).every((choice) => choice.provider === provider),
  );

/** What only a person can put right: stops the run where it has no other provider, else bars this one. */
export const needPerson = (
  decision: Decision,
  story: StoryState,
  effect: RunTurn,
  next: Resumption,
  reason: string,
): RunEvent[] =>
  isOnlyProvider(decision.state, providerOf(decision.state, effect.role, effect.agent))
    ? stopCritically(decision, story, next, reason)
    : barProvider(decision, story, effect, next, reason);
