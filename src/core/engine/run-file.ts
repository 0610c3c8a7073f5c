import type { PromptTemplate } from "../agents/prompts/context.ts";
import type { ProjectSkills } from "../backlog/project-skills.ts";
import type { LeftStory } from "../backlog/select.ts";
import type { Config } from "../model/config.ts";
import type { Backlog, Story } from "../model/story.ts";
import { UserError } from "../model/user-error.ts";
import type { RunPolicy } from "../scheduler/policy.ts";
import type { Committing } from "../workspace/check-committing.ts";
import type { Setup } from "../workspace/detect-setup.ts";
import type { PlaybookFolder } from "./playbooks.ts";

/** Version of run.json and of the journal's lines; another one is refused by name. */
export const FORMAT_VERSION = 2;

/** A gate as it will be run, pinned at the start of the run. */
export interface PinnedGate {
  readonly name: string;
  readonly run: string;
  /** Relative to the project folder; empty for the folder itself. */
  readonly cwd: string;
  /** Globs; the gate applies only when a changed path matches one. Empty: always. */
  readonly paths: readonly string[];
  readonly minutes: number;
  /** Where it was found, for people: `storyboard.yaml`, `package.json scripts.test`. */
  readonly foundIn: string;
}

/**
 * `run.json`: what a run was started with, written once. The state is this plus the journal; no later change of the
 * configuration or the backlog can alter a run.
 */
export interface RunFile {
  readonly v: typeof FORMAT_VERSION;
  readonly run: string;
  readonly startedAtMs: number;
  /** Absolute path of the project folder. */
  readonly project: string;
  readonly projectName: string;
  readonly config: Config;
  readonly policy: RunPolicy;
  /** The chosen stories, in backlog order, with their final dependencies. */
  readonly stories: readonly Story[];
  /** Stories that were asked for and do not run, with the reason. */
  readonly left: readonly LeftStory[];
  readonly source: Backlog["source"];
  /** Whether what earlier runs did was forgotten at the start (`--fresh`). */
  readonly isFresh: boolean;
  /** Behind links. Relative to the project folder; absolute for one outside the repository, which no commit carries. */
  readonly sprintFile?: string;
  readonly gates: readonly PinnedGate[];
  /** Where artifacts are left (profile `pantheon`), relative to the project folder; unset where none are asked for. */
  readonly completions?: string;
  /** Where lessons are kept; unset where no phase brings or uses any. */
  readonly playbooks?: PlaybookFolder;
  /** What makes a worktree ready. */
  readonly setup: Setup;
  readonly target: { readonly branch: string; readonly commit: string };
  /** Branch of the run that collects what landed. */
  readonly integration: string;
  readonly worktreeRoot: string;
  /** How our commits are made: the user's identity, signed only where that was shown to work unattended. */
  readonly committing: Committing;
  /** What agents get in their environment so that their commits work unattended. */
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** Whether the project has commit hooks that must be shown to work before the first story. */
  readonly probesHooks: boolean;
  /** The project's own prompt templates by name; a resumed run speaks the same words. */
  readonly prompts?: Readonly<Record<string, PromptTemplate>>;
  /** The project's own instructions for phases and workers, as far as agents have them in their working folders. */
  readonly skills?: ProjectSkills;
  /** BMAD's languages. */
  readonly languages?: { readonly communication?: string; readonly documents?: string };
  /** What a person should know; printed at the start and in the summary. */
  readonly notes: readonly string[];
}

/** Throws a UserError where a run was written in another format than ours. */
export const checkFormat = (path: string, version: number): void => {
  if (version === FORMAT_VERSION) return;
  const age = version > FORMAT_VERSION ? "a newer" : "an older";
  throw new UserError(`${path} was written by ${age} storyboard (format ${version}).`, [
    "Use that version to go on with it, or start anew with --fresh.",
  ]);
};
