/** Names of the phases of product.md. */
export type PhaseName = "PREPARE" | "BUILD" | "VERIFY" | "ASSESS" | "REFINE" | "COMMIT" | "REFLECT";

export type Role = "builder" | "reviewer";
export type Permission = "read" | "edit" | "full";

/** One phase that is a turn of an agent. Landing is not a phase of the agents: every pipeline ends with COMMIT. */
export interface TurnPhase {
  readonly kind: "turn";
  readonly name: PhaseName;
  readonly role: Role;
  /** Whether the first turn of this phase starts a session or continues the role's last one. */
  readonly session: "fresh" | "continue";
  readonly permission: Permission | "profile";
  /** Name of the prompt template. */
  readonly prompt: "build" | "verify" | "refine";
  /** What must hold before its "done" is believed. */
  readonly evidence: "work" | "verdict";
  /** Status of the story when the phase starts; written by storyboard. */
  readonly startStatus: "in-progress" | "review";
  /** Index-free order: the phase that follows when this one holds. */
  readonly next: PhaseName;
  /** For a verdict with blocking findings: the phase that repairs them. */
  readonly onFindings?: PhaseName;
}

/** Storyboard's own last phase: land the branch, keep the files true. */
export interface CommitPhase {
  readonly kind: "commit";
  readonly name: "COMMIT";
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

const build: TurnPhase = {
  kind: "turn",
  name: "BUILD",
  role: "builder",
  session: "fresh",
  permission: "profile",
  prompt: "build",
  evidence: "work",
  startStatus: "in-progress",
  next: "COMMIT",
};

const commit: CommitPhase = { kind: "commit", name: "COMMIT" };

/** The pipelines that come with storyboard. */
export const PIPELINES: Readonly<Record<string, Pipeline>> = {
  build: { name: "build", phases: [build, commit], reviewed: false },
  "dev-review": {
    name: "dev-review",
    phases: [
      { ...build, next: "VERIFY" },
      {
        kind: "turn",
        name: "VERIFY",
        role: "reviewer",
        session: "fresh",
        permission: "read",
        prompt: "verify",
        evidence: "verdict",
        startStatus: "review",
        next: "COMMIT",
        onFindings: "REFINE",
      },
      {
        kind: "turn",
        name: "REFINE",
        role: "builder",
        session: "continue",
        permission: "profile",
        prompt: "refine",
        evidence: "work",
        startStatus: "in-progress",
        next: "VERIFY",
      },
      commit,
    ],
    reviewEntry: "VERIFY",
    reviewed: true,
  },
};

/** The phase in which the builder repairs work that was held to be done. */
export const repairPhase = ({ phases }: Pipeline): TurnPhase | undefined => {
  const builds = phases.filter((phase) => phase.kind === "turn" && phase.role === "builder") as TurnPhase[];
  return builds.find((phase) => phase.session === "continue") ?? builds[0];
};

/** The phase of that name. Throws when the pipeline has none: pipelines are checked before a run. */
export const phaseNamed = (pipeline: Pipeline, name: PhaseName): Phase => {
  const phase = pipeline.phases.find((candidate) => candidate.name === name);
  if (phase === undefined) throw new Error(`pipeline ${pipeline.name} has no phase ${name}`);
  return phase;
};
