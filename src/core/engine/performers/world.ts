import type { GateRunner } from "../../evidence/gate-runner.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { Pulse } from "../../jobs/pulse.ts";
import type { AgentProfile } from "../../model/config.ts";
import type { Story } from "../../model/story.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { CutReason } from "../../model/turn.ts";
import type { EffectId } from "../../scheduler/effects.ts";
import type { Repository } from "../../workspace/inspect-repository.ts";
import type { Worktrees } from "../../workspace/worktrees.ts";
import type { FeedLine } from "../feed.ts";
import type { KeptFiles } from "../kept-files/kept-files.ts";
import type { RunFile } from "../run-file.ts";

/** Where a story is worked on. */
export interface Place {
  /** Top of the working copy. */
  readonly path: string;
  /** The project in it. */
  readonly projectPath: string;
  readonly branch: string;
}

/** A turn under way, as far as stopping it goes. */
export interface StoppableTurn {
  /** Resolves when nothing of the turn is alive. The first reason counts; `atOnce` leaves the agent no time to end. */
  stop(reason: CutReason, atOnce?: boolean): Promise<void>;
  /** The folder of its job, once it has one. */
  readonly directory?: string;
  /** Whether its agent's process is gone. */
  hasEnded?(): boolean;
}

/** Where the run's own branches stand, as this lead knows. */
export interface Positions {
  integration: string;
  target: string;
  /** Why the target is not moved any more, in words for a person. */
  held?: string | undefined;
  /** Whether a move may have been cut off by a crash. */
  resumed: boolean;
}

/** All that the performers of a run share. One for each lead. */
export interface World {
  readonly run: RunFile;
  /** The run's stories by key. */
  readonly stories: ReadonlyMap<StoryKey, Story>;
  /** Absolute; holds jobs and what stories were given. */
  readonly runDirectory: string;
  readonly repository: Repository;
  readonly jobs: Jobs;
  readonly worktrees: Worktrees;
  readonly gates: GateRunner;
  readonly keptFiles: KeptFiles;
  /** Beats about four times a second: transcripts are read and limits looked at. */
  readonly pulse: Pulse;
  readonly positions: Positions;
  /** Moves of the target: the last one, and one that is due. */
  readonly mover: { last: Promise<void>; timer: NodeJS.Timeout | undefined };
  readonly turns: Map<EffectId, StoppableTurn>;
  /** Messages on their way to each turn. */
  readonly messages: Map<EffectId, readonly Promise<unknown>[]>;
  readonly places: Map<StoryKey, Promise<Place>>;
  /** The sweep after each story's last job; its worktree is used again only then. */
  readonly sweeps: Map<StoryKey, Promise<unknown>>;
  /** Stops under way; a lead that leaves waits for them. */
  readonly background: Set<Promise<unknown>>;
  /** Whether this lead goes on with a run that another one began. */
  readonly isResumed: boolean;
  /** The environment that storyboard was started with. */
  readonly baseEnvironment: NodeJS.ProcessEnv;
  /** The folder of our own package. */
  readonly ownRoot: string;
  /** This program, for agents that call it. */
  readonly bin: string;
  readonly mask: (text: string) => string;
  readonly feed: (line: FeedLine) => void;
  readonly now: () => number;
  /** Names of the gates that were red before the first story. */
  readonly baselineRed: () => readonly string[];
  /** Names of the gates that a person left out of this run. */
  readonly leftOutGates: () => readonly string[];
}

/** The story of that key. */
export const storyIn = (world: World, key: StoryKey): Story => {
  const story = world.stories.get(key);
  if (story === undefined) throw new Error(`no story ${key} in this run`);
  return story;
};

/** The agent profile of that name. */
export const profileIn = (world: World, name: string): AgentProfile => {
  const profile = world.run.config.agents[name];
  if (profile === undefined) throw new Error(`no agent profile ${name}`);
  return profile;
};

/** The branch of a story in this run. */
export const branchOf = (world: World, key: StoryKey): string => `storyboard/${world.run.run}/story/${key}`;

/** The branch of the worktree in which the baseline is looked at: its gates, and checks that have to fail there. */
export const baselineBranchOf = (world: World): string => `storyboard/${world.run.run}/baseline`;

/** Paths that never land and are nobody's work: carried in. Relative to the top of the repository. */
export const carriedIn = (world: World): readonly string[] => world.run.setup.carried;

/** A path of the repository as seen from the project's folder. */
export const fromProject = (world: World, path: string): string => {
  const { prefix } = world.repository;
  return path.startsWith(prefix) ? path.slice(prefix.length) : `${"../".repeat(prefix.split("/").length - 1)}${path}`;
};

/** Waits until nothing of the story's earlier jobs is alive. */
export const swept = async (world: World, key: StoryKey): Promise<void> => {
  await world.sweeps.get(key);
};

/** Keeps a promise in view so that a lead that leaves can wait for it. */
export const inBackground = <T>(world: Pick<World, "background">, work: Promise<T>): Promise<T> => {
  world.background.add(work);
  const forget = (): void => {
    world.background.delete(work);
  };
  work.then(forget, forget);
  return work;
};
