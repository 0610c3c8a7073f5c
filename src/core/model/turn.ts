import type { Lesson } from "./lesson.ts";
import type { BuildClaim, Verdict } from "./review.ts";
import type { Usage } from "./usage.ts";

/**
 * Why a turn that did not end well ended (architecture: decides continue, fresh, later or never).
 * `temporary` is exit status 75: the environment asks for another try later. `loop`: the agent program itself found
 * that the agent goes in circles. `cancelled`: somebody other than storyboard stopped the agent.
 */
export type TurnFailureCause =
  | "rate-limit"
  | "overloaded"
  | "auth"
  | "billing"
  | "context"
  | "turn-limit"
  | "budget"
  | "loop"
  | "network"
  | "config"
  | "missing-program"
  | "session-lost"
  | "cancelled"
  | "temporary"
  | "disk-full"
  | "exit"
  | "other";

/** Why storyboard or the environment cut a turn off, where one did. */
export type CutReason =
  | "stop"
  | "cancel"
  | "timeout"
  | "silent"
  | "crash"
  | "transcript-limit"
  /** A person had something to say. */
  | "message"
  /** A person took the agent's session over for a while. */
  | "attach";

/** Causes that say nothing about the work: the turn is repeated, and counts neither as an attempt nor as a turn. */
const ENVIRONMENT: ReadonlySet<TurnFailureCause> = new Set([
  "rate-limit",
  "overloaded",
  "auth",
  "billing",
  "network",
  "config",
  "missing-program",
  "session-lost",
  "cancelled",
  "temporary",
  "disk-full",
]);
const INTERRUPTIONS: ReadonlySet<CutReason> = new Set(["stop", "crash", "message", "attach"]);

/** Whether a turn ended through no doing of its agent, nor of its time. */
export const isInterruption = (end: TurnEnd): boolean =>
  (end.kind === "failed" && ENVIRONMENT.has(end.cause)) || (end.kind === "cut" && INTERRUPTIONS.has(end.reason));

/** How a turn ended, as one agent's parser and the job's record say together. */
export type TurnEnd =
  | { readonly kind: "finished" }
  | {
      readonly kind: "halted";
      readonly reason: string;
      /** The phase that it names, where it runs all phases itself; what it says is missing, and recommends. */
      readonly phase?: string;
      readonly missing?: string;
      readonly advice?: string;
    }
  | { readonly kind: "question"; readonly question: string }
  | { readonly kind: "already-done" }
  | {
      readonly kind: "failed";
      readonly cause: TurnFailureCause;
      readonly message: string;
      /** When the provider says it works again, epoch milliseconds. */
      readonly untilMs?: number;
    }
  | { readonly kind: "cut"; readonly reason: CutReason };

/** A phase that an agent told of which runs all phases in one turn. A claim. */
export interface ToldPhase {
  readonly phase: string;
  readonly isDone: boolean;
  /** What it said of the phase last. */
  readonly text: string;
}

/** The result of a turn: a fact that the scheduler decides upon. */
export interface TurnResult {
  readonly end: TurnEnd;
  /** The agent's own conversation id, where it has one. */
  readonly session?: string;
  /** The folder that the session can be continued in. */
  readonly sessionFolder?: string;
  /** What the session has used in all, where its agent counts by session. */
  readonly sessionUsed?: Usage;
  readonly usage: Usage;
  /** Whether the agent reports tokens at all; then a turn without any is the environment's fault. */
  readonly reportsUsage: boolean;
  /** Whether the agent neither said nor did anything that was seen. */
  readonly wasIdle?: boolean;
  readonly durationMs: number;
  /** The last lines the agent said, at most 20, for failures and retries. */
  readonly lastLines: readonly string[];
  /** What the agent ended with, where a later phase or a person has to know it. */
  readonly finalText?: string;
  readonly claim?: BuildClaim;
  /** What was learnt, for later stories. */
  readonly lessons?: readonly Lesson[];
  /** The phases of its last run through them, in their order, of an agent that runs them itself. */
  readonly told?: readonly ToldPhase[];
  readonly verdict?: Verdict;
  /** The git tree that the verdict is about, where it is known. */
  readonly reviewed?: string;
  /** Of the files that the verdict names those that did not change since the last review, where that is known. */
  readonly unchangedFiles?: readonly string[];
  /** What only a person can do, as the agent says. */
  readonly operator?: string;
  /** Remarks for the card: a reviewer that changed the tree and was reset, a truncated transcript. */
  readonly notes?: readonly string[];
}

/** Whether a turn used nothing, as far as its agent says what it uses. */
export const isIdle = ({ reportsUsage, usage }: TurnResult): boolean =>
  reportsUsage && (usage.inputTokens ?? 0) === 0 && (usage.outputTokens ?? 0) === 0;

/** Whether the agent never got to work: a model that does not answer, a program that waits for its provider. */
export const neverBegan = (result: TurnResult): boolean => isIdle(result) && result.wasIdle === true;

/** Whether the agent was told what the turn was about: one that did nothing, or had no session, was not. */
export const wasHeard = (result: TurnResult): boolean => {
  const { end } = result;
  if (end.kind === "failed") return end.cause !== "session-lost" && !isIdle(result);
  return end.kind !== "cut" || !neverBegan(result);
};
