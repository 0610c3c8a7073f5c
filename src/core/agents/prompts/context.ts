import type { LandingConflict } from "../../model/landing-conflict.ts";
import type { StoryKey } from "../../model/story-key.ts";

/** All that the prompts of one story are made of. Plain data; paths are relative to the agent's working folder. */
export interface PromptContext {
  readonly storyKey: StoryKey;
  readonly title: string;
  /** The story file in the worktree. */
  readonly storyFile?: string;
  /** The story itself, where the backlog gives it as a text. */
  readonly storyText?: string;
  readonly projectName: string;
  readonly sprintFile?: string;
  readonly epic?: string;
  /** Name of each gate that storyboard will run, with its command. */
  readonly gates: Readonly<Record<string, string>>;
  /** The program that agents ask for gates; unset where they run them themselves. */
  readonly gateProgram?: string;
  /** The commit that the story started from. */
  readonly baselineCommit: string;
  /** Who makes the story's commit. */
  readonly commits: "agent" | "storyboard";
  /** The subject that the commit must have, e.g. `feat(36-2): Add the badge`. */
  readonly commitSubject: string;
  readonly languages?: { readonly communication?: string; readonly documents?: string };
  /** What storyboard will check besides the gates, one sentence each. */
  readonly evidence?: readonly string[];
  readonly acceptanceCriteria: readonly string[];
  /** What a reviewer looks at, e.g. `1a2b3c..HEAD`; unset means everything since the baseline. */
  readonly diffRange?: string;
  /** The severity from which a finding sends the story back. */
  readonly blocking?: string;
  /** Why the finished work did not land; unset where it was not refused. */
  readonly conflict?: Omit<LandingConflict, "steps">;
  /** What storyboard noticed by itself: skipped tests, changed gate commands. */
  readonly flags?: readonly string[];
}
