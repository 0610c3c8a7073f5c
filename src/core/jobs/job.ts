import type { ProcessRow } from "./process-table.ts";

/** What is run as one job: an agent's turn, a gate, a set-up, a hook. */
export interface JobSpec {
  /** Absolute; created here with mode 0700, and never used by a second job. */
  readonly directory: string;
  /** Unique among all jobs; the environment carries it as STORYBOARD_JOB, so that descendants can be found. */
  readonly mark: string;
  /** The program and its arguments; none of them passes through a shell. */
  readonly command: readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  /** The complete environment; nothing of ours is added but the mark. */
  readonly env: Readonly<Record<string, string>>;
  /** What the program reads on stdin (kept as prompt.md); empty means /dev/null. */
  readonly input: string | Uint8Array;
  /** More files of the folder, by name, that the program reads. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * A folder in which nobody but this job works meanwhile (its worktree), free of symbolic links: a process in it that
   * began after the job and has no terminal is the job's. Undefined where people and programs of theirs work there, too.
   */
  readonly ownFolder?: string;
}

/** Why a program could not even be started: always the environment's fault, never the story's. */
export type NotStartedProblem =
  | "missing-program"
  | "not-executable"
  | "missing-folder"
  /** Arguments and environment exceed what the system takes (E2BIG): give the prompt on stdin. */
  | "too-long"
  /** Nothing can be written for it (ENOSPC, EDQUOT, EROFS): no later job would fare better. */
  | "disk-full"
  | "other";

/** How a job ended. */
export type JobEnd =
  | {
      readonly kind: "exited";
      /** As a shell sees it: 128 + n after signal n. */
      readonly status: number;
      /** The signal that `status` stands for. A program may exit with such a status by itself (Gemini does). */
      readonly signal?: NodeJS.Signals;
      readonly endedAtMs: number;
    }
  /** The keeper is gone without a record: the environment's fault, not the story's. */
  | { readonly kind: "crashed" }
  | { readonly kind: "not-started"; readonly problem: NotStartedProblem; readonly message: string };

/** How to stop a job: the program's own signal first, then TERM to all of it, then KILL. */
export interface StopPlan {
  readonly signal: "SIGINT" | "SIGTERM";
  /** From the program's own signal to TERM. */
  readonly graceMs: number;
  /** From TERM to KILL. */
  readonly killAfterMs: number;
}

/** What was left after a sweep: processes that even KILL did not remove. Almost always empty. */
export interface Swept {
  readonly survivors: readonly ProcessRow[];
}

/** A job that was started or adopted. */
export interface Job {
  readonly directory: string;
  readonly mark: string;
  readonly startedAtMs: number;
  /** Never rejects. */
  readonly ended: Promise<JobEnd>;
  /** After the end and when its leftovers are gone; the worktree may be used again only then. */
  readonly swept: Promise<Swept>;
  /**
   * Resolves when nothing of the job is alive. May be called again with shorter delays, and after the end.
   * @param plan the delays of the escalation
   */
  stop(plan: StopPlan): Promise<void>;
}

/** What is found in the folder of a job that an earlier lead started. */
export type Reopened =
  /** There is no such folder: the job was never created. */
  | { readonly kind: "absent" }
  /** Nobody had claimed it; we did, so no keeper can start it any more. */
  | { readonly kind: "fenced" }
  | { readonly kind: "running"; readonly job: Job }
  /** Its leftovers are swept already. */
  | { readonly kind: "ended"; readonly end: JobEnd }
  /** Its leftovers are swept already. */
  | { readonly kind: "crashed" };

/** The files of a job's folder. */
export const JOB_FILES = {
  claim: "claim",
  prompt: "prompt.md",
  transcript: "transcript",
  stderr: "stderr",
  exit: "exit.json",
  discounted: "discounted",
} as const;

/** The variable that carries a job's mark to all its descendants. */
export const MARK_VARIABLE = "STORYBOARD_JOB";
