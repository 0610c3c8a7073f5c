import type { AcceptanceCriterion, CriteriaLedger } from "../../model/criteria.ts";
import type { LandingConflict } from "../../model/landing-conflict.ts";
import type { PhaseEvidence } from "../../model/pipeline.ts";
import type { Finding } from "../../model/review.ts";
import type { Complexity } from "../../model/story.ts";
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
  readonly acceptanceCriteria: readonly AcceptanceCriterion[];
  /** What a criterion without proof means; unset where nobody asks for checks. */
  readonly criteria?: "warn" | "require";
  /** What was claimed and proven of the criteria, for a reviewer. */
  readonly ledger?: CriteriaLedger;
  /** What a reviewer looks at, e.g. `1a2b3c..HEAD`; unset means everything since the baseline. */
  readonly diffRange?: string;
  /** The severity from which a finding sends the story back. */
  readonly blocking?: string;
  /** Why the finished work did not land; unset where it was not refused. */
  readonly conflict?: Omit<LandingConflict, "steps">;
  /** What storyboard noticed by itself: skipped tests, changed gate commands. */
  readonly flags?: readonly string[];
  readonly complexity?: Complexity;
  /** Whether the gates that judge the whole project run once, when all stories are done. */
  readonly batchMode?: boolean;
  /** Folder of the artifacts that a worker leaves; unset means the sprint file's. */
  readonly artifacts?: string;
  /** The project's own instructions for this phase, as this turn's agent can use them. */
  readonly skill?: PhaseSkill;
  /** The project's own instructions for a worker. */
  readonly worker?: WorkerFiles;
  /** Lessons of earlier stories that match this one; foreign text. */
  readonly playbooks?: readonly { readonly title: string; readonly text: string }[];
  /** The run's own templates by name; they come before those that storyboard brings. */
  readonly templates?: Readonly<Record<string, PromptTemplate>>;
}

/** Instructions of the project for a phase: a file that is in the agent's working folder. */
export interface PhaseSkill {
  readonly path: string;
  /** What calls it in the agent's program, without its slash; unset where the file has to be read. */
  readonly command?: string;
}

/** Files that tell a worker how a story is done (Pantheon's). */
export interface WorkerFiles {
  readonly protocol?: string;
  readonly workflow?: string;
  readonly configuration?: string;
  readonly routing?: string;
}

/** A template of the project, as it was when the run started. */
export interface PromptTemplate {
  /** Where it was read, relative to the project. */
  readonly file: string;
  readonly text: string;
}

/** What must hold before a phase's "done" is believed; it also says what an agent is reminded of. */
export type PromptEvidence = PhaseEvidence;

/** What a turn is about: the story, and the phase that the turn belongs to. */
export interface PhaseTask {
  /** Name of the phase's template. */
  readonly template: string;
  readonly evidence: PromptEvidence;
  readonly context: PromptContext;
  /** What REFINE has to repair, or ASSESS to judge. */
  readonly findings?: readonly Finding[];
  /** Whether the agent still has its session; else it starts with an empty memory in the worktree as it stands. */
  readonly continuing: boolean;
}
