import type { PhaseName } from "../model/pipeline.ts";
import type { StoryKey } from "../model/story-key.ts";

/** One line of narrative, plain text: terminal control removed and secrets masked. Not an event, never journaled. */
export interface FeedLine {
  readonly atMs: number;
  readonly story: StoryKey;
  readonly phase: PhaseName | undefined;
  /** The phase that an agent tells itself, which runs all phases in one turn. */
  readonly narrated?: PhaseName;
  readonly text: string;
}
