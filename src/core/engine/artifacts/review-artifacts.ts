import { artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { artifactsOf } from "../../evidence/pantheon/read-artifact.ts";
import { verdictOf } from "../../evidence/pantheon/review.ts";
import { joinTriage, triageVerdict } from "../../evidence/pantheon/themis.ts";
import { phaseNamed } from "../../model/pipeline.ts";
import type { Verdict } from "../../model/review.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import type { Place, World } from "../performers/world.ts";
import { type BeforeArtifacts, keysOf, readStoryArtifacts } from "./story-artifacts.ts";
import { reviewText, themisText, writeArtifact } from "./write-artifacts.ts";

/**
 * The verdict that a judge left in an artifact instead of its final text: an assessor's triage, else a review. Only what
 * came since `before` counts; of several reviews one that asks for changes does.
 */
export const artifactVerdict = async (
  world: World,
  effect: RunTurn,
  place: Place,
  before: BeforeArtifacts,
): Promise<Verdict | undefined> => {
  if (world.run.completions === undefined) return undefined;
  const { artifacts } = await readStoryArtifacts(world, place, effect.story, before);
  const reviews = artifactsOf(artifacts, "review").map(({ value }) => value);
  if (isTriage(world, effect)) {
    const themis = artifactsOf(artifacts, "themis")[0]?.value;
    return themis && triageVerdict(joinTriage(themis, reviews));
  }
  const verdicts = reviews.flatMap((review) => verdictOf(review) ?? []);
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  const asksForChanges = verdicts.some(({ verdict }) => verdict === "changes");
  return verdicts.length === 0 ? undefined : { verdict: asksForChanges ? "changes" : "approved", findings };
};

/** Writes a judge's verdict as its artifact, for people and other tools. */
export const keepVerdict = async (world: World, effect: RunTurn, place: Place, verdict: Verdict): Promise<void> => {
  if (world.run.completions === undefined) return;
  const key = artifactKeyOf(effect.story, keysOf(world));
  const isAssessor = isTriage(world, effect);
  const text = isAssessor ? themisText(key, verdict) : reviewText(key, verdict);
  await writeArtifact(world, place.projectPath, effect.story, isAssessor ? "themis" : "review", text);
};

const isTriage = ({ run }: World, { phase }: RunTurn): boolean => {
  const found = phaseNamed(run.policy.pipeline, phase);
  return found.kind === "turn" && found.triage === true;
};
