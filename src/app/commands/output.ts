import { UserError } from "../../core/model/user-error.ts";

/** Where a command writes; whole lines. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly columns: number;
}

/** Width of lines where nobody says what fits: a log file, a pipe. */
const COLUMNS_DEFAULT = 100;

/** Width of standard output in cells: the terminal's, else what COLUMNS says. */
export const outputColumns = (): number => {
  const { COLUMNS = "" } = process.env;
  return process.stdout.columns ?? (/^[1-9]\d{0,3}$/.test(COLUMNS) ? Number(COLUMNS) : COLUMNS_DEFAULT);
};

/** The reader of standard output has gone, as `head` does: nothing is left to do, and nothing is wrong. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Standard output for commands that say one thing and end. */
export interface StandardOutput extends CommandOutput {
  /** Resolves when all is written. Throws a UserError where it could not be, ReaderGone where nobody wants it. */
  readonly written: () => Promise<void>;
}

/** Makes standard output for one command. What could not be written is thrown at the next word, or by `written`. */
export const standardOutput = (): StandardOutput => {
  let failure: NodeJS.ErrnoException | undefined;
  // An unhandled error of stdout would end the process with a stack trace.
  process.stdout.on("error", (error) => {
    failure ??= error;
  });
  const check = (): void => {
    if (failure === undefined) return;
    if (failure.code === "EPIPE") throw new ReaderGone();
    throw new UserError(
      `The output could not be written: ${failure.message}.`,
      ["Look at where standard output goes."],
      1,
    );
  };
  return {
    out: (text) => {
      check();
      process.stdout.write(text);
    },
    columns: outputColumns(),
    written: async () => {
      // The error of a write comes after the write.
      await new Promise((done) => process.stdout.write("", done));
      check();
    },
  };
};
