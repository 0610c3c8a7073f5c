/** The kinds of failure of product.md ("Failures have a type"). */
export type FailureType =
  | "ValidationError"
  | "DependencyError"
  | "ImplementationError"
  | "HaltError"
  | "EnvironmentError"
  | "LimitError"
  | "TimeoutError"
  | "BudgetError"
  | "CrashError"
  | "ConflictError"
  | "CancelledError";

/** Why an attempt or a story failed, for people and for the retry's prompt. */
export interface Failure {
  readonly type: FailureType;
  /** One sentence: what happened. */
  readonly message: string;
  /** What was being tried, in which phase, and the last lines. */
  readonly context: string;
  /** 2 to 4 things a person can do. */
  readonly recoveryHints: readonly string[];
}
