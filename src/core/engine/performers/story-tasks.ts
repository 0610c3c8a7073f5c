import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStoryFile } from "../../backlog/story-file.ts";
import { countTopLevelBoxes, type TaskFacts } from "../../evidence/task-thresholds.ts";
import type { StoryTask } from "../../model/story.ts";
import type { Place } from "./world.ts";

/** What a story's file says of its tasks. */
export interface StoryTasks extends TaskFacts {
  readonly tasks: readonly StoryTask[];
}

/** The tasks in a story's file as it stands in its worktree; undefined where there is no such file. */
export const storyTasksIn = async (place: Place, file: string | undefined): Promise<StoryTasks | undefined> => {
  if (file === undefined) return undefined;
  const bytes = await readFile(join(place.projectPath, file)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const { tasks } = readStoryFile(bytes);
  return {
    tasks,
    section: { done: tasks.filter(({ done }) => done).length, total: tasks.length },
    topLevel: countTopLevelBoxes(bytes.toString("utf8")),
  };
};
