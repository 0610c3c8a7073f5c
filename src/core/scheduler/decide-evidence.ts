import { isWriter, phaseNamed, type TurnPhase } from "../model/pipeline.ts";
import { withoutDoubles } from "../model/review.ts";
import { commit, phaseHolds } from "./decide-phase.ts";
import { afterCut } from "./decide-turn.ts";
import { type Decision, endWell, requestStatus, startingAt } from "./decision.ts";
import type { CheckEvidence, EvidenceResult } from "./effects.ts";
import type { RunEvent } from "./events.ts";
import { failAttempt } from "./failing.ts";
import { failureOf } from "./failures.ts";
import { statusWhenDone, workDone } from "./operator-part.ts";
import { type StoryState, storyOf } from "./state.ts";

/** What the checks found, and what follows. */
export const onEvidenceChecked = (decision: Decision, effect: CheckEvidence, result: EvidenceResult): RunEvent[] => {
  const checked: RunEvent = { type: "evidence.checked", story: effect.story, completes: effect.id, result };
  const story = storyOf(decision.state, effect.story);
  if (story.busyWith !== effect.id) return [checked];
  return [checked, ...consequences(decision, story, effect, result)];
};

const consequences = (
  decision: Decision,
  story: StoryState,
  effect: CheckEvidence,
  result: EvidenceResult,
): RunEvent[] => {
  if (effect.purpose === "already-done") return alreadyDone(decision, story, effect, result);
  const phase = phaseNamed(decision.state.policy.pipeline, effect.phase) as TurnPhase;
  // What a person said to an agent that writes is for that agent, also where the work of a turn that was cut off holds.
  if (result.ok && effect.purpose === "salvage" && story.messages.length > 0 && isWriter(phase)) {
    const next = { phase: effect.phase, prompt: { kind: "message" }, fresh: false, salvage: false } as const;
    return [{ type: "phase.due", story: effect.story, next }];
  }
  if (result.ok) {
    // What was found just now is not in the state yet.
    const known = { ...story, commit: result.named ?? result.commit ?? story.commit };
    const deferred = withoutDoubles([...story.deferredFindings, ...(result.deferred ?? [])]);
    return phaseHolds(decision, known, phase, { deferred });
  }
  if (effect.purpose === "salvage") {
    const end = { kind: "cut", reason: story.cut ?? "stop" } as const;
    return afterCut(decision, story, effect.phase, { end, durationMs: 0, lastLines: result.missing }, story.neverBegan);
  }
  return failAttempt(decision, story, result.again ?? effect.phase, missingEvidence(effect, result));
};

const missingEvidence = (effect: CheckEvidence, result: EvidenceResult) =>
  failureOf(
    "ValidationError",
    `Completion rejected, missing: ${result.missing.join("; ")}${runAgain(result)}`,
    `evidence of ${effect.phase}`,
  );

/** For an agent that runs the phases itself: those that what is missing belongs to. */
const runAgain = ({ rejected }: EvidenceResult): string =>
  rejected === undefined || rejected.phases.length === 0
    ? ""
    : `. Re-run missing phases: ${rejected.phases.join(", ")}`;

const alreadyDone = (
  decision: Decision,
  story: StoryState,
  effect: CheckEvidence,
  result: EvidenceResult,
): RunEvent[] => {
  const { key } = story.story;
  if (result.ok) {
    const ended = endWell(decision, story, workDone(story, "already-done"));
    return [...requestStatus(decision, key, statusWhenDone(story, result.finalStatus ?? "done")), ...ended];
  }
  if (story.turns === 0) return [{ type: "phase.due", story: key, next: startingAt(effect.phase) }];
  return failAttempt(decision, story, effect.phase, missingEvidence(effect, result));
};

/** A story whose next phase is the landing itself: a person accepted what was open, or asked to land again. */
export const landAsItIs = (decision: Decision, story: StoryState): RunEvent[] =>
  commit(decision, story, [...story.deferredFindings, ...story.openFindings]);
