import { digestArtifacts } from "../../evidence/pantheon/card-digest.ts";
import { percentOf, present } from "../../evidence/pantheon/fields.ts";
import type { ProgressArtifact } from "../../evidence/pantheon/progress.ts";
import { artifactsOf, type ReadArtifact } from "../../evidence/pantheon/read-artifact.ts";
import { classForSeverity } from "../../evidence/pantheon/severity.ts";
import { type Pipeline, type TurnPhase, turnPhases } from "../../model/pipeline.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { PhaseStates } from "../../scheduler/effects.ts";
import { storyTasksIn } from "../performers/story-tasks.ts";
import { type Place, storyIn, type World } from "../performers/world.ts";
import { readWorkArtifacts } from "./remember-left.ts";

/** How far a story is, as it is known where its progress is kept. */
export interface KnownStory {
  readonly story: StoryKey;
  readonly phases: PhaseStates;
  readonly commit?: string;
  readonly baseline?: string;
  /** Its worktree; undefined where it has none any more. */
  readonly place: Place | undefined;
  /** Files of the product that its branch changes; undefined where nobody looked. */
  readonly filesChanged: number | undefined;
}

/** The checkpoints and numbers of a story's progress artifact, as far as they are known: what is not is left out. */
export const knownProgress = async (
  world: World,
  known: KnownStory,
): Promise<Pick<ProgressArtifact, "checkpoints" | "metrics">> => {
  const { story: key, place, baseline, commit, filesChanged } = known;
  const { complexity, file, tasks } = storyIn(world, key);
  const left = place === undefined ? undefined : await readWorkArtifacts(world, place, key, baseline);
  const now = place === undefined ? undefined : await storyTasksIn(place, file);
  const metrics = present({
    complexity,
    filesChanged,
    tasksTotal: now?.tasks.length ?? tasks.length,
    tasksCompleted: now?.section?.done,
    commit,
    ...numbersOf(left?.artifacts ?? []),
  });
  return { checkpoints: checkpointsOf(world.run.policy.pipeline, known), metrics: { ...metrics, more: {} } };
};

const numbersOf = (artifacts: readonly ReadArtifact[]) => {
  const { tests, coverage } = digestArtifacts(artifacts);
  // A review that follows a repair finds nothing any more; what was found stands in the triage.
  const triage = artifactsOf(artifacts, "themis").find(({ value }) => value.hasTriage)?.value;
  const upheld = triage?.findings.filter(({ isDismissed }) => !isDismissed);
  const count = (name: string) => upheld?.filter(({ severity }) => classForSeverity(severity) === name).length;
  return {
    testsAdded: tests,
    coverage: percentOf(coverage),
    issuesFound: upheld?.length,
    mustFix: count("MUST_FIX"),
    shouldFix: count("SHOULD_FIX"),
  };
};

/** Of the checkpoints that Pantheon names those that the pipeline has, and whether their phases hold. */
const checkpointsOf = (pipeline: Pipeline, { phases, commit }: KnownStory): Readonly<Record<string, boolean>> => {
  const passed = (name: string, is: (phase: TurnPhase) => boolean): readonly (readonly [string, boolean])[] => {
    const turns = turnPhases(pipeline).filter(is);
    return turns.length === 0 ? [] : [[name, turns.some((turn) => phases[turn.name] === "complete")]];
  };
  return Object.fromEntries([
    ...passed("builder_artifact", ({ evidence }) => evidence === "work"),
    ...passed("reviewer_artifact", ({ evidence, triage }) => evidence === "verdict" && triage !== true),
    ...passed("themis_artifact", ({ triage }) => triage === true),
    ...passed("reconciler_artifact", ({ evidence }) => evidence === "story"),
    ["git_commit", commit !== undefined],
  ]);
};
