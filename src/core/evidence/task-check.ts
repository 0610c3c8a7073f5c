import type { Config } from "../model/config.ts";
import { plainLine } from "../model/plain-text.ts";
import type { Story, StoryTask } from "../model/story.ts";
import type { CheckResult } from "./evidence.ts";
import { judgeTaskCounts, type TaskCount } from "./task-thresholds.ts";

/** Open tasks that are named one by one. */
const NAMED_MAX = 20;
/** Reworded tasks that a note names. */
const REWORDED_NAMED_MAX = 3;
const TEXT_LENGTH_MAX = 120;

/** How many tasks have to be ticked. */
export interface TaskRule {
  readonly tasks: "all" | "thresholds";
  readonly thresholds: Config["evidence"]["thresholds"];
  /** Pantheon's own count in the same file, where it is to be compared. */
  readonly topLevel?: TaskCount;
}

/**
 * Tasks: every task of the story file is ticked and none was taken out. With `thresholds` a share of them is enough:
 * `judgeTaskCounts` says which.
 */
export const checkTasks = (
  story: Pick<Story, "file" | "tasks">,
  tasksAfter: readonly StoryTask[] | undefined,
  rule: TaskRule,
): CheckResult => {
  if (story.file === undefined) return { missing: [], notes: [] };
  if (tasksAfter === undefined) return { missing: [`the story file ${story.file} is gone`], notes: [] };
  const removed = removedTasks(story.tasks, tasksAfter).map(
    ({ text }) => `task '${shorten(text)}' was taken out of ${story.file}; put it back`,
  );
  if (tasksAfter.length === 0) return { missing: removed, notes: [`${story.file} has no tasks to check`] };
  const judged =
    rule.tasks === "all" ? judgeAll(tasksAfter, story.file) : judgeThresholds(tasksAfter, story.file, rule);
  return {
    ...judged,
    missing: [...removed, ...judged.missing],
    notes: [...reworded(story, tasksAfter), ...judged.notes],
  };
};

/** A task that reads otherwise than at the start may be an easier one: a person should know. */
const reworded = (story: Pick<Story, "file" | "tasks">, after: readonly StoryTask[]): readonly string[] => {
  if (after.length < story.tasks.length) return [];
  const texts = new Set(after.map(({ text }) => text.trim()));
  const gone = story.tasks.filter(({ text }) => !texts.has(text.trim()));
  if (gone.length === 0) return [];
  const named = gone.slice(0, REWORDED_NAMED_MAX).map(({ text }) => `'${shorten(text)}'`);
  const more = gone.length > named.length ? ` and ${gone.length - named.length} more` : "";
  return [`tasks of ${story.file} read otherwise than at the start: ${named.join(", ")}${more}`];
};

/** Rewording a task is no removal: only where there are fewer than before are those named that are not found again. */
const removedTasks = (before: readonly StoryTask[], after: readonly StoryTask[]): readonly StoryTask[] => {
  if (after.length >= before.length) return [];
  const texts = new Set(after.map(({ text }) => text.trim()));
  const gone = before.filter(({ text }) => !texts.has(text.trim()));
  return (gone.length > 0 ? gone : before.slice(after.length)).slice(0, NAMED_MAX);
};

const judgeAll = (tasks: readonly StoryTask[], file: string): CheckResult => {
  const open = tasks.flatMap((task, i) =>
    task.done ? [] : [`task ${i + 1} '${shorten(task.text)}' is not ticked in ${file}:${task.line}`],
  );
  const left = open.length - NAMED_MAX;
  return {
    missing: left > 0 ? [...open.slice(0, NAMED_MAX), `and ${left} more tasks are not ticked in ${file}`] : open,
    notes: [],
  };
};

const judgeThresholds = (
  tasks: readonly StoryTask[],
  file: string,
  { thresholds, topLevel }: TaskRule,
): CheckResult => {
  const section = { done: tasks.filter(({ done }) => done).length, total: tasks.length };
  const judged = judgeTaskCounts({ section, ...(topLevel === undefined ? {} : { topLevel }) }, thresholds);
  if (judged.kind !== "accepted") return { missing: [`${judged.message} in ${file}`], notes: [] };
  const notes = judged.warn === undefined ? [] : [`WARN: ${judged.warn} in ${file}`];
  return { missing: [], notes, ...(judged.status === "review" ? { status: judged.status } : {}) };
};

const shorten = (text: string): string => plainLine(text).slice(0, TEXT_LENGTH_MAX);
