import type { CriteriaLedger, CriterionClaim } from "../model/criteria.ts";
import type { Failure } from "../model/failure.ts";
import type { LandingConflict } from "../model/landing-conflict.ts";
import type { Lesson } from "../model/lesson.ts";
import type { PhaseName, Role } from "../model/pipeline.ts";
import type { BuildClaim, Finding, RejectedArtifacts, WorkFile } from "../model/review.ts";
import type { WritableStatus } from "../model/status.ts";
import type { StoryKey } from "../model/story-key.ts";
import type { CutReason, TurnResult } from "../model/turn.ts";
import type { Usage } from "../model/usage.ts";
import type { Outcome } from "./events.ts";
import type { LandingResult } from "./landing-result.ts";

/** Identity of an effect within a run: `e1`, `e2`, ... in the order of their being decided. */
export type EffectId = string;

/** What a turn's prompt is about; the words are made when the effect is performed. */
export type PromptRequest =
  | { readonly kind: "start" }
  | { readonly kind: "retry"; readonly failure: Failure; readonly note?: string }
  | { readonly kind: "resume"; readonly reason: CutReason }
  | {
      readonly kind: "answer";
      readonly question: string;
      readonly answer: string;
      /** What was asked was the approval of a plan, and the answer says what to change in it. */
      readonly ofPlan?: true;
    }
  /** The plan that the session made was approved: now it is built. */
  | { readonly kind: "approved"; readonly plan: string; readonly comments?: string }
  | { readonly kind: "refine"; readonly findings: readonly Finding[] }
  | { readonly kind: "reverify"; readonly findings: readonly Finding[] }
  /** Work that did not land (`RunTurn.conflict`) is to be merged with what landed meanwhile. */
  | { readonly kind: "merge" }
  /** The last turn was ended for a person's message, or a message came after it (`RunTurn.messages`). */
  | { readonly kind: "message" };

/** A named thing that a story holds alone while it is in flight, and what its agents learn of it. */
export interface Lease {
  readonly resource: string;
  /** The member of the pool or the number of the unit. */
  readonly unit: string;
  /** Name of the environment variable that carries the unit, where one is configured. */
  readonly env?: string;
}

export interface RunTurn {
  readonly kind: "run-turn";
  readonly id: EffectId;
  readonly story: StoryKey;
  readonly attempt: number;
  readonly phase: PhaseName;
  readonly role: Role;
  /** Ordinal of this turn among all turns of the story, from 1; names the job's folder. */
  readonly turn: number;
  /** Name of the agent profile. */
  readonly agent: string;
  readonly model?: string;
  /** The agent's session to continue. */
  readonly session?: string;
  /** The folder that the session was begun in. */
  readonly sessionFolder?: string;
  /** What the session had used before, where its agent counts by session. */
  readonly sessionUsed?: Usage;
  readonly prompt: PromptRequest;
  /** What a person said to the agent that no turn has heard yet. */
  readonly messages?: readonly string[];
  readonly leases: readonly Lease[];
  /** The commit that the story started from; unset where no workspace is made ready. */
  readonly baseline?: string;
  /** What storyboard noticed about the work, for a reviewer. */
  readonly flags: readonly string[];
  /** What was proven of the acceptance criteria, for a reviewer. */
  readonly criteria?: CriteriaLedger;
  /** For a reviewer that judges again: the git tree that the last verdict was about. */
  readonly lastReviewed?: string;
  /** What reviews left open so far. */
  readonly findings?: readonly Finding[];
  /** Set from a landing that was refused until the story comes to land again. */
  readonly conflict?: LandingConflict;
}

export interface StopTurn {
  readonly kind: "stop-turn";
  readonly id: EffectId;
  readonly story: StoryKey;
  /** The `run-turn` to stop. */
  readonly turn: EffectId;
  readonly reason: CutReason;
}

/** Brings a person's message to an agent at work. */
export interface DeliverMessage {
  readonly kind: "deliver-message";
  readonly id: EffectId;
  readonly story: StoryKey;
  /** The `run-turn` whose agent is to hear it. */
  readonly turn: EffectId;
  readonly text: string;
}

/** Makes the story's own worktree ready, or finds the one it has. */
export interface PrepareWorkspace {
  readonly kind: "prepare-workspace";
  readonly id: EffectId;
  readonly story: StoryKey;
}

/** Checks whether a phase's "done" can be believed. */
export interface CheckEvidence {
  readonly kind: "check-evidence";
  readonly id: EffectId;
  readonly story: StoryKey;
  readonly phase: PhaseName;
  /** `salvage`: a turn was cut off and what it finished is looked at; `already-done`: before any turn. */
  readonly purpose: "phase" | "salvage" | "already-done";
  /** With `already-done`: its agent says so, after a turn. */
  readonly isSaid?: true;
  readonly baseline?: string;
  /** What the story has to be merged with, after a landing that was refused. */
  readonly conflict?: LandingConflict;
  /** The head whose work was held to be done, for a phase that may change the story's own file alone. */
  readonly worked?: string;
  /** Which checks the builder names for the acceptance criteria, over all turns. */
  readonly claims?: readonly CriterionClaim[];
}

/** Sets a status in the sprint file and the story file of the user's copy; never downgrades. */
export interface WriteStatus {
  readonly kind: "write-status";
  readonly id: EffectId;
  readonly story: StoryKey;
  readonly status: WritableStatus;
  /** Findings for deferred-work.md, where no landing carries them. */
  readonly deferred?: readonly Finding[];
}

export interface Land {
  readonly kind: "land";
  readonly id: EffectId;
  readonly story: StoryKey;
  readonly finalStatus: WritableStatus;
  /** Findings that did not block; they go to deferred-work.md. */
  readonly deferred: readonly Finding[];
  readonly baseline?: string;
  /** The head of the branch whose evidence was checked; unset where nobody did, or a person has worked on it since. */
  readonly checked?: string;
  /** What was proven of the acceptance criteria on the story's own commit. */
  readonly criteria?: CriteriaLedger;
  /** What was learnt in it: the landing carries it to the project's playbooks. */
  readonly lessons?: readonly Lesson[];
  /** How far its phases are, where progress is kept: the landing carries it. */
  readonly phases?: PhaseStates;
  /** The story's own commit before it lands. */
  readonly commit?: string;
}

/** How far each phase of a story is; one that never ran is not there. */
export type PhaseStates = Readonly<Record<PhaseName, "in_progress" | "complete">>;

/** Writes how far a story is where another run finds it, should this one be lost. */
export interface KeepProgress {
  readonly kind: "keep-progress";
  readonly id: EffectId;
  readonly story: StoryKey;
  /** The phase that its agents were in last. */
  readonly phase: PhaseName;
  readonly phases: PhaseStates;
  /** Set once the story has ended. */
  readonly outcome?: Outcome;
  /** The story's own commit, where one was found. */
  readonly commit?: string;
  readonly baseline?: string;
}

export interface ReleaseWorkspace {
  readonly kind: "release-workspace";
  readonly id: EffectId;
  readonly story: StoryKey;
}

/** The project's gates on the baseline commit, before the first story. */
export interface CheckBaseline {
  readonly kind: "check-baseline";
  readonly id: EffectId;
}

/** The last act of a run: statuses committed, the target moved, gates of batch mode. */
export interface FinishRun {
  readonly kind: "finish-run";
  readonly id: EffectId;
  /** Stories that ended without a landing and whose progress was kept: it is committed now. */
  readonly kept?: readonly StoryKey[];
}

/** Something to be done. Each one can be performed again after a crash without harm. */
export type Effect =
  | RunTurn
  | StopTurn
  | DeliverMessage
  | PrepareWorkspace
  | CheckEvidence
  | WriteStatus
  | KeepProgress
  | Land
  | ReleaseWorkspace
  | CheckBaseline
  | FinishRun;

/** A performer could not do its work at all, as opposed to a bad result of the work. */
export interface EffectFailed {
  readonly kind: "effect-failed";
  readonly message: string;
  /** `critical`: nothing can go on (unwritable disk, damaged repository). */
  readonly severity: "retry" | "critical";
}

export type WorkspaceResult = {
  readonly kind: "workspace-ready";
  readonly baseline: string;
  /** What made ready, for people. */
  readonly notes: readonly string[];
};

/** How one gate ended, for scripts that follow the run. */
export interface GateResult {
  readonly name: string;
  readonly ok: boolean;
  readonly cached: boolean;
}

export type EvidenceResult = {
  readonly kind: "evidence";
  readonly ok: boolean;
  /** What is missing, worded so that it can be given to the agent. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
  readonly flags: readonly string[];
  /** The last commit of the work, where there is one. */
  readonly commit?: string;
  /** The last one that names the story in its subject. */
  readonly named?: string;
  /** What the work changed, as git has it; bounded. */
  readonly files?: readonly WorkFile[];
  /** What artifacts of the agent say about the work, where there are any. */
  readonly claim?: BuildClaim;
  /** What of it are artifacts that an agent has to leave which runs the phases itself. */
  readonly rejected?: RejectedArtifacts;
  /** What artifacts that were accepted teach, and findings that they put off. */
  readonly lessons?: readonly Lesson[];
  readonly deferred?: readonly Finding[];
  /** The phase that has to run again for what is missing; unset means the one that was looked at. */
  readonly again?: PhaseName;
  /** The status that the story lands with instead of the run's own. */
  readonly finalStatus?: WritableStatus;
  /** Unset where no gate applies. */
  readonly gates?: readonly GateResult[];
  /** Unset where the checks of acceptance criteria were not looked at. */
  readonly criteria?: CriteriaLedger;
};

/** What is red before the first story, with its last lines: a gate, or the project's git hooks. */
export interface RedAtStart {
  readonly name: string;
  readonly tail: readonly string[];
  /** The hooks: they run with every commit, so that no run can do without them. */
  readonly isHooks?: true;
}

export type BaselineResult = {
  readonly kind: "baseline";
  readonly red: readonly RedAtStart[];
  readonly notes: readonly string[];
  readonly gates?: readonly GateResult[];
};

export type FinishResult = {
  readonly kind: "finished";
  readonly notes: readonly string[];
  /** Names of gates of batch mode that were red. */
  readonly redGates: readonly string[];
};

/** What performing an effect came to. `done` for effects whose success says nothing more. */
export type EffectResult =
  | { readonly kind: "done" }
  | { readonly kind: "turn"; readonly result: TurnResult }
  /** Not delivered: the turn had ended, or ended before the agent heard it. */
  | { readonly kind: "message"; readonly delivered: boolean }
  | WorkspaceResult
  | EvidenceResult
  | LandingResult
  | BaselineResult
  | FinishResult
  | EffectFailed;
