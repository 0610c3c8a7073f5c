import type { WritableStatus } from "./status.ts";

/** Name of a phase: capitals, e.g. `BUILD`. Those of product.md are the built-in pipelines'; a project's own may be others. */
export type PhaseName = string;

/** Who plays a phase: `builder`, `reviewer`, or another name that the configuration gives an agent to. */
export type Role = string;

/** What an agent may do in its worktree. */
export type Permission = "read" | "edit" | "full";

/**
 * What must hold before a phase's "done" is believed: nothing; the story's work (all checks of the profile); a verdict
 * with findings; the story's own file (tasks ticked, all committed); or a plan, which a person approves.
 */
export type PhaseEvidence = "none" | "work" | "verdict" | "story" | "plan";

/** One phase that is a turn of an agent. Landing is not a phase of the agents: every pipeline ends with storyboard's own. */
export interface TurnPhase {
  readonly kind: "turn";
  readonly name: PhaseName;
  readonly role: Role;
  /** `fresh` starts a conversation with each first turn; a phase's name goes on with that phase's. */
  readonly session: "fresh" | PhaseName;
  readonly permission: Permission | "profile";
  /** Name of the prompt template. */
  readonly prompt: string;
  readonly evidence: PhaseEvidence;
  /** Status of the story when the phase starts; written by storyboard. */
  readonly startStatus: "in-progress" | "review";
  /** Status of the story once the phase holds, where that changes it. */
  readonly endStatus?: WritableStatus;
  /** The phase that follows when this one holds. */
  readonly next: PhaseName;
  /** For a verdict with blocking findings: the phase that repairs them. */
  readonly onFindings?: PhaseName;
  /** Where a failed attempt goes on; unset means with the same phase. One that lies ahead costs no attempt. */
  readonly onFailure?: PhaseName;
  /** Most turns of this phase until a person speaks; unset leaves it to the limits of the run. */
  readonly times?: number;
  /** Judges the findings of the phase before, all of them; passed over where there are none. */
  readonly triage?: true;
}

/** Storyboard's own last phase: land the branch, keep the files true. */
export interface CommitPhase {
  readonly kind: "commit";
  readonly name: PhaseName;
}

export type Phase = TurnPhase | CommitPhase;

/** The ordered phases a story goes through. Data, not code. */
export interface Pipeline {
  readonly name: string;
  readonly phases: readonly Phase[];
  /** Where a story enters that the backlog already has in `review`; undefined means at the start. */
  readonly reviewEntry?: PhaseName;
  /** Whether a landed story has been reviewed, which decides its final status. */
  readonly reviewed: boolean;
}

/** The phases that are turns of agents, in order. */
export const turnPhases = ({ phases }: Pipeline): readonly TurnPhase[] =>
  phases.filter((phase): phase is TurnPhase => phase.kind === "turn");

/** The phase of that name. Throws when the pipeline has none: pipelines are checked before a run. */
export const phaseNamed = (pipeline: Pipeline, name: PhaseName): Phase => {
  const phase = pipeline.phases.find((candidate) => candidate.name === name);
  if (phase === undefined) throw new Error(`pipeline ${pipeline.name} has no phase ${name}`);
  return phase;
};

/** Storyboard's own last phase. */
export const landingPhase = (pipeline: Pipeline): CommitPhase => {
  const phase = pipeline.phases.find((candidate) => candidate.kind === "commit");
  if (phase?.kind !== "commit") throw new Error(`pipeline ${pipeline.name} never lands`);
  return phase;
};

/** The phase in which the story's work is done first. */
export const workPhase = (pipeline: Pipeline): TurnPhase => {
  const turns = turnPhases(pipeline);
  const phase = turns.find(({ evidence }) => evidence === "work") ?? turns[0];
  if (phase === undefined) throw new Error(`pipeline ${pipeline.name} has no turn of an agent`);
  return phase;
};

/** The phase in which work is repaired that was held to be done. */
export const repairPhase = (pipeline: Pipeline): TurnPhase => {
  const turns = turnPhases(pipeline);
  const repairing = new Set(turns.flatMap(({ onFindings }) => onFindings ?? []));
  return turns.find(({ name, evidence }) => evidence === "work" && repairing.has(name)) ?? workPhase(pipeline);
};

/** Whether an agent changes files in that phase. */
export const isWriter = ({ permission }: TurnPhase): boolean => permission !== "read";

/** Whether a look at the story's work decides if that phase holds. */
export const isChecked = ({ evidence }: TurnPhase): boolean => evidence === "work" || evidence === "story";

/** Whether blocking findings of that phase are decided upon there, and not by a later one. */
export const decidesFindings = (pipeline: Pipeline, phase: TurnPhase): boolean => {
  if (phase.evidence !== "verdict") return false;
  const next = phaseNamed(pipeline, phase.next);
  return next.kind === "commit" || next.triage !== true;
};

/** The roles that a pipeline's phases are played by, each once. */
export const rolesOf = (pipeline: Pipeline): readonly Role[] => [
  ...new Set(turnPhases(pipeline).map(({ role }) => role)),
];

/**
 * The conversation that a phase belongs to, by the name of the phase that begins it: phases of one conversation share a
 * session of their agent.
 */
export const threadOf = (pipeline: Pipeline, name: PhaseName): PhaseName => {
  const seen = new Set<PhaseName>();
  for (let at = name; ; ) {
    const phase = phaseNamed(pipeline, at);
    if (phase.kind === "commit" || phase.session === "fresh" || seen.has(at)) return at;
    seen.add(at);
    at = phase.session;
  }
};
