import type { FailureType } from "../../core/model/failure.ts";
import type { PhaseName } from "../../core/model/pipeline.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { CutReason, TurnFailureCause } from "../../core/model/turn.ts";
import type { CountName } from "../../core/scheduler/counts.ts";
import type { Outcome, RunStatus } from "../../core/scheduler/events.ts";

/** Version of the machine contract (product.md). Fields are added, never changed. */
export const CONTRACT_VERSION = 1;

/** A failure as the contract shows it. */
export interface ContractError {
  readonly type: FailureType;
  readonly message: string;
  readonly context: string;
  readonly recovery_hints: readonly string[];
}

/** Tokens in and out, and money. `null` is unknown, never zero. */
export interface ContractUsage {
  readonly tokens: number | null;
  readonly usd: number | null;
  /** Set where a part of the tokens has no known price: it cost more than that. */
  readonly usd_is_part?: true;
}

/** How many acceptance criteria of a story are in which state; `claimed` are all that the builder said anything of. */
export interface ContractCriteria {
  readonly total: number;
  readonly claimed: number;
  readonly proven: number;
  readonly unproven: number;
  readonly not_checkable: number;
}

/** How many stories are where; all but `total` add up to `total`. */
export type ContractCounts = Readonly<Record<CountName | "total", number>>;

/** What a line of `--json` says, without its head. */
export type ContractBody =
  | { readonly type: "run.started"; readonly stories: readonly StoryKey[]; readonly max_workers: number }
  | {
      readonly type: "story.started";
      readonly story: StoryKey;
      readonly attempt: number;
      readonly worker: string;
    }
  | {
      readonly type: "phase.started";
      readonly story: StoryKey;
      readonly phase: PhaseName;
      /** Name of the agent profile; `storyboard` for the landing, which is its own. */
      readonly agent: string;
    }
  | {
      readonly type: "turn.started";
      readonly story: StoryKey;
      readonly phase: PhaseName;
      /** The agent's session that is continued; `null` for a new one. */
      readonly session: string | null;
    }
  | {
      readonly type: "turn.ended";
      readonly story: StoryKey;
      readonly phase: PhaseName;
      /** Whether the turn itself ended well; what it is worth, evidence says. */
      readonly ok: boolean;
      readonly session: string | null;
      readonly usage: ContractUsage;
      readonly error?: ContractError;
      /** What a turn that did not end well ended with: it decides what comes next. Present where `error` is. */
      readonly cause?: TurnFailureCause | CutReason | "halt";
    }
  | { readonly type: "feed"; readonly story: StoryKey; readonly text: string }
  | {
      readonly type: "story.retrying";
      readonly story: StoryKey;
      /** The attempt that comes. */
      readonly attempt: number;
      readonly error: ContractError;
    }
  /** Finished work that did not land: what is done about it, later lines tell. */
  | {
      readonly type: "landing.refused";
      readonly story: StoryKey;
      readonly error: ContractError;
      readonly files: readonly string[];
    }
  | { readonly type: "story.blocked"; readonly story: StoryKey; readonly by: StoryKey }
  | { readonly type: "story.parked"; readonly story: StoryKey; readonly question: string }
  /** The run itself waits for a person: gates are red before the first story. `choices` are the answers that it knows. */
  | { readonly type: "run.asked"; readonly question: string; readonly choices: readonly string[] }
  | {
      readonly type: "story.ended";
      readonly story: StoryKey;
      readonly outcome: Outcome;
      readonly attempts: number;
      /** From its first start to its end; 0 for a story that never started. */
      readonly duration_ms: number;
      readonly commit?: string;
      readonly error?: ContractError;
    }
  | {
      readonly type: "evidence.checked";
      readonly story: StoryKey;
      readonly missing: readonly string[];
      /** Set where the checks of acceptance criteria were looked at. */
      readonly criteria?: ContractCriteria;
    }
  | { readonly type: "gate.ended"; readonly name: string; readonly ok: boolean; readonly cached: boolean }
  | { readonly type: "breaker.opened" }
  | { readonly type: "workers.changed"; readonly max: number; readonly effective: number }
  | { readonly type: "limit.waiting"; readonly provider: string; readonly until: string }
  | { readonly type: "run.ended"; readonly status: RunStatus; readonly counts: ContractCounts };

/** One line of `--json`. */
export type ContractLine = {
  readonly v: typeof CONTRACT_VERSION;
  /** Counts the lines of one stream from 1, without gaps where no line was skipped. */
  readonly seq: number;
  /** ISO time, UTC. */
  readonly at: string;
  readonly run: string;
} & ContractBody;
