import { join } from "node:path";
import { STORY_FILE_BYTES_MAX } from "../../backlog/read-project.ts";
import { readStoryFile } from "../../backlog/story-file.ts";
import { countTopLevelBoxes, type TaskFacts } from "../../evidence/task-thresholds.ts";
import { readLinkedFile } from "../../files/read-plain-file.ts";
import type { StoryTask } from "../../model/story.ts";
import type { Place } from "./world.ts";

/** What a story's file says of its tasks. */
export interface StoryTasks extends TaskFacts {
  readonly tasks: readonly StoryTask[];
}

/** The tasks in a story's file as it stands in its worktree; undefined where there is no such file. */
export const storyTasksIn = async (place: Place, file: string | undefined): Promise<StoryTasks | undefined> => {
  if (file === undefined) return undefined;
  const read = await readLinkedFile(join(place.projectPath, file), STORY_FILE_BYTES_MAX);
  if (read === undefined) return undefined;
  const { bytes } = read;
  const { tasks } = readStoryFile(bytes);
  return {
    tasks,
    section: { done: tasks.filter(({ done }) => done).length, total: tasks.length },
    topLevel: countTopLevelBoxes(bytes.toString("utf8")),
  };
};
