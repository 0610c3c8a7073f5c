import type { DemoStory } from "../stories/demo-story.ts";
import type { Voice } from "./speak.ts";

/** What a turn of the demo agent knows. */
export interface DemoTurn {
  readonly story: DemoStory;
  readonly phase: string;
  readonly attempt: number;
  readonly prompt: string;
  /** The worktree; absolute. */
  readonly cwd: string;
  /** The story's file in it; absolute. */
  readonly storyFile: string;
  readonly voice: Voice;
}
