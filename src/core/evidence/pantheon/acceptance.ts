import type { StoryKey } from "../../model/story-key.ts";
import { falseClaims, type TaskFacts } from "../task-thresholds.ts";
import { type ArtifactKind, artifactKeyOf } from "./artifact-names.ts";
import { type Citation, findCitations } from "./citations.ts";
import { independenceProblem } from "./independence.ts";
import type { ProgressArtifact } from "./progress.ts";
import { artifactsOf, type ReadArtifact } from "./read-artifact.ts";
import { saysTasks } from "./reconciler.ts";
import { hasContent } from "./review.ts";

/** What may be asked for before a completion is accepted. */
export type AskedEvidence = "progress" | "builder" | "review" | "themis" | "reconciler" | "commit";

/** The phase that has to run again. */
export type RerunPhase = "BUILD" | "VERIFY" | "ASSESS" | "COMMIT";

/** A piece of evidence that is missing, in the words of lead-driven-batch.md. */
export interface MissingArtifact {
  readonly message: string;
  readonly phase: RerunPhase;
}

/** All that acceptance looks at; what needs files or git was found out before. */
export interface AcceptanceInput {
  readonly key: StoryKey;
  readonly keys: Iterable<StoryKey>;
  readonly asked: readonly AskedEvidence[];
  readonly artifacts: readonly ReadArtifact[];
  /** Whether the story's commit is there, as the check of commits says. */
  readonly hasCommit: boolean;
  /** What `checkCitations` found of `citationsToCheck`. */
  readonly citationProblems: readonly string[];
  /** Why the story cannot have been done before, as ALREADY_DONE says; undefined where it may have been. */
  readonly notDoneBefore?: string;
  /** What the story file says, where it is known: the reconciler is held against it. */
  readonly tasks?: TaskFacts;
}

/** What acceptance found. */
export interface Acceptance {
  /** In the order of the phases. */
  readonly missing: readonly MissingArtifact[];
  /** For the card: accepted, but worth knowing. */
  readonly notes: readonly string[];
}

/** Everything that lead-driven-batch.md asks a worker for. */
export const ALL_EVIDENCE: readonly AskedEvidence[] = [
  "progress",
  "builder",
  "review",
  "themis",
  "reconciler",
  "commit",
];

/** The citations of the builders' artifacts that have to be there. */
export const citationsToCheck = (artifacts: readonly ReadArtifact[]): readonly Citation[] =>
  artifactsOf(artifacts, "builder").flatMap(({ value }) => findCitations(evidenceText(value.tasks)));

/** Decides whether a worker's completion is accepted (lead-driven-batch.md, step 4). */
export const checkArtifacts = (input: AcceptanceInput): Acceptance => {
  const results = input.asked.map((each) => CHECKS[each](input));
  return {
    missing: results.flatMap(({ missing }) => missing).sort((a, b) => ORDER.indexOf(a.phase) - ORDER.indexOf(b.phase)),
    notes: results.flatMap(({ notes }) => notes ?? []),
  };
};

const ORDER: readonly RerunPhase[] = ["BUILD", "VERIFY", "ASSESS", "COMMIT"];

interface Checked {
  readonly missing: readonly MissingArtifact[];
  readonly notes?: readonly string[];
}

const checkProgress = (input: AcceptanceInput): Checked => {
  const progress = artifactsOf(input.artifacts, "progress");
  const { notDoneBefore } = input;
  if (notDoneBefore !== undefined && progress.some(({ value }) => value.status === "ALREADY_DONE")) {
    return lacks("progress", [`status ALREADY_DONE, and ${notDoneBefore}`], "COMMIT");
  }
  if (progress.some(({ value }) => value.status === "SUCCESS" || value.status === "ALREADY_DONE")) return HOLDS;
  const last = progress[0]?.value;
  const ended = last?.status === "PARTIAL" || last?.status === "FAILED" ? describeEnd(last) : undefined;
  const why = [...(ended === undefined ? [] : [ended]), ...problemsOf(input, "progress")];
  return lacks("progress", why.length > 0 ? why : ["missing or incomplete"], phaseToRerun(last));
};

const describeEnd = ({ status, phase, phases }: ProgressArtifact): string => {
  const details = phases.find(({ name }) => name === phase)?.details;
  return `status ${status}${phase === undefined ? "" : ` at ${phase}`}${details === undefined ? "" : `: ${details}`}`;
};

/** A progress artifact that says where it ended says what to repeat; else the end of the story is. */
const phaseToRerun = (progress: ProgressArtifact | undefined): RerunPhase => {
  const phase = progress?.phase;
  if (phase === "PREPARE" || phase === "FORGE" || phase === "REFINE") return "BUILD";
  return ORDER.find((each) => each === phase) ?? "COMMIT";
};

const checkBuilder = (input: AcceptanceInput): Checked => {
  const builders = artifactsOf(input.artifacts, "builder");
  if (builders.length === 0) return lacks("builder", problemsOf(input, "builder", "no BUILD phase evidence"), "BUILD");
  const uncited = builders.flatMap(({ value }) =>
    value.tasks.filter((task) => findCitations(evidenceText([task])).length === 0),
  );
  const tasks = builders.flatMap(({ value }) => value.tasks);
  const failed = builders.every(({ value }) => value.status === "FAILED") ? ["status FAILED"] : [];
  const bare = uncited.length === tasks.length ? ["no file:line evidence in tasks_addressed"] : [];
  const missing = [...failed, ...bare, ...input.citationProblems.slice(0, NAMED_MAX)];
  if (missing.length > 0) return lacks("builder", missing, "BUILD");
  const note = `${uncited.length} of ${tasks.length} tasks_addressed have no file:line evidence`;
  return { missing: [], notes: [...(uncited.length > 0 ? [note] : []), ...problemsOf(input, "builder")] };
};

const checkReview = (input: AcceptanceInput): Checked => {
  const builders = artifactsOf(input.artifacts, "builder");
  const judged = artifactsOf(input.artifacts, "review").map((review) => ({
    problem:
      independenceProblem(review, builders) ??
      (hasContent(review.value) ? undefined : `${review.file}: no verdict, no findings and no verified tasks`),
  }));
  const refused = [...judged.flatMap(({ problem }) => problem ?? []), ...problemsOf(input, "review")];
  if (judged.some(({ problem }) => problem === undefined)) return { missing: [], notes: refused };
  return lacks("reviewer", refused.length > 0 ? refused : ["no VERIFY phase evidence"], "VERIFY");
};

const checkThemis = (input: AcceptanceInput): Checked => {
  const themis = artifactsOf(input.artifacts, "themis");
  if (themis.some(({ value }) => value.hasTriage || Object.keys(value.counts).length > 0)) return HOLDS;
  const empty = themis.map(({ file }) => `${file}: no triage`);
  return lacks(
    "themis",
    [...empty, ...problemsOf(input, "themis", empty.length > 0 ? "" : "no ASSESS phase evidence")],
    "ASSESS",
  );
};

const checkReconciler = (input: AcceptanceInput): Checked => {
  const reconcilers = artifactsOf(input.artifacts, "reconciler");
  const speaking = reconcilers.find(({ value }) => saysTasks(value));
  if (speaking === undefined) {
    const empty = reconcilers.map(({ file }) => `${file}: no counts of tasks`);
    const none = empty.length > 0 ? "" : "no COMMIT/reconciliation evidence";
    return lacks("reconciler", [...empty, ...problemsOf(input, "reconciler", none)], "COMMIT");
  }
  const claims = input.tasks === undefined ? [] : falseClaims(speaking.value, input.tasks);
  return claims.length > 0 ? lacks("reconciler", claims, "COMMIT") : HOLDS;
};

const checkCommit = ({ hasCommit, key, keys }: AcceptanceInput): Checked =>
  hasCommit
    ? HOLDS
    : { missing: [{ message: `git commit with feat(${artifactKeyOf(key, keys)}) prefix`, phase: "COMMIT" }] };

const CHECKS: Readonly<Record<AskedEvidence, (input: AcceptanceInput) => Checked>> = {
  progress: checkProgress,
  builder: checkBuilder,
  review: checkReview,
  themis: checkThemis,
  reconciler: checkReconciler,
  commit: checkCommit,
};

const HOLDS: Checked = { missing: [] };
/** Wrong citations that are named one by one. */
const NAMED_MAX = 10;

const lacks = (what: string, why: readonly string[], phase: RerunPhase): Checked => ({
  missing: why.map((each) => ({ message: `${what} artifact (${each})`, phase })),
});

/** What is wrong with the files that are of a kind by their name; `none` where there is nothing at all. */
const problemsOf = ({ artifacts }: AcceptanceInput, kind: ArtifactKind, none = ""): readonly string[] => {
  const problems = artifactsOf(artifacts, "unusable").flatMap(({ named, problem }) =>
    // What has neither a telling name nor readable content was most likely a builder's.
    named === kind || (named === "by-content" && kind === "builder") ? problem : [],
  );
  return problems.length > 0 || none === "" ? problems : [none];
};

const evidenceText = (tasks: readonly { readonly task: string; readonly evidence?: string }[]): string =>
  tasks.map(({ task, evidence = "" }) => `${task}\n${evidence}`).join("\n");
