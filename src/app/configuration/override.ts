/** A setting from the command line, which wins over every file. */
export interface ConfigurationOverride {
  /** How it was written, for messages: `--max-workers`. */
  readonly option: string;
  /** The key it sets, from the top: `["gates", "baseline"]`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** Set only where the files say exactly this. */
  readonly onlyOver?: unknown;
}
