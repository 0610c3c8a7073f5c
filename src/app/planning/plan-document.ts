import { criticalPath, graphOf } from "../../core/model/graph.ts";
import type { DependencySource, Story } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { RunPolicy } from "../../core/scheduler/policy.ts";
import { CONTRACT_VERSION } from "../machine-contract/contract-line.ts";
import { named } from "../machine-contract/waiting-for.ts";
import { type Clash, clashesOf } from "./clashes.ts";
import { expectedDurations, type PastTiming } from "./durations.ts";
import { type Simulation, simulate } from "./simulate.ts";

/** More workers than that are not simulated. */
const WORKERS_MAX = 16;

/** One story of `plan --json`. */
export interface PlanStory {
  readonly key: StoryKey;
  readonly title: string;
  readonly depends_on: readonly {
    readonly key: StoryKey;
    readonly source: DependencySource["kind"];
    /** The file and line, or the rule, for people. */
    readonly where: string;
  }[];
  /** Whether it could start at once, were a worker free. */
  readonly ready: boolean;
  readonly waiting_for: string | null;
}

/** How long the run takes with that many workers. */
export interface PlanMakespan {
  readonly workers: number;
  readonly seconds: number;
  /** No order can be faster: the longest path, or all the work shared out. */
  readonly lower_bound_seconds: number;
  /** Whether durations were guessed, because no earlier run timed such stories. */
  readonly estimated: boolean;
}

/** `plan --json`. */
export interface PlanDocument {
  readonly v: typeof CONTRACT_VERSION;
  readonly stories: readonly PlanStory[];
  readonly critical_path: readonly StoryKey[];
  readonly makespan: readonly PlanMakespan[];
  readonly clashes: readonly Clash[];
}

/**
 * What would run: the graph, what can start, what waits for what, and how long it takes for 1 to `policy.maxWorkers`
 * workers by simulating the scheduler itself. The stories have their final dependencies, without cycles.
 */
export const planOf = (
  stories: readonly Story[],
  policy: RunPolicy,
  timings: readonly PastTiming[] = [],
): PlanDocument => {
  const durationOf = expectedDurations(timings);
  const seconds = new Map(stories.map((story) => [story.key, durationOf(story).seconds]));
  const secondsOf = (key: StoryKey): number => seconds.get(key) ?? 0;
  const simulated = (workers: number): Simulation =>
    simulate({ ...policy, maxWorkers: workers }, stories, (story) => secondsOf(story.key) * 1000);
  const alone = simulated(1);
  const graph = graphOf(stories);
  const path = criticalPath(graph, secondsOf);
  const total = sum(stories.map(({ key }) => secondsOf(key)));
  const longest = sum(path.map(secondsOf));
  const estimated = stories.some((story) => durationOf(story).isEstimated);
  const workersMax = Math.max(1, Math.min(WORKERS_MAX, policy.maxWorkers, stories.length));
  return {
    v: CONTRACT_VERSION,
    stories: stories.map((story) => planStory(story, graph.dependencies.get(story.key) ?? [])),
    critical_path: path,
    makespan: Array.from({ length: workersMax }, (_, index) => {
      const workers = index + 1;
      return {
        workers,
        seconds: Math.round((workers === 1 ? alone : simulated(workers)).makespanMs / 1000),
        lower_bound_seconds: Math.round(Math.max(longest, total / workers)),
        estimated,
      };
    }),
    clashes: clashesOf(stories, policy),
  };
};

const planStory = (story: Story, waiting: readonly StoryKey[]): PlanStory => ({
  key: story.key,
  title: story.title,
  depends_on: story.dependsOn.map(({ key, source }) => ({ key, source: source.kind, where: source.where })),
  ready: waiting.length === 0,
  waiting_for: waiting.length === 0 ? null : named(waiting),
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
