/** Thrown when we are wrong: a broken invariant of our own. Never caught on the way; shown with its stack. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Stops the program when something that must hold does not. The message names the values involved. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Makes the compiler list every union member a `switch` forgot. */
export const assertNever = (value: never): never => {
  throw new InvariantError(`Unhandled case: ${JSON.stringify(value)}`);
};
