import type { EvidencePart } from "../../evidence/profiles.ts";
import { type PhaseName, type Pipeline, turnPhases } from "../../model/pipeline.ts";

/** What of a story is looked at when a phase has ended: where a later phase ticks the tasks, the work holds without. */
export const evidencePartOf = (pipeline: Pipeline, name: PhaseName): EvidencePart => {
  const turns = turnPhases(pipeline);
  const phase = turns.find((turn) => turn.name === name);
  if (phase?.evidence === "story") return "story";
  return turns.some(({ evidence }) => evidence === "story") ? "work" : "all";
};
