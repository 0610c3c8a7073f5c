import type { Failure } from "../model/failure.ts";
import type { PhaseName, Role } from "../model/pipeline.ts";
import type { Finding } from "../model/review.ts";
import type { StoryKey } from "../model/story-key.ts";
import type { TurnResult } from "../model/turn.ts";
import type {
  BaselineResult,
  CheckBaseline,
  CheckEvidence,
  DeliverMessage,
  EffectFailed,
  EffectId,
  EvidenceResult,
  FinishResult,
  FinishRun,
  KeepProgress,
  Land,
  Lease,
  PrepareWorkspace,
  PromptRequest,
  ReleaseWorkspace,
  RunTurn,
  StopTurn,
  WorkspaceResult,
  WriteStatus,
} from "./effects.ts";
import type { LandingResult } from "./landing-result.ts";

/** How a story ended. `parked` comes only when the run itself ends. */
export type Outcome = "done" | "already-done" | "failed" | "blocked" | "skipped" | "parked" | "awaiting-operator";

/** What a story does first when it gets a worker (again). */
export interface Resumption {
  readonly phase: PhaseName;
  readonly prompt: PromptRequest;
  /** Start a fresh session although the role has one. */
  readonly fresh: boolean;
  /** A turn was cut off: look at what it finished before another turn. */
  readonly salvage: boolean;
}

/** Why a story went back to the queue. */
export type RequeueReason = "retry" | "environment" | "limit" | "stopped" | "answered" | "unblocked" | "reopened";

/** What waits for a person. */
export interface Question {
  readonly kind: QuestionKind;
  readonly text: string;
  readonly findings?: readonly Finding[];
  readonly files?: readonly string[];
  /** Gates that are red before the first story, with their last lines. */
  readonly red?: BaselineResult["red"];
}

/**
 * What a person is asked for. `blocker`: an agent cannot go on; `plan`: approval of a plan before it is built;
 * `environment`: something of this machine must be put right; `attached`: nothing was asked, a person has the agent's
 * session open; `operator`: the story has landed, and a person's own part of it is left; `baseline`: the run itself asks
 * what to make of gates that are red before its first story.
 */
export type QuestionKind =
  | "question"
  | "blocker"
  | "plan"
  | "review"
  | "conflict"
  | "environment"
  | "attached"
  | "operator"
  | "baseline";

/** What a person may decide about gates that are red before the first story. */
export type BaselineChoice = "accept" | "without" | "quit";

/** What a story waits for while a person has its agent's session open. */
export const ATTACHED: Question = {
  kind: "attached",
  text: 'A person has the agent\'s own session open. It goes on when that is closed, or with the answer "go on".',
};

/** Why a running turn is stopped: the run stops, a person ends the story, has something to say, or takes over for a while. */
export type StopPurpose = "stop" | "cancel" | "skip" | "skip-as-done" | "message" | "attach";

/** What a review left: findings at or above the threshold, and the rest of all reviews so far. */
export interface ReviewState {
  readonly open: readonly Finding[];
  readonly deferred: readonly Finding[];
}

/** How a run ended, in the words of the machine contract. */
export type RunStatus = "completed" | "blocked" | "paused" | "error";

/**
 * The decided events: what the journal holds, in the past tense. An event that asks for an effect carries it in
 * `effect`; one that ends an effect names it in `completes`. Replaying them with `evolve` gives the state.
 */
export type RunEvent =
  | { readonly type: "run.started" }
  | { readonly type: "run.resumed" }
  | { readonly type: "run.reopened" }
  | { readonly type: "run.stopping"; readonly reason: string; readonly critical: boolean }
  | { readonly type: "run.paused" }
  | { readonly type: "run.unpaused" }
  | {
      readonly type: "run.ended";
      readonly status: RunStatus;
      /** Exit status of product.md. */
      readonly exit: number;
      readonly reason: string;
    }
  | { readonly type: "baseline.requested"; readonly effect: CheckBaseline }
  | { readonly type: "baseline.checked"; readonly completes: EffectId; readonly result: BaselineResult }
  /** Gates are red before the first story, and the run waits for a person's word. */
  | { readonly type: "baseline.asked"; readonly question: Question }
  | { readonly type: "baseline.decided"; readonly choice: BaselineChoice }
  | { readonly type: "workers.changed"; readonly max: number }
  | { readonly type: "breaker.opened"; readonly failures: number }
  | { readonly type: "breaker.closed" }
  | { readonly type: "limit.waiting"; readonly provider: string; readonly untilMs: number }
  | { readonly type: "limit.lifted"; readonly provider: string }
  | {
      readonly type: "provider.slowed";
      readonly provider: string;
      /** Turns at once from now on. */
      readonly workers: number;
      /** When it gets one more, epoch milliseconds. */
      readonly easeAtMs: number;
    }
  | { readonly type: "provider.eased"; readonly provider: string }
  | { readonly type: "provider.barred"; readonly provider: string; readonly reason: string }
  | {
      readonly type: "story.started";
      readonly story: StoryKey;
      readonly attempt: number;
      readonly worker: string;
      readonly leases: readonly Lease[];
    }
  | { readonly type: "workspace.requested"; readonly story: StoryKey; readonly effect: PrepareWorkspace }
  | {
      readonly type: "workspace.ready";
      readonly story: StoryKey;
      readonly completes: EffectId;
      readonly result: WorkspaceResult;
    }
  | { readonly type: "turn.started"; readonly story: StoryKey; readonly effect: RunTurn }
  | {
      readonly type: "turn.stop-requested";
      readonly story: StoryKey;
      readonly effect: StopTurn;
      /** What the story's turn ends for. */
      readonly purpose: StopPurpose;
    }
  | {
      readonly type: "turn.ended";
      readonly story: StoryKey;
      readonly completes: EffectId;
      readonly phase: PhaseName;
      readonly role: Role;
      readonly result: TurnResult;
    }
  | { readonly type: "message.requested"; readonly story: StoryKey; readonly effect: DeliverMessage }
  | {
      readonly type: "message.ended";
      readonly story: StoryKey;
      readonly completes: EffectId;
      readonly text: string;
      readonly delivered: boolean;
    }
  /** A person who wanted the agent's session has gone again before its turn ended. */
  | { readonly type: "attach.withdrawn"; readonly story: StoryKey }
  /** A message that the story's next turn begins with. */
  | { readonly type: "message.kept"; readonly story: StoryKey; readonly text: string }
  /** What the agent asked in the middle of its turn; the story waits for the answer as soon as that has ended. */
  | {
      readonly type: "story.asked";
      readonly story: StoryKey;
      /** The turn that asked. */
      readonly turn: EffectId;
      readonly kind: "question" | "blocker";
      readonly text: string;
    }
  | { readonly type: "evidence.requested"; readonly story: StoryKey; readonly effect: CheckEvidence }
  | {
      readonly type: "evidence.checked";
      readonly story: StoryKey;
      readonly completes: EffectId;
      readonly result: EvidenceResult;
    }
  | {
      readonly type: "phase.due";
      readonly story: StoryKey;
      readonly next: Resumption;
      readonly review?: ReviewState;
      /** For the card: why the story goes on like this. */
      readonly note?: string;
    }
  | { readonly type: "status.requested"; readonly story: StoryKey; readonly effect: WriteStatus }
  | { readonly type: "progress.requested"; readonly story: StoryKey; readonly effect: KeepProgress }
  | {
      readonly type: "landing.queued";
      readonly story: StoryKey;
      /** The pipeline's last phase, storyboard's own. */
      readonly phase: PhaseName;
      readonly deferred: readonly Finding[];
    }
  | { readonly type: "landing.requested"; readonly story: StoryKey; readonly effect: Land }
  | {
      readonly type: "landing.ended";
      readonly story: StoryKey;
      readonly completes: EffectId;
      readonly result: LandingResult;
    }
  | {
      readonly type: "story.requeued";
      readonly story: StoryKey;
      readonly reason: RequeueReason;
      /** The attempt it goes on with: the same, or the next when this one failed. */
      readonly attempt: number;
      /** Not before this time, epoch milliseconds; 0 for at once. */
      readonly notBeforeMs: number;
      readonly next?: Resumption;
      readonly failure?: Failure;
      /** What the environment did, where the attempt is not to blame and no failure is counted. */
      readonly why?: string;
      /** The provider's trouble, which may last a night. */
      readonly ofProvider?: true;
    }
  | {
      readonly type: "story.parked";
      readonly story: StoryKey;
      readonly question: Question;
      readonly next: Resumption;
      readonly review?: ReviewState;
    }
  | {
      readonly type: "story.ended";
      readonly story: StoryKey;
      readonly outcome: Outcome;
      readonly failure?: Failure;
      readonly by?: StoryKey;
      readonly commit?: string;
      /** A skipped story that its dependents may treat as done. */
      readonly satisfies?: boolean;
      /** The part of it that is left for a person: with `awaiting-operator`. */
      readonly question?: Question;
    }
  /** A person has done their part of a story that awaited it: it is done. */
  | { readonly type: "story.confirmed"; readonly story: StoryKey }
  | { readonly type: "release.requested"; readonly story: StoryKey; readonly effect: ReleaseWorkspace }
  | { readonly type: "finish.requested"; readonly effect: FinishRun }
  | { readonly type: "finish.ended"; readonly completes: EffectId; readonly result: FinishResult }
  | { readonly type: "effect.completed"; readonly completes: EffectId }
  | {
      readonly type: "effect.failed";
      readonly completes: EffectId;
      readonly story?: StoryKey;
      readonly error: EffectFailed;
    };

/** An event as the journal holds it. */
export interface JournaledEvent {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: RunEvent;
}
