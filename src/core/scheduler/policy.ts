import type { Pipeline, Role } from "../model/pipeline.ts";
import type { Severity } from "../model/review.ts";
import type { WritableStatus } from "../model/status.ts";

/** Which agent plays a role, as far as the scheduler must know it. */
export interface AgentChoice {
  /** Name of the agent profile. */
  readonly profile: string;
  /** Whose limits it shares: two profiles of one provider wait together. */
  readonly provider: string;
  readonly model?: string;
  /** Stronger models for a retry with a fresh session, in order. */
  readonly escalate: readonly string[];
  /** Who takes over while this one's provider cannot be used, in order. */
  readonly fallback?: readonly AgentChoice[];
  /** Whether a message reaches it in the middle of a turn. */
  readonly takesMessages?: boolean;
}

/** The members of a resource. */
export interface ResourcePool {
  readonly units: readonly string[];
  readonly env?: string;
}

/**
 * Everything of the configuration that decisions depend on, pinned at the start of the run: plain data, part of
 * run.json.
 */
export interface RunPolicy {
  readonly pipeline: Pipeline;
  readonly maxWorkers: number;
  /** Attempts a story has in all. */
  readonly attemptsMax: number;
  /** Stories that end failed in a row before the breaker opens. */
  readonly breakerMax: number;
  /** Who plays each role of the pipeline. The builder and the reviewer are always known. */
  readonly agents: Readonly<Record<"builder" | "reviewer", AgentChoice>> & Readonly<Record<Role, AgentChoice>>;
  readonly blocking: Severity;
  /** Reviews a story may have before what is still open is parked. */
  readonly reviewsMax: number;
  /** Which stories a person approves a plan of first. */
  readonly plans: "off" | "complex" | "all";
  /** Whether "done" needs evidence; without, the end of the turn decides. */
  readonly evidence: boolean;
  /** Whether a story needs a folder made ready (a worktree, or a baseline in the shared copy). */
  readonly workspace: boolean;
  /** Whether finished work is landed from a branch of its own. */
  readonly landing: boolean;
  /** Whether statuses are kept in files of the project. */
  readonly keepsStatus: boolean;
  /** Whether progress artifacts are written after every phase. */
  readonly keepsProgress: boolean;
  /** Whether agents write them instead. */
  readonly agentsKeepProgress?: true;
  readonly finalStatus: WritableStatus;
  /** Whether gates run on the baseline before the first story, and what red means: `ask` has a person decide. */
  readonly baseline: "skip" | "require" | "accept" | "ask";
  /** Whether the run has a last act (bookkeeping, moving the target, gates of batch mode). */
  readonly finish: boolean;
  readonly storyTurnsMax: number;
  readonly storyTokensMax: number | null;
  readonly storyUsdMax: number | null;
  readonly runTokensMax: number | null;
  readonly runUsdMax: number | null;
  /** What a parked story means when nothing else can go on. */
  readonly inbox: "wait" | "fail";
  readonly resources: Readonly<Record<string, ResourcePool>>;
  /** One story after the other as the backlog has them, whatever waits for what. */
  readonly inBacklogOrder: boolean;
}

/** First pause before a retry of work, doubled with each attempt. */
export const WORK_BACKOFF_MS = 500;
/** First pause when the environment failed, doubled each time. */
export const ENVIRONMENT_BACKOFF_MS = 1_000;
/** No pause is longer. */
export const BACKOFF_MAX_MS = 300_000;
/** Failures of the environment in a row before a story waits for a person. */
export const ENVIRONMENT_FAILURES_MAX = 8;
/** Landings in a row that are refused and go back to the builder before the story waits for a person. */
export const LANDING_REPAIRS_MAX = 2;
/** Failures in a row of a provider that is overloaded or out of reach before a story waits for a person: a night's worth. */
export const PROVIDER_FAILURES_MAX = 100;
/** First rest of a provider that gave no time of its own, doubled while its limit goes on. */
export const PROVIDER_REST_MS = 60_000;
/** No rest is longer unless the provider said so. */
export const PROVIDER_REST_MAX_MS = 1_800_000;
/** Longest rest that a provider is believed: a month and more; what is longer was counted in another unit. */
export const PROVIDER_REST_TOLD_MAX_MS = 40 * 86_400_000;
/** Quiet time after which an overloaded provider gets one more turn at once. */
export const PROVIDER_EASE_MS = 120_000;
/** Overloads within this time are one. */
export const PROVIDER_SLOW_AGAIN_MS = 30_000;

/**
 * Exponential backoff with jitter, in milliseconds: between half and all of `first * 2^(nth-1)`, capped.
 * `luck` in [0, 1) comes from outside.
 */
export const backoffMs = (first: number, nth: number, luck: number): number => {
  const whole = Math.min(BACKOFF_MAX_MS, first * 2 ** Math.min(30, Math.max(0, nth - 1)));
  return Math.round(whole / 2 + (whole / 2) * luck);
};
