import type { Failure, FailureType } from "../model/failure.ts";
import type { CutReason, TurnEnd, TurnFailureCause, TurnResult } from "../model/turn.ts";

const HINTS: Readonly<Record<FailureType, readonly string[]>> = {
  ValidationError: [
    "Manual investigation required: look at the story's worktree and its log.",
    "Retry the story: the agent is told exactly what is missing.",
  ],
  DependencyError: ["Retry the story it waits for; this one goes on by itself.", "Skip the failed story as done."],
  ImplementationError: [
    "Read the story's log (storyboard logs).",
    "Retry with a note to the agent (storyboard ctl retry --note).",
    "Split the story when it is too large for one attempt.",
  ],
  HaltError: ["Settle what the agent named.", "Then retry the story."],
  EnvironmentError: ["Check that the agent's program works when started by hand.", "Then resume the run."],
  LimitError: [
    "Raise the limit in storyboard.yaml (limits); it holds for new runs (--fresh).",
    "Retry the story.",
    "Split the story.",
  ],
  TimeoutError: [
    "Raise limits.turn_minutes or limits.silent_minutes; they hold for new runs (--fresh).",
    "Read the story's log to see what the agent was waiting for.",
    "Retry the story.",
  ],
  BudgetError: ["Raise the budget in storyboard.yaml (limits); it holds for new runs (--fresh).", "Retry the story."],
  CrashError: ["Check memory and disk of this machine.", "Resume the run: finished work is kept."],
  ConflictError: [
    "Merge the story's branch by hand, or rebase it in its worktree.",
    "Then retry the story: it lands from its branch.",
  ],
  CancelledError: ["Retry the story when it should run again.", "Its worktree is kept until then."],
};

/** A failure with the hints of its type. */
export const failureOf = (type: FailureType, message: string, context: string): Failure => ({
  type,
  message,
  context,
  recoveryHints: HINTS[type],
});

const CUT_MESSAGE: Readonly<Record<CutReason, readonly [FailureType, string]>> = {
  stop: ["CancelledError", "the run was stopped"],
  cancel: ["CancelledError", "cancelled by a person"],
  timeout: ["TimeoutError", "the turn took longer than limits.turn_minutes"],
  silent: ["TimeoutError", "the agent was silent for longer than limits.silent_minutes"],
  crash: ["CrashError", "the agent's process vanished without an exit record"],
  "transcript-limit": ["LimitError", "the agent printed more than ten times limits.transcript_mb"],
  message: ["CancelledError", "interrupted for a message"],
  attach: ["CancelledError", "interrupted for a person who took over"],
};

/** The failure that a badly ended turn stands for. */
export const failureOfTurn = (phase: string, result: TurnResult): Failure => {
  const context = [`${phase}, after ${Math.round(result.durationMs / 1000)} s`, ...result.lastLines].join("\n");
  const [type, message] = describeEnd(result.end);
  const { phase: named = phase, advice } = result.end.kind === "halted" ? result.end : {};
  const failure = failureOf(type, `${named}: ${message}`, context);
  return advice === undefined ? failure : { ...failure, recoveryHints: [advice, ...failure.recoveryHints] };
};

/** Causes that are not the environment's. */
const TYPES: Readonly<Partial<Record<TurnFailureCause, FailureType>>> = {
  exit: "ImplementationError",
  context: "ImplementationError",
  loop: "ImplementationError",
  "rate-limit": "LimitError",
  "turn-limit": "LimitError",
  budget: "BudgetError",
  cancelled: "CancelledError",
};

const describeEnd = (end: TurnEnd): readonly [FailureType, string] => {
  switch (end.kind) {
    case "halted":
      return ["HaltError", end.reason];
    case "cut":
      return CUT_MESSAGE[end.reason];
    case "failed":
      return [TYPES[end.cause] ?? "EnvironmentError", end.message];
    case "question":
      return ["HaltError", end.question];
    case "finished":
    case "already-done":
      return ["ImplementationError", "the turn ended without what the phase asks for"];
  }
};
