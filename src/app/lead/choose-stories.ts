import { type LeftStory, type SelectedStories, selectStories } from "../../core/backlog/select.ts";
import { firstLine } from "../../core/model/plain-text.ts";
import type { Backlog } from "../../core/model/story.ts";
import type { StoryKey } from "../../core/model/story-key.ts";
import type { SelectionOptions } from "../command-line/parsed-command.ts";

/** The stories of a start, out of a backlog that knows what earlier runs have done. */
export interface ChosenStories extends SelectedStories {
  readonly backlog: Backlog;
}

/**
 * Which stories a start would run, and why others are left. Throws a UserError for a story or an epic that is named and
 * not there.
 */
export const chooseStories = (read: Backlog, options: StoryOptions, before: DoneBefore): ChosenStories => {
  const awaiting = read.stories.filter(({ key, status }) => status === "review" && before.awaiting.has(key));
  const backlog = withDone(read, new Set([...before.done, ...awaiting.map(({ key }) => key)]));
  const selected = withoutMissingFiles(selectStories(backlog, selectionOf(backlog, options)), backlog);
  const left = awaiting.map(({ key }) => awaitsPerson(key, before.awaiting.get(key) ?? ""));
  return { ...selected, left: [...selected.left.filter(({ key }) => !before.awaiting.has(key)), ...left], backlog };
};

/** What earlier runs have done. */
export interface DoneBefore {
  /** Plain stories: their status lives in the runs. */
  readonly done: ReadonlySet<StoryKey>;
  /** Stories that landed but for a person's part, and what that is. Their status is `review`, which no agent can end. */
  readonly awaiting: ReadonlyMap<StoryKey, string>;
}

const awaitsPerson = (key: StoryKey, part: string): LeftStory => ({
  key,
  why: `it has landed, and waits for a person's part: ${firstLine(part)}`,
  whatToDo: `When that is done: storyboard confirm ${key}, or set it to done in the sprint file.`,
  isProblem: false,
});

/** The part of the command line that chooses stories. */
export type StoryOptions = Pick<SelectionOptions, "epic" | "stories" | "mode" | "includeBacklog">;

const withDone = (backlog: Backlog, done: ReadonlySet<StoryKey>): Backlog => {
  if (done.size === 0) return backlog;
  const stories = backlog.stories.map((story) =>
    done.has(story.key) ? { ...story, status: "done" as const, rawStatus: "done" } : story,
  );
  return { ...backlog, stories };
};

const selectionOf = (backlog: Backlog, options: StoryOptions): Parameters<typeof selectStories>[1] => {
  const named = options.epic !== undefined || options.stories !== undefined;
  // A plain list has no epics that one could continue.
  const mode = options.mode ?? (named ? "select" : backlog.source === "storyboard" ? "autopilot" : "continue");
  return {
    mode,
    includeBacklog: options.includeBacklog,
    ...(options.epic === undefined ? {} : { epic: options.epic }),
    ...(options.stories === undefined ? {} : { stories: options.stories }),
  };
};

/** A story of a sprint file without its own file has nothing to be built from: it is left, and so is what waits for it. */
const withoutMissingFiles = (selected: SelectedStories, backlog: Backlog): SelectedStories => {
  if (backlog.source !== "bmad") return selected;
  const left = new Map<StoryKey, LeftStory>();
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const story of selected.chosen) {
      if (left.has(story.key)) continue;
      const waits = story.dependsOn.find(({ key }) => left.has(key));
      if (story.file === undefined) {
        const whatToDo = "Run BMAD's create-story for it, or set it back to backlog.";
        const why = `it is ${story.rawStatus}, but has no story file`;
        left.set(story.key, { key: story.key, why, whatToDo, isProblem: true });
      } else if (waits !== undefined) {
        const why = `it depends on ${waits.key}, which does not run`;
        left.set(story.key, { key: story.key, why, whatToDo: `See ${waits.key}.`, isProblem: true });
      }
    }
  }
  const chosen = selected.chosen.filter(({ key }) => !left.has(key));
  return { ...selected, chosen, left: [...selected.left, ...left.values()] };
};
