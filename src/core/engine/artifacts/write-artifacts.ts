import { lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { artifactFileName, artifactKeyOf } from "../../evidence/pantheon/artifact-names.ts";
import { type ProgressArtifact, writeProgress } from "../../evidence/pantheon/progress.ts";
import { writeReconciler } from "../../evidence/pantheon/reconciler.ts";
import { writeReview } from "../../evidence/pantheon/review.ts";
import { writeThemis } from "../../evidence/pantheon/themis.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { writeAtomically } from "../../files/write-atomically.ts";
import type { Verdict } from "../../model/review.ts";
import type { StoryTask } from "../../model/story.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { PhaseStates } from "../../scheduler/effects.ts";
import type { Outcome } from "../../scheduler/events.ts";
import type { World } from "../performers/world.ts";
import { ARTIFACT_BYTES_MAX, completionsIn, keysOf } from "./story-artifacts.ts";

/** Artifacts that storyboard writes itself where it leads the phases: for people and other tools, never evidence. */
type Written = Parameters<typeof artifactFileName>[1];

/** The name of a story's artifact as storyboard writes it. */
export const artifactName = (world: World, key: StoryKey, kind: Written): string =>
  artifactFileName(artifactKeyOf(key, keysOf(world)), kind);

/** Writes one artifact below a project folder, whole or not at all. Harmless where the run has no completions folder. */
export const writeArtifact = async (
  world: World,
  projectPath: string,
  key: StoryKey,
  kind: Written,
  text: string,
): Promise<void> => {
  const folder = completionsIn(world, projectPath);
  if (folder === undefined) return;
  const path = join(folder, artifactName(world, key, kind));
  // An agent may have put a link there, which is not followed.
  const stats = await lstat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) return;
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, Buffer.from(text));
};

/** What a reviewer found, as its artifact. */
export const reviewText = (key: string, { verdict, findings }: Verdict): string =>
  writeReview({
    agent: "multi-reviewer",
    storyKey: key,
    word: verdict === "approved" ? "PASS" : "NEEDS_FIXES",
    findings,
    hasList: true,
    perspectives: [],
    tasks: [],
    checks: [],
    counts: {},
    more: {},
  });

/** What an assessor kept, as its artifact. */
export const themisText = (key: string, { findings }: Verdict): string =>
  writeThemis({
    agent: "themis",
    storyKey: key,
    findings: findings.map((finding) => ({ ...finding, judgment: "UPHELD", isDismissed: false })),
    counts: {},
    hasTriage: true,
    more: {},
  });

/** How many tasks are ticked after reconciliation, as its artifact. */
export const reconcilerText = (key: string, tasks: readonly StoryTask[], nowMs: number): string => {
  const open = tasks.filter(({ done }) => !done);
  const checked = tasks.length - open.length;
  const completion = tasks.length === 0 ? 100 : Math.round((checked / tasks.length) * 1000) / 10;
  return writeReconciler({
    storyKey: key,
    reconciledAt: new Date(nowMs).toISOString(),
    tasksTotal: tasks.length,
    tasksChecked: checked,
    tasksUnchecked: open.length,
    completion,
    sources: ["git"],
    uncheckedCode: open.map(({ text }) => text),
    uncheckedHuman: [],
    recommendation: open.length === 0 ? "done" : "review",
    more: {},
  });
};

/** How far a story is. */
export interface ProgressFacts {
  readonly phase: string | undefined;
  readonly phases: PhaseStates;
  readonly outcome: Outcome | undefined;
  readonly commits: readonly string[];
  readonly nowMs: number;
  /** The last one's, where there is one: what it said of the beginning stays. */
  readonly startedAt: string | undefined;
  /** Checkpoints and numbers. */
  readonly known: Pick<ProgressArtifact, "checkpoints" | "metrics">;
}

const STATUSES: Readonly<Partial<Record<Outcome, string>>> = {
  done: "SUCCESS",
  "awaiting-operator": "SUCCESS",
  "already-done": "ALREADY_DONE",
  failed: "FAILED",
};

/** The progress artifact of a story that storyboard leads through its phases. */
export const progressText = (key: string, facts: ProgressFacts): string => {
  const { phase, phases, outcome, nowMs } = facts;
  const now = new Date(nowMs).toISOString();
  const status = outcome === undefined ? undefined : STATUSES[outcome];
  const isOver = status === "SUCCESS" || status === "ALREADY_DONE";
  const progress: ProgressArtifact = {
    storyKey: key,
    startedAt: facts.startedAt ?? now,
    ...(isOver ? { completedAt: now } : {}),
    phase: isOver ? "COMPLETE" : (phase ?? "PREPARE"),
    ...(status === undefined ? {} : { status }),
    phases: Object.entries(phases).map(([name, state]) => ({ name, status: state })),
    ...facts.known,
    commits: facts.commits,
    more: {},
  };
  return writeProgress(progress);
};

/** When a progress artifact says that its story began. */
export const startedAtIn = async (path: string): Promise<string | undefined> => {
  try {
    const text = (await readPlainFile(path, ARTIFACT_BYTES_MAX))?.bytes.toString("utf8") ?? "";
    const { started_at: startedAt } = JSON.parse(text) as { readonly started_at?: unknown };
    return typeof startedAt === "string" && !Number.isNaN(Date.parse(startedAt)) ? startedAt : undefined;
  } catch {
    return undefined;
  }
};
