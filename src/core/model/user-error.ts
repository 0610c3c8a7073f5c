/**
 * Something only the user can put right. Shown without a stack trace: what happened, where, what to do next.
 * `exitStatus` follows product.md (2 wrong usage or configuration, 1 cannot start, 3 critical).
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly nextSteps: readonly string[];
  readonly exitStatus: number;

  constructor(message: string, nextSteps: readonly string[] = [], exitStatus = 2) {
    super(message);
    this.nextSteps = nextSteps;
    this.exitStatus = exitStatus;
  }
}
