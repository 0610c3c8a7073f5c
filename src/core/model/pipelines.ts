import { type CommitPhase, type PhaseName, type Pipeline, type TurnPhase, turnPhases, workPhase } from "./pipeline.ts";

/** The pipelines that come with storyboard (product.md, Review). */

const turn = (
  name: string,
  role: string,
  phase: Omit<TurnPhase, "kind" | "name" | "role" | "session" | "startStatus"> &
    Partial<Pick<TurnPhase, "session" | "startStatus">>,
): TurnPhase => ({ kind: "turn", name, role, session: "fresh", startStatus: "in-progress", ...phase });

const commit: CommitPhase = { kind: "commit", name: "COMMIT" };
/** Its name where COMMIT is the turn of an agent. */
const land: CommitPhase = { kind: "commit", name: "LAND" };

const build = turn("BUILD", "builder", {
  permission: "profile",
  prompt: "build",
  evidence: "work",
  endStatus: "review",
  next: "COMMIT",
});

const verify = turn("VERIFY", "reviewer", {
  permission: "read",
  prompt: "verify",
  evidence: "verdict",
  startStatus: "review",
  next: "COMMIT",
});

const refine = turn("REFINE", "builder", {
  session: "BUILD",
  permission: "profile",
  prompt: "refine",
  evidence: "work",
  next: "VERIFY",
});

/** The builder alone; no review. */
const buildPipeline: Pipeline = { name: "build", phases: [build, commit], reviewed: false };

/** A builder and an independent reviewer. */
const devReview: Pipeline = {
  name: "dev-review",
  phases: [{ ...build, next: "VERIFY" }, { ...verify, onFindings: "REFINE" }, refine, commit],
  reviewEntry: "VERIFY",
  reviewed: true,
};

/** One turn, in which the agent itself runs all seven phases (lead-driven-batch.md). */
const worker: Pipeline = {
  name: "worker",
  phases: [
    turn("WORK", "builder", {
      permission: "profile",
      prompt: "worker",
      evidence: "work",
      endStatus: "review",
      next: "LAND",
    }),
    land,
  ],
  reviewed: false,
};

/** The seven phases, each its own turn by its own role: storyboard is the lead. */
const sevenPhase: Pipeline = {
  name: "seven-phase",
  phases: [
    turn("PREPARE", "builder", { permission: "read", prompt: "prepare", evidence: "none", next: "BUILD" }),
    { ...build, session: "PREPARE", next: "VERIFY" },
    { ...verify, next: "ASSESS" },
    turn("ASSESS", "assessor", {
      permission: "read",
      prompt: "assess",
      evidence: "verdict",
      startStatus: "review",
      next: "COMMIT",
      onFindings: "REFINE",
      triage: true,
    }),
    refine,
    turn("COMMIT", "reconciler", {
      permission: "profile",
      prompt: "reconcile",
      evidence: "story",
      startStatus: "review",
      next: "REFLECT",
    }),
    // Work that holds is not held up by lessons that were not learnt.
    turn("REFLECT", "reflector", {
      permission: "read",
      prompt: "reflect",
      evidence: "none",
      startStatus: "review",
      next: "LAND",
      onFailure: "LAND",
    }),
    land,
  ],
  reviewEntry: "VERIFY",
  reviewed: true,
};

/** The seven phases by name, in their order: those that a worker goes through by itself, too. */
export const SEVEN_PHASES: readonly PhaseName[] = turnPhases(sevenPhase).map(({ name }) => name);

/** Every built-in pipeline by its name. */
export const PIPELINES: Readonly<Record<string, Pipeline>> = {
  build: buildPipeline,
  "dev-review": devReview,
  worker,
  "seven-phase": sevenPhase,
};

/**
 * The pipeline with a plan that a person approves before the work: in the same conversation, so that what was approved
 * is what is built.
 */
export const withPlan = (pipeline: Pipeline): Pipeline => {
  const work = workPhase(pipeline);
  const plan: TurnPhase = {
    kind: "turn",
    name: "PLAN",
    role: work.role,
    session: work.name,
    permission: "read",
    prompt: "plan",
    evidence: "plan",
    startStatus: work.startStatus,
    next: work.name,
  };
  const before = pipeline.phases.findIndex(({ name }) => name === work.name);
  const phases = pipeline.phases.flatMap((phase, i) => {
    if (i === before) return [plan, phase];
    const leadsToWork = i < before && phase.kind === "turn" && phase.next === work.name;
    return [leadsToWork ? { ...phase, next: plan.name } : phase];
  });
  return { ...pipeline, phases };
};
