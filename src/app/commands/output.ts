/** Where a command writes; whole lines. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly columns: number;
}

/** Standard output for commands that say one thing and end. */
export const standardOutput = (): CommandOutput => ({
  out: (text) => void process.stdout.write(text),
  columns: process.stdout.columns ?? 100,
});
