import type { Config } from "../model/config.ts";
import type { StoryStatus } from "../model/status.ts";

/** Ticked and all boxes. */
export interface TaskCount {
  readonly done: number;
  readonly total: number;
}

/** What the share of ticked tasks comes to. Messages are for the agent and the card. */
export type TaskJudgement =
  /** Nothing is ticked: no status is written. */
  | { readonly kind: "block"; readonly message: string }
  /** Too little for a review: the commit stays, the story does not move on. */
  | { readonly kind: "partial"; readonly status: StoryStatus & "in-progress"; readonly message: string }
  | { readonly kind: "accepted"; readonly status: StoryStatus & ("review" | "done"); readonly warn?: string };

/** What is known of a story's tasks. */
export interface TaskFacts {
  /** The boxes of the task section, as `StoryTask` counts them. */
  readonly section: TaskCount;
  /** Pantheon's own count (`countTopLevelBoxes`). */
  readonly topLevel?: TaskCount;
  /** Whether the dev agent record is filled; unknown counts as filled. */
  readonly isRecordFilled?: boolean;
}

/**
 * Judges the share of ticked tasks by thresholds in percent. None ticked is a block, below `review` it is partial,
 * below `done` (or with an empty record, where `done` asks for anything) it is a story to review, else it is done;
 * below `warn` it is said. What counts is the task section (BMAD); Pantheon's count of top-level boxes in the whole file
 * stands in where there is no such section, and is said where it would come to something else (formats.md,
 * contradictions 7 and 11). A story without any box is accepted.
 */
export const judgeTaskCounts = (facts: TaskFacts, thresholds: Config["evidence"]["thresholds"]): TaskJudgement => {
  const { section, topLevel } = facts;
  const isFilled = facts.isRecordFilled !== false;
  if (section.total === 0) return judgeCount(topLevel ?? section, isFilled, thresholds);
  const judged = judgeCount(section, isFilled, thresholds);
  if (topLevel === undefined || topLevel.total === 0) return judged;
  const other = judgeCount(topLevel, isFilled, thresholds);
  if (other.kind === judged.kind && statusOf(other) === statusOf(judged)) return judged;
  const aside = `by its top-level boxes it would be ${topLevel.done} of ${topLevel.total}`;
  if (judged.kind !== "accepted") return { ...judged, message: `${judged.message}; ${aside}` };
  return { ...judged, warn: [judged.warn ?? `${shareOf(section)} tasks are ticked`, aside].join("; ") };
};

/** Checkboxes at the beginning of a line, in the whole file: what Pantheon counts with grep. */
export const countTopLevelBoxes = (storyText: string): TaskCount => {
  const boxes = [...storyText.matchAll(/^- \[([ xX])\]/gm)];
  return { done: boxes.filter(([, mark]) => mark !== " ").length, total: boxes.length };
};

/**
 * Where a reconciler claims more than there is: more ticks than either count of the file has, a larger share, or a
 * record that is empty. Each text goes behind `reconciler artifact`.
 */
export const falseClaims = (
  claim: { readonly tasksChecked?: number; readonly completion?: number; readonly isRecordFilled?: boolean },
  facts: TaskFacts,
): readonly string[] => {
  const counts = [facts.section, ...(facts.topLevel === undefined ? [] : [facts.topLevel])];
  const most = Math.max(...counts.map(({ done }) => done));
  const share = Math.max(...counts.map(percentDone));
  const { tasksChecked = 0, completion = 0 } = claim;
  return [
    ...(tasksChecked > most ? [`claims ${tasksChecked} ticked tasks, the story file has ${most}`] : []),
    // Shares are rounded, and not always in the same way.
    ...(completion >= share + 1
      ? [`claims ${completion} % of the tasks, the story file has ${Math.floor(share)} %`]
      : []),
    ...(claim.isRecordFilled === true && facts.isRecordFilled === false
      ? ["claims that the dev agent record is filled, and it is not"]
      : []),
  ];
};

const judgeCount = (
  count: TaskCount,
  isRecordFilled: boolean,
  thresholds: Config["evidence"]["thresholds"],
): TaskJudgement => {
  const { done, total } = count;
  if (total === 0) return { kind: "accepted", status: "done" };
  if (done === 0) return { kind: "block", message: `none of ${total} task${total === 1 ? " is" : "s is"} ticked` };
  const percent = percentDone(count);
  if (percent < thresholds.review) {
    const message = `only ${shareOf(count)} tasks are ticked, and a review asks for ${thresholds.review} %`;
    return { kind: "partial", status: "in-progress", message };
  }
  const isDone = percent >= thresholds.done && (isRecordFilled || thresholds.done === 0);
  const warn = percent < thresholds.warn ? { warn: `only ${shareOf(count)} tasks are ticked` } : {};
  return { kind: "accepted", status: isDone ? "done" : "review", ...warn };
};

const statusOf = (judged: TaskJudgement): StoryStatus | undefined =>
  judged.kind === "block" ? undefined : judged.status;

const percentDone = ({ done, total }: TaskCount): number => (total === 0 ? 100 : (done * 100) / total);

const shareOf = ({ done, total }: TaskCount): string => `${done} of ${total}`;
