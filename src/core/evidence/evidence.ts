import type { Story, StoryTask } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";
import type { TaskCount } from "./task-thresholds.ts";

/** What a check can be about, in the order in which they are made. */
export type CheckName = "work" | "committed" | "commit" | "tasks" | "gates";

/** A commit on the story's branch since the baseline. */
export interface StoryCommit {
  readonly id: string;
  readonly subject: string;
  /** Paths it changes; none for an empty commit. */
  readonly files: readonly string[];
  /** Whether storyboard wrote it to keep files true (a status, a landing). It proves nothing. */
  readonly bookkeeping?: boolean;
}

/** What git says about a story's branch. Paths are relative to the project, with `/`. */
export interface StoryChanges {
  /** What the worktree has checked out instead of the story's branch, and how to get back; undefined when all is well. */
  readonly astray?: string;
  /** Whether the branch descends from the baseline commit. */
  readonly descends: boolean;
  /** Set where the story has to be merged with what landed meanwhile: the baseline is the commit to merge with then. */
  readonly merge?: {
    /** Places (`file:line`) where marks of conflict were committed. */
    readonly marks: readonly string[];
  };
  readonly commits: readonly StoryCommit[];
  /** Paths that differ from the baseline, committed or not. */
  readonly changedPaths: readonly string[];
  /** Paths with changes that are in no commit, untracked ones included. */
  readonly uncommittedPaths: readonly string[];
  /** Paths that git was told not to look at: nobody sees what they hold. */
  readonly hiddenPaths?: readonly string[];
}

/** A file that the story changed, as `git diff --name-status` tells. */
export interface ChangedFile {
  /** Relative to the project, with `/`; of a renamed file the new one. */
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed";
}

/** How a gate ended. */
export interface GateOutcome {
  readonly name: string;
  readonly ok: boolean;
  /** Whether the result is an earlier run's on the same tree. */
  readonly cached: boolean;
  readonly durationMs: number;
  /** The last lines it printed. */
  readonly tail: readonly string[];
  /** The file that holds all it printed; a cached one may be gone. */
  readonly output: string;
  /** Why it was cut off, where it was; then it proves nothing either way. */
  readonly cut?: string;
  /** Whether it was its time limit that cut it off. */
  readonly timedOut?: true;
  /** Whether files changed between the asking and its end: the result is of no one state, and not kept. */
  readonly unsettled?: true;
  /** The stories whose agents shared this run; unset where no agent asked. */
  readonly requestedBy?: readonly string[];
}

/** Something about the work that a person and the reviewer should look at. Not missing evidence. */
export interface Flag {
  readonly kind:
    | "deleted-test"
    | "skipped-test"
    | "removed-assertions"
    | "gate-command"
    | "ci"
    | "configuration"
    | "bookkeeping"
    | "moved-branch";
  /** The file, or the branch, that it is about. */
  readonly file: string;
  /** For people: what was done, e.g. `adds it.skip`. */
  readonly what: string;
}

/** All that the checks look at. What needs git or a process has been found out before. */
export interface EvidenceInput {
  readonly story: Pick<Story, "key" | "file" | "tasks">;
  /** Every key of the backlog: a short key counts only where it means this story alone. */
  readonly keys: Iterable<StoryKey>;
  readonly changes: StoryChanges;
  /** Paths that changed since the work was checked, committed or not, for a phase that comes after it. */
  readonly after?: { readonly worked: string; readonly paths: readonly string[] } | undefined;
  /** Files and folders whose truth storyboard keeps: changing them is no work. */
  readonly ownedPaths: readonly string[];
  /** The tasks of the story file as the agent left it; undefined where there is no such file. */
  readonly tasksAfter: readonly StoryTask[] | undefined;
  /** Pantheon's count of the same file (`countTopLevelBoxes`), where it is to be compared. */
  readonly topLevelBoxes?: TaskCount;
  /** Where the story file leads outside of the worktree, where an agent put a link in its place. */
  readonly foreignStory?: string | undefined;
  readonly gates: readonly GateOutcome[];
  /** Names of the gates that were red on the baseline already. */
  readonly baselineRed: ReadonlySet<string>;
  readonly flags?: readonly Flag[];
}

/** A piece of evidence that does not hold. Its message is written so that it can go to the agent. */
export interface MissingEvidence {
  readonly check: CheckName;
  readonly message: string;
}

/** What one check found. */
export interface CheckResult {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
  /** The status that it allows, where that is less than the run would give. */
  readonly status?: "review";
}

/** What all checks of a profile found. */
export interface EvidenceResult {
  readonly ok: boolean;
  readonly missing: readonly MissingEvidence[];
  /** For the card: accepted, but worth knowing. */
  readonly notes: readonly string[];
  readonly flags: readonly Flag[];
  /** The status that the story may land with, where that is less than the run would give. */
  readonly status?: "review";
}
