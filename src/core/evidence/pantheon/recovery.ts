import { SEVEN_PHASES } from "../../model/pipelines.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { present } from "./fields.ts";
import type { ProgressArtifact } from "./progress.ts";

/** A story that its progress artifact says is complete. */
export interface CompleteStory {
  readonly key: StoryKey;
  readonly isAlreadyDone: boolean;
  /** The commit that it names; whether git has it is for the caller to see. */
  readonly commit?: string;
}

/** A story that was begun. */
export interface BegunStory {
  readonly key: StoryKey;
  /** Where to go on, upper case. */
  readonly phase: string;
  readonly commit?: string;
}

/** What progress artifacts say of a run that left nothing else. */
export interface Recovery {
  readonly complete: readonly CompleteStory[];
  readonly begun: readonly BegunStory[];
}

/**
 * Sorts stories by their progress artifacts (swarm-batch.md, step 3: the only thing left after a crash). A story is
 * complete with SUCCESS, ALREADY_DONE or the phase COMPLETE, unless it says that it failed or is partial. Each
 * rewriting of the file may hold some of the phases only: one that is absent is not one that never ran, so the last
 * phase named decides. Claims all: the caller looks at git before it believes one.
 */
export const recoverStories = (
  stories: Iterable<{ readonly key: StoryKey; readonly progress: ProgressArtifact }>,
): Recovery => {
  const complete: CompleteStory[] = [];
  const begun: BegunStory[] = [];
  for (const { key, progress } of stories) {
    const commit = progress.metrics.commit ?? progress.commits.at(-1);
    if (isComplete(progress)) {
      complete.push(present({ key, isAlreadyDone: progress.status === "ALREADY_DONE", commit }));
    } else begun.push(present({ key, phase: phaseToContinue(progress), commit }));
  }
  return { complete, begun };
};

const isComplete = ({ status, phase }: ProgressArtifact): boolean => {
  if (status === "SUCCESS" || status === "ALREADY_DONE") return true;
  return phase === "COMPLETE" && status !== "FAILED" && status !== "PARTIAL";
};

/** The phase that was under way, or the one after it where it ended. */
const phaseToContinue = ({ phase, phases }: ProgressArtifact): string => {
  const named = SEVEN_PHASES.includes(phase ?? "")
    ? phase
    : phases.findLast(({ name }) => SEVEN_PHASES.includes(name))?.name;
  // What failed after everything ran (COMPLETE) is committed again; what has no phase begins.
  if (named === undefined) return phase === "COMPLETE" ? "COMMIT" : "PREPARE";
  const status = phases.find(({ name }) => name === named)?.status;
  const hasEnded = status === "complete" || status === "completed" || status === "skipped";
  return (hasEnded ? SEVEN_PHASES[SEVEN_PHASES.indexOf(named) + 1] : undefined) ?? named;
};
