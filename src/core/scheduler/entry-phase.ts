import { type Phase, type PhaseName, phaseNamed, type TurnPhase } from "../model/pipeline.ts";
import type { Finding } from "../model/review.ts";
import type { RunPolicy } from "./policy.ts";
import type { RunState, StoryState } from "./state.ts";

/** Where a story enters its pipeline: one that the backlog has in `review` is reviewed first, where the pipeline reviews. */
export const entryPhase = ({ policy }: RunState, story: StoryState): PhaseName => {
  const { pipeline } = policy;
  const first = firstPhase(policy, story);
  return story.story.status === "review" ? (pipeline.reviewEntry ?? first) : first;
};

/** The phase that a story begins its pipeline with. */
export const firstPhase = (policy: RunPolicy, story: StoryState): PhaseName => {
  const [first] = policy.pipeline.phases;
  if (first === undefined) throw new Error(`pipeline ${policy.pipeline.name} has no phase`);
  return wantedPhase(policy, story, first.name, []).name;
};

/** The first phase from that one on which the story has to go through, with these findings open. */
export const wantedPhase = (
  { pipeline, plans }: RunPolicy,
  story: StoryState,
  name: PhaseName,
  open: readonly Finding[],
): Phase => {
  const isWanted = (phase: TurnPhase): boolean =>
    phase.triage ? open.length > 0 : phase.evidence !== "plan" || plansFor(plans, story);
  let phase = phaseNamed(pipeline, name);
  // A pipeline's way leads to its end; a circle is refused before a run.
  for (let step = 0; step < pipeline.phases.length && phase.kind === "turn" && !isWanted(phase); step++) {
    phase = phaseNamed(pipeline, phase.next);
  }
  return phase;
};

const plansFor = (plans: RunPolicy["plans"], { story }: StoryState): boolean =>
  plans === "all" || (plans === "complex" && (story.complexity === "complex" || story.complexity === "critical"));
