import type { Backlog, Story } from "../model/story.ts";
import { findStoryKey, type StoryKey } from "../model/story-key.ts";
import { UserError } from "../model/user-error.ts";
import { nearestOf } from "./nearest.ts";
import { listed } from "./text.ts";

/** Which stories a person wants to run (product.md, "Which stories run"). */
export interface Selection {
  /** `continue`: one epic; `select`: what is named; `autopilot`: all epics. */
  readonly mode: "continue" | "select" | "autopilot";
  /** Id or key of an epic: `36` or `epic-36`. */
  readonly epic?: string;
  /** Full or unique short keys. */
  readonly stories?: readonly string[];
  /** Whether `backlog` stories run too, if they have a file. */
  readonly includeBacklog: boolean;
}

/** A story that does not run, why, and what a person can do about it. */
export interface LeftStory {
  readonly key: StoryKey;
  readonly why: string;
  readonly whatToDo: string;
  /** Whether it should have run: it was asked for by name, or its status says so. The run then ends with status 1. */
  readonly isProblem: boolean;
}

/** What runs and what does not. `nothingToDo` says what to run next, where no story is left to start at all. */
export interface SelectedStories {
  readonly chosen: readonly Story[];
  readonly left: readonly LeftStory[];
  readonly nothingToDo?: string;
}

/**
 * Chooses the stories of a run. A story whose declared dependency is neither done nor chosen cannot start and is left
 * with the reason, as is what depends on it; guessed dependencies do not hold anything back. Throws a UserError for
 * epics and stories that do not exist, naming the nearest.
 */
export const selectStories = (backlog: Backlog, selection: Selection): SelectedStories => {
  const wanted = wantedStories(backlog, selection);
  const named = new Set(selection.stories === undefined ? [] : wanted.map(({ key }) => key));
  const left: LeftStory[] = [];
  const candidates: Story[] = [];
  for (const story of wanted) {
    const reason = reasonToLeave(story, selection, named.has(story.key));
    if (reason === undefined) candidates.push(story);
    else if (reason !== "done") left.push(reason);
  }
  const { chosen, unstartable } = withoutUnstartable(candidates, backlog);
  left.push(...unstartable);
  if (chosen.length > 0 || left.some(({ isProblem }) => isProblem)) return { chosen, left };
  return { chosen, left, nothingToDo: nextStep(backlog, wanted) };
};

const isRunnable = (story: Story): boolean =>
  story.status === "ready-for-dev" || story.status === "in-progress" || story.status === "review";

const wantedStories = (backlog: Backlog, selection: Selection): readonly Story[] => {
  const byName = namedStories(backlog, selection.stories);
  const inEpic = selection.epic === undefined ? undefined : storiesOfEpic(backlog, selection.epic);
  if (byName !== undefined) return inEpic === undefined ? byName : byName.filter((story) => inEpic.includes(story));
  if (inEpic !== undefined) return inEpic;
  if (selection.mode === "autopilot" || backlog.source === "storyboard") return backlog.stories;
  if (selection.mode === "select") {
    throw new UserError("The mode `select` needs to know what to select.", ["Give --epic ID or --stories KEY,KEY."]);
  }
  const { stories } = backlog;
  const current =
    stories.find(({ status }) => status === "in-progress" || status === "review") ??
    stories.find(({ status }) => status === "ready-for-dev") ??
    stories.find(({ status }) => status === "backlog");
  return current === undefined ? stories : stories.filter(({ epic }) => epic === current.epic);
};

const namedStories = (backlog: Backlog, names: readonly string[] | undefined): readonly Story[] | undefined => {
  if (names === undefined) return undefined;
  const keys = backlog.stories.map(({ key }) => key);
  const found = names.map((name) => findStoryKey(name, keys));
  const unknown = names.filter((_, i) => found[i] === undefined);
  if (unknown.length > 0) {
    const lines = unknown.map(
      (name) => `  ${JSON.stringify(name)} fits no story, or several.${suggestion(name, keys)}`,
    );
    throw new UserError(`Not every story was found:\n${lines.join("\n")}`, [`Known stories: ${listed(keys, 20)}.`]);
  }
  const wanted = new Set(found);
  return backlog.stories.filter(({ key }) => wanted.has(key));
};

const storiesOfEpic = (backlog: Backlog, name: string): readonly Story[] => {
  const plain = (epic: string): string => epic.toLowerCase().replace(/^epic[- ]/, "");
  const found = backlog.stories.filter(({ epic }) => epic !== undefined && plain(epic) === plain(name.trim()));
  if (found.length > 0) return found;
  const epics = [...new Set(backlog.stories.flatMap(({ epic }) => epic ?? []))];
  throw new UserError(`No epic ${JSON.stringify(name)} has stories.${suggestion(plain(name), epics)}`, [
    `Known epics: ${epics.length === 0 ? "none" : listed(epics, 20)}.`,
  ]);
};

const suggestion = (name: string, candidates: readonly string[]): string => {
  const nearest = nearestOf(name, candidates);
  return nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
};

const reasonToLeave = (story: Story, selection: Selection, isNamed: boolean): LeftStory | "done" | undefined => {
  const { key } = story;
  const isProblem = isNamed;
  if (isRunnable(story)) return undefined;
  if (story.status === "done") {
    if (!isNamed) return "done";
    const whatToDo = "Nothing; storyboard revert takes a landed story back.";
    return { key, why: "it is already done", whatToDo, isProblem: false };
  }
  if (story.status === "other") {
    const why = `its status ${JSON.stringify(story.rawStatus)} is none that runs`;
    return { key, why, whatToDo: "Set it to ready-for-dev in the sprint file to run it.", isProblem };
  }
  const hasText = story.file !== undefined || story.prompt !== undefined;
  if (!hasText) {
    return {
      key,
      why: "it is in the backlog and has no story file",
      whatToDo: "Run BMAD's create-story for it.",
      isProblem,
    };
  }
  if (selection.includeBacklog) return undefined;
  return {
    key,
    why: "it is in the backlog",
    whatToDo: "Set it to ready-for-dev in the sprint file, or start with --include-backlog.",
    isProblem,
  };
};

/** Takes out what waits for a story that will not be done in this run, and then what waits for that, and so on. */
const withoutUnstartable = (
  candidates: readonly Story[],
  backlog: Backlog,
): { readonly chosen: readonly Story[]; readonly unstartable: readonly LeftStory[] } => {
  const byKey = new Map(backlog.stories.map((story) => [story.key, story]));
  const unstartable = new Map<StoryKey, LeftStory>();
  let chosen = candidates;
  for (let isSettled = false; !isSettled; ) {
    const keys = new Set(chosen.map(({ key }) => key));
    const next = chosen.filter((story) => {
      const blocking = story.dependsOn.find(
        ({ key, source }) => source.kind === "declared" && !keys.has(key) && byKey.get(key)?.status !== "done",
      );
      if (blocking === undefined) return true;
      const status = byKey.get(blocking.key)?.rawStatus ?? "unknown";
      unstartable.set(story.key, {
        key: story.key,
        why: `it depends on ${blocking.key} (${status}), which is not done and does not run (${blocking.source.where})`,
        whatToDo: `Run ${blocking.key} too, or finish it first.`,
        isProblem: true,
      });
      return false;
    });
    isSettled = next.length === chosen.length;
    chosen = next;
  }
  return { chosen, unstartable: candidates.flatMap(({ key }) => unstartable.get(key) ?? []) };
};

const nextStep = (backlog: Backlog, wanted: readonly Story[]): string => {
  if (backlog.stories.length === 0) return "The backlog has no stories. Run BMAD's sprint-planning.";
  const waiting = wanted.filter(({ status }) => status === "backlog");
  if (waiting.length > 0) {
    return `Nothing is ready: ${listed(waiting.map(({ key }) => key))} still in the backlog. Run BMAD's create-story next.`;
  }
  const epics = [...new Set(wanted.flatMap(({ epic }) => epic ?? []))];
  const isAllDone = wanted.every(({ status }) => status === "done");
  if (!isAllDone)
    return `Nothing is ready: no story of ${epics.length === 0 ? "these" : `epic ${listed(epics)}`} can run.`;
  return epics.length === 0
    ? "All stories are done. Add stories, or start every one again with --fresh."
    : `All stories of epic ${listed(epics)} are done. Run BMAD's retrospective next, or choose another epic.`;
};
