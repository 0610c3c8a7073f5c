import type { Outcome } from "../../core/scheduler/events.ts";
import type { RunState } from "../../core/scheduler/state.ts";
import type { PoolWorktree } from "../../core/workspace/worktrees.ts";
import type { SummaryFacts, UnlandedWork } from "../headless/summary.ts";
import type { StoredRun } from "./runs.ts";

/** Where a run's work is, as git tells. */
export interface WorkPlaces {
  /** Heads of the run's integration branch and of its target, where they are known. */
  readonly integration?: string | undefined;
  readonly target?: string | undefined;
  readonly worktrees: readonly PoolWorktree[];
  /** Branches of the run that exist; undefined where nobody looked. */
  readonly branches?: ReadonlySet<string>;
}

/** What the summary of a run tells besides its state. `places` is undefined for a run in the shared copy. */
export const summaryFacts = (
  state: RunState,
  { file }: StoredRun,
  elapsedMs: number,
  places: WorkPlaces | undefined,
): SummaryFacts => ({
  state,
  elapsedMs,
  unlanded: places === undefined ? [] : unlandedWork(state, file.run, places),
  ...(places?.integration === undefined || places.integration === file.target.commit
    ? {}
    : { landedOn: landedOn(places.integration, places.target, file) }),
  notes: [...state.notes, ...file.left.map(({ key, why, whatToDo }) => `${key} did not run: ${why}. ${whatToDo}`)],
  next: [],
});

const landedOn = (integration: string, target: string | undefined, file: StoredRun["file"]): string =>
  `${target === integration ? file.target.branch : file.integration} at ${integration.slice(0, 7)}`;

const LANDED: ReadonlySet<Outcome | undefined> = new Set(["done", "already-done", "awaiting-operator"]);

const unlandedWork = (state: RunState, run: string, { worktrees, branches }: WorkPlaces): UnlandedWork[] =>
  [...state.stories.values()]
    .filter((story) => story.turns > 0 && !LANDED.has(story.outcome))
    .map(({ story }) => {
      const branch = `storyboard/${run}/story/${story.key}`;
      const folder = worktrees.find((worktree) => worktree.branch === branch)?.path;
      return { story: story.key, branch, ...(folder === undefined ? {} : { folder }) };
    })
    .filter(({ branch }) => branches?.has(branch) ?? true);
