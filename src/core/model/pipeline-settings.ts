import { z } from "zod";
import type { Pipeline, TurnPhase } from "./pipeline.ts";

/** A project's own pipelines: `pipelines` of the configuration (product.md: pipelines are data, not code). */

const phaseName = z.string().regex(/^[A-Z][A-Z0-9_-]{0,23}$/);

const phaseSettingSchema = z.strictObject({
  name: phaseName,
  /** Who plays it: builder, reviewer, assessor, reconciler, reflector, or a name of `roles`. */
  role: z.string().min(1).default("builder"),
  /** Name of the prompt template; the phase's own name in small letters by default. */
  prompt: z.string().min(1).optional(),
  /** `fresh`, or the phase whose conversation it goes on with. */
  session: z.string().min(1).default("fresh"),
  /** By default what the agent's own profile says, and `read` for a verdict: whoever judges work does not change it. */
  permission: z.enum(["read", "edit", "full", "profile"]).optional(),
  /** What must hold; by default the work where the phase may write, and nothing where it may not. */
  evidence: z.enum(["none", "work", "verdict", "story"]).optional(),
  /** Status of the story while the phase goes on. */
  status: z.enum(["in-progress", "review"]).optional(),
  /** The phase that follows; by default the next of the list, and the landing after the last. */
  next: z.string().min(1).optional(),
  on_findings: z.string().min(1).optional(),
  on_failure: z.string().min(1).optional(),
  /** Most turns of the phase until a person speaks. */
  times: z.number().int().positive().max(100).optional(),
  /** Judges what the review before it found. */
  triage: z.boolean().default(false),
});

/** One phase of a pipeline as configured. */
export type PhaseSetting = z.infer<typeof phaseSettingSchema>;

/** Most phases of one pipeline. */
const PHASES_MAX = 30;

export const pipelineSettingSchema = z.strictObject({ phases: z.array(phaseSettingSchema).min(1).max(PHASES_MAX) });

/** A pipeline as configured. */
export type PipelineSetting = z.infer<typeof pipelineSettingSchema>;

/** The pipeline that a setting means. Its problems have been looked at before. */
export const pipelineOf = (name: string, { phases }: PipelineSetting): Pipeline => {
  const landing = landingName(phases);
  const firstWork = phases.findIndex((phase) => evidenceOf(phase) === "work");
  const turns = phases.map((phase, i): TurnPhase => {
    const evidence = evidenceOf(phase);
    const { status = evidence === "verdict" || evidence === "story" ? "review" : "in-progress" } = phase;
    return {
      kind: "turn",
      name: phase.name,
      role: phase.role,
      session: phase.session,
      permission: permissionOf(phase),
      prompt: phase.prompt ?? phase.name.toLowerCase(),
      evidence,
      startStatus: status,
      next: placeName(phase.next ?? phases[i + 1]?.name ?? landing, landing, phases),
      ...(i === firstWork ? { endStatus: "review" } : {}),
      ...(phase.on_findings === undefined ? {} : { onFindings: phase.on_findings }),
      ...(phase.on_failure === undefined ? {} : { onFailure: placeName(phase.on_failure, landing, phases) }),
      ...(phase.times === undefined ? {} : { times: phase.times }),
      ...(phase.triage ? { triage: true } : {}),
    };
  });
  const review = turns.find(({ evidence, triage }) => evidence === "verdict" && !triage);
  return {
    name,
    phases: [...turns, { kind: "commit", name: landing }],
    reviewed: review !== undefined,
    ...(review === undefined ? {} : { reviewEntry: review.name }),
  };
};

const permissionOf = ({ evidence, permission }: PhaseSetting): TurnPhase["permission"] =>
  permission ?? (evidence === "verdict" ? "read" : "profile");

/** The evidence that a configured phase asks for. */
export const evidenceOf = ({ evidence, permission }: PhaseSetting): NonNullable<PhaseSetting["evidence"]> =>
  evidence ?? (permission === "read" ? "none" : "work");

/** Storyboard's own phase has the name that no turn has. */
export const landingName = (phases: readonly PhaseSetting[]): string =>
  phases.some(({ name }) => name === "COMMIT") ? "LAND" : "COMMIT";

/** Both of its names mean the landing, as long as no turn has the name. */
const placeName = (name: string, landing: string, phases: readonly PhaseSetting[]): string =>
  (name === "LAND" || name === "COMMIT") && !phases.some((phase) => phase.name === name) ? landing : name;
