/** Why finished work did not land, and what it has to be merged with. */
export interface LandingConflict {
  /** The commit that it was to land on: it holds what landed meanwhile. */
  readonly onto: string;
  readonly files: readonly string[];
  /** What git or the gate said. */
  readonly message: string;
  /** The gate that is red on the merged tree; unset where git could not merge. */
  readonly gate?: string;
  /** Set where that is the check of an acceptance criterion. */
  readonly criterion?: string;
  /** What a person can do about it, line by line. */
  readonly steps: readonly string[];
}
