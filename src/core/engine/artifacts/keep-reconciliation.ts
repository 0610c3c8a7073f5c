import { artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { turnPhases } from "../../model/pipeline.ts";
import type { StoryTask } from "../../model/story.ts";
import type { CheckEvidence } from "../../scheduler/effects.ts";
import type { Place, World } from "../performers/world.ts";
import { keysOf } from "./story-artifacts.ts";
import { reconcilerText, writeArtifact } from "./write-artifacts.ts";

/** Where storyboard leads the phases, what a phase that reconciles the story's file came to is an artifact of its own. */
export const keepReconciliation = async (
  world: World,
  { story, phase }: CheckEvidence,
  place: Place,
  tasks: readonly StoryTask[] | undefined,
): Promise<void> => {
  const turns = turnPhases(world.run.policy.pipeline);
  const isReconciled = turns.some(({ name, evidence }) => name === phase && evidence === "story");
  if (!isReconciled || tasks === undefined || world.run.completions === undefined) return;
  const text = reconcilerText(artifactKeyOf(story, keysOf(world)), tasks, world.now());
  await writeArtifact(world, place.projectPath, story, "reconciler", text);
};
