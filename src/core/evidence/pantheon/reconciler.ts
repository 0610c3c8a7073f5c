import {
  booleanOf,
  countOf,
  enumOf,
  type Fields,
  momentOf,
  othersOf,
  percentOf,
  present,
  wordOf,
  wordsOf,
} from "./fields.ts";
import { toJson } from "./progress.ts";

/** `{key}-reconciler.json` (formats.md 4.4). What it counts is a claim, held against the story file. */
export interface ReconcilerArtifact {
  readonly storyKey?: string;
  readonly reconciledAt?: string;
  readonly tasksTotal?: number;
  readonly tasksChecked?: number;
  readonly tasksUnchecked?: number;
  readonly tasksCheckedByReconciler?: number;
  readonly tasksAlreadyChecked?: number;
  /** Percent. */
  readonly completion?: number;
  readonly isRecordFilled?: boolean;
  readonly sources: readonly string[];
  readonly uncheckedCode: readonly string[];
  readonly uncheckedHuman: readonly string[];
  /** Lower case with hyphens: `done`, `review`, `in-progress`. */
  readonly recommendation?: string;
  /** Unknown keys with their values. */
  readonly more: Fields;
}

const KNOWN = [
  "story_key",
  "reconciled_at",
  "tasks_total",
  "tasks_checked",
  "tasks_unchecked",
  "tasks_checked_by_reconciler",
  "tasks_already_checked",
  "completion_pct",
  "dev_record_filled",
  "evidence_sources",
  "unchecked_code_tasks",
  "unchecked_tasks",
  "unchecked_human_only",
  "status_recommendation",
];

/** Reads a reconciler's artifact. Never throws. */
export const readReconciler = (fields: Fields): ReconcilerArtifact =>
  present({
    storyKey: wordOf(fields.story_key),
    reconciledAt: momentOf(fields.reconciled_at),
    tasksTotal: countOf(fields.tasks_total),
    tasksChecked: countOf(fields.tasks_checked),
    tasksUnchecked: countOf(fields.tasks_unchecked),
    tasksCheckedByReconciler: countOf(fields.tasks_checked_by_reconciler),
    tasksAlreadyChecked: countOf(fields.tasks_already_checked),
    completion: percentOf(fields.completion_pct),
    isRecordFilled: booleanOf(fields.dev_record_filled),
    sources: wordsOf(fields.evidence_sources),
    uncheckedCode: wordsOf(fields.unchecked_code_tasks ?? fields.unchecked_tasks),
    uncheckedHuman: wordsOf(fields.unchecked_human_only),
    recommendation: enumOf(fields.status_recommendation)?.toLowerCase().replaceAll("_", "-"),
    more: othersOf(fields, KNOWN),
  });

/** Whether it says anything about the tasks. */
export const saysTasks = (reconciler: ReconcilerArtifact): boolean =>
  reconciler.tasksChecked !== undefined || reconciler.tasksTotal !== undefined || reconciler.completion !== undefined;

/** Writes a reconciler's artifact in the shape of Pantheon's prompt, with a line feed at the end. */
export const writeReconciler = (reconciler: ReconcilerArtifact): string =>
  toJson({
    story_key: reconciler.storyKey,
    reconciled_at: reconciler.reconciledAt,
    tasks_total: reconciler.tasksTotal,
    tasks_checked: reconciler.tasksChecked,
    tasks_unchecked: reconciler.tasksUnchecked,
    tasks_checked_by_reconciler: reconciler.tasksCheckedByReconciler,
    tasks_already_checked: reconciler.tasksAlreadyChecked,
    completion_pct: reconciler.completion,
    dev_record_filled: reconciler.isRecordFilled,
    evidence_sources: reconciler.sources,
    unchecked_code_tasks: reconciler.uncheckedCode,
    unchecked_human_only: reconciler.uncheckedHuman,
    status_recommendation: reconciler.recommendation,
    ...reconciler.more,
  });
