import { type CriterionClaim, laterClaims } from "../model/criteria.ts";
import type { LandingConflict } from "../model/landing-conflict.ts";
import { type PhaseName, phaseNamed } from "../model/pipeline.ts";
import type { BuildClaim } from "../model/review.ts";
import type { WritableStatus } from "../model/status.ts";
import type { StoryKey } from "../model/story-key.ts";
import type { CheckEvidence, EffectId, WriteStatus } from "./effects.ts";
import type { Resumption, RunEvent, StopPurpose } from "./events.ts";
import { failureOf } from "./failures.ts";
import { isSatisfied, type RunState, type StoryState, storyOf } from "./state.ts";

/** What a decision works with: the state (read only here), the time and the chance, and ids for new effects. */
export interface Decision {
  readonly state: RunState;
  readonly atMs: number;
  readonly luck: number;
  readonly newEffect: () => EffectId;
}

/** Opens a decision on a state. Effect ids continue the run's count. */
export const decisionOn = (state: RunState, atMs: number, luck: number): Decision => {
  let count = state.effectCount;
  return { state, atMs, luck, newEffect: () => `e${++count}` };
};

/** Asks for a status in the project's files; nothing where the run keeps none. */
export const requestStatus = (
  decision: Decision,
  story: StoryKey,
  status: WritableStatus,
  deferred: WriteStatus["deferred"] = [],
): RunEvent[] => {
  if (!decision.state.policy.keepsStatus && deferred.length === 0) return [];
  const effect: WriteStatus = { kind: "write-status", id: decision.newEffect(), story, status, deferred };
  return [{ type: "status.requested", story, effect }];
};

/** Asks for a look at the evidence; `said` is what the turn that ended just now claims and the state does not hold yet. */
export const requestEvidence = (
  decision: Decision,
  story: StoryKey,
  phase: PhaseName,
  purpose: CheckEvidence["purpose"],
  said?: BuildClaim,
): RunEvent[] => [
  {
    type: "evidence.requested",
    story,
    effect: {
      kind: "check-evidence",
      id: decision.newEffect(),
      story,
      phase,
      purpose,
      ...(purpose === "already-done" && storyOf(decision.state, story).turns > 0 ? { isSaid: true } : {}),
      ...baselineOf(storyOf(decision.state, story)),
      ...conflictOf(storyOf(decision.state, story)),
      ...workedOf(decision.state, story, phase),
      ...claimsOf(laterClaims(storyOf(decision.state, story).criteria?.claims ?? [], said?.criteria ?? [])),
    },
  },
];

const workedOf = ({ policy, stories }: RunState, key: StoryKey, name: PhaseName): Pick<CheckEvidence, "worked"> => {
  const phase = phaseNamed(policy.pipeline, name);
  const worked = phase.kind === "turn" && phase.evidence === "story" ? stories.get(key)?.worked : undefined;
  return worked === undefined ? {} : { worked };
};

const claimsOf = (claims: readonly CriterionClaim[]): Pick<CheckEvidence, "claims"> =>
  claims.length === 0 ? {} : { claims };

/** The commit that a story started from, as effects carry it. */
export const baselineOf = ({ baseline }: Pick<StoryState, "baseline">): { readonly baseline?: string } =>
  baseline === undefined ? {} : { baseline };

/** Why the story's last landing was refused, as effects carry it. */
export const conflictOf = ({ conflict }: StoryState): { readonly conflict?: LandingConflict } =>
  conflict === undefined ? {} : { conflict };

/** A resumption with nothing special about it. */
export const startingAt = (phase: PhaseName): Resumption => ({
  phase,
  prompt: { kind: "start" },
  fresh: false,
  salvage: false,
});

/** The run stops: the story goes back to the queue with what it does next; nothing of that costs an attempt. */
export const requeueForStop = ({ story, attempt }: StoryState, next?: Resumption): RunEvent => ({
  type: "story.requeued",
  story: story.key,
  reason: "stopped",
  attempt,
  notBeforeMs: 0,
  ...(next === undefined ? {} : { next }),
});

/** The story ended well: dependents that were blocked by it alone go back to the queue. */
export const endWell = (
  decision: Decision,
  story: StoryState,
  ended: Extract<RunEvent, { type: "story.ended" }>,
): RunEvent[] => {
  const { key } = story.story;
  const events: RunEvent[] = [ended, ...unblocked(decision.state, key)];
  if (decision.state.policy.landing && story.workspaceReady) {
    const effect = { kind: "release-workspace", id: decision.newEffect(), story: key } as const;
    events.push({ type: "release.requested", story: key, effect });
  }
  return events;
};

/** The story ended so that dependents cannot start: those still queued are blocked, through the whole chain. */
export const endBadly = (decision: Decision, ended: Extract<RunEvent, { type: "story.ended" }>): RunEvent[] => {
  const { state } = decision;
  const events: RunEvent[] = [ended];
  const seen = new Set([ended.story]);
  const queue = [ended.story];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const key of state.graph.dependents.get(next) ?? []) {
      const dependent = storyOf(state, key);
      if (seen.has(key) || dependent.stage !== "queued") continue;
      seen.add(key);
      queue.push(key);
      const failure = failureOf("DependencyError", `blocked by ${ended.story} ${ended.outcome}`, `waits for ${next}`);
      events.push({ type: "story.ended", story: key, outcome: "blocked", by: ended.story, failure });
    }
  }
  return events;
};

const unblocked = (state: RunState, landed: StoryKey): RunEvent[] => {
  const free = new Set([landed]);
  const events: RunEvent[] = [];
  const queue = [landed];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const key of state.graph.dependents.get(next) ?? []) {
      const dependent = storyOf(state, key);
      if (free.has(key) || dependent.outcome !== "blocked") continue;
      const held = (state.graph.dependencies.get(key) ?? []).some((dependency) => {
        const other = storyOf(state, dependency);
        return !free.has(dependency) && other.stage === "ended" && !isSatisfied(other);
      });
      if (held) continue;
      free.add(key);
      queue.push(key);
      events.push({
        type: "story.requeued",
        story: key,
        reason: "unblocked",
        attempt: dependent.attempt,
        notBeforeMs: 0,
      });
    }
  }
  return events;
};

/** The story's end by a person, when none of its turns runs. */
export const endNow = (decision: Decision, story: StoryState, purpose: StopPurpose): RunEvent[] => {
  const { key } = story.story;
  if (purpose === "skip-as-done") {
    return endWell(decision, story, { type: "story.ended", story: key, outcome: "skipped", satisfies: true });
  }
  if (purpose === "skip") return endBadly(decision, { type: "story.ended", story: key, outcome: "skipped" });
  const failure = failureOf("CancelledError", "cancelled by a person", `in ${story.phase ?? "the queue"}`);
  return endBadly(decision, { type: "story.ended", story: key, outcome: "failed", failure });
};
