import { isAbsolute, join, posix, relative, resolve } from "node:path";
import { setSprintStatuses } from "../../backlog/set-sprint-statuses.ts";
import { readStoryStatus } from "../../backlog/story-status.ts";
import { removeDrafts } from "../../files/write-atomically.ts";
import type { Lesson } from "../../model/lesson.ts";
import type { Finding } from "../../model/review.ts";
import { readStatus, type WritableStatus } from "../../model/status.ts";
import type { Story } from "../../model/story.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { Bookkeeping, ReadLanded } from "../../workspace/bookkeeping-commit.ts";
import { executablesIn } from "../../workspace/executables.ts";
import { mergeText } from "../../workspace/merge-text.ts";
import type { OwnedVersions } from "../../workspace/owned-files.ts";
import type { ResolveConflict } from "../../workspace/resolve-conflicts.ts";
import type { RunFile } from "../run-file.ts";
import { bookBeside } from "./book-beside.ts";
import { type DeferredPlace, deferInCopy, deferredPath } from "./deferred-list.ts";
import { readOrNone, setIn } from "./file-access.ts";
import { GivenStories } from "./given-stories.ts";
import { mergeAppended } from "./merge-appended.ts";
import { differsInOursAlone, mergeSprintFile, withKeptStatuses } from "./merge-sprint-file.ts";
import { isSameStory, mergeAtLanding, mergeStoryFile, type StoryMerge, withStatus } from "./merge-story-file.ts";

/** A landing's own changes, beside the statuses set before. */
export interface LandingStatus {
  readonly story: Story;
  readonly status: WritableStatus;
  readonly deferred: readonly Finding[];
  readonly lessons: readonly Lesson[];
  /** Absolute project folder of the story's worktree, and what its branch holds: the difference was left uncommitted. */
  readonly worktreeProject: string;
  readonly committed: ReadLanded;
}

/**
 * Keeps the owned files true: the sprint file, the chosen stories' files and deferred-work.md, in the user's copy, in
 * worktrees and in bookkeeping commits. Writes one after the other; only our spans change, never downwards.
 */
export class KeptFiles {
  readonly #run: RunFile;
  readonly #prefix: string;
  readonly #given: GivenStories;
  readonly #kept: Map<StoryKey, WritableStatus>;
  readonly #files: ReadonlyMap<string, Story>;
  #last: Promise<unknown> = Promise.resolve();
  /** When the statuses of the last bookkeeping commit were set. */
  #booked: Date | undefined;
  #executables: Promise<Set<string>> | undefined;

  /** `kept` are the statuses that an earlier lead of this run has set; `prefix` is the project below the repository. */
  constructor(run: RunFile, prefix: string, runDirectory: string, kept: ReadonlyMap<StoryKey, WritableStatus>) {
    this.#run = run;
    this.#prefix = prefix;
    this.#given = new GivenStories(run.project, runDirectory);
    this.#kept = new Map(kept);
    this.#files = new Map(run.stories.flatMap((story) => (story.file ? [[prefix + story.file, story]] : [])));
  }

  /** Sprint file, story files, deferred-work.md and the folder of artifacts, relative to the top of the repository. */
  get ownedPaths(): readonly string[] {
    const completions = this.#completionsPath;
    return [
      ...(completions === undefined ? [] : [completions]),
      ...(this.sprintPath === undefined ? [] : [this.sprintPath, deferredPath(this.#deferredPlace)]),
      ...this.#files.keys(),
    ];
  }

  /** The sprint file relative to the top of the repository; undefined where it lies outside, or the backlog has none. */
  get sprintPath(): string | undefined {
    const { sprintFile } = this.#run;
    const isInside = sprintFile !== undefined && !isAbsolute(sprintFile);
    return isInside ? posix.normalize(this.#prefix + sprintFile) : undefined;
  }

  /** The owned files that a story's landing changes. */
  pathsOf(story: Story): readonly string[] {
    return [this.sprintPath, story.file === undefined ? undefined : this.#prefix + story.file].filter(
      (path): path is string => path !== undefined,
    );
  }

  /** The folder of artifacts relative to the top of the repository, with a slash at its end. */
  get #completionsPath(): string | undefined {
    const { completions } = this.#run;
    return completions === undefined ? undefined : `${posix.join(this.#prefix, completions)}/`;
  }

  get #deferredPlace(): DeferredPlace {
    return { run: this.#run, prefix: this.#prefix, sprintPath: this.sprintPath };
  }

  /** Sets a status in the user's sprint file and story file. */
  setStatus(story: Story, status: WritableStatus, deferred: readonly Finding[] = []): Promise<void> {
    return this.alone(async () => {
      this.#kept.set(story.key, status);
      const { project, sprintFile } = this.#run;
      if (this.#run.source === "bmad" && sprintFile !== undefined) {
        await setIn(resolve(project, sprintFile), (bytes) => this.#setOne(bytes, story.key, status));
        if (story.file !== undefined) await setIn(join(project, story.file), (bytes) => withStatus(bytes, status));
      }
      if (deferred.length > 0) await deferInCopy(this.#deferredPlace, story.key, deferred);
    });
  }

  /** Resolves when what was asked for is written: an agent that works in the user's copy changes the same files. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Sets every status again in the user's copy: an editor may have written over one what it had read before. */
  setAgain(): Promise<void> {
    return this.alone(async () => {
      const { project, sprintFile, source } = this.#run;
      if (source !== "bmad" || sprintFile === undefined || this.#kept.size === 0) return;
      // With the time that was committed: nothing is different then where the statuses are the same.
      const now = this.#booked ?? new Date();
      await setIn(resolve(project, sprintFile), (bytes) => setSprintStatuses(bytes, this.#kept, { now }).bytes);
      for (const { key, file } of this.#run.stories) {
        const status = this.#kept.get(key);
        if (status === undefined || file === undefined) continue;
        await setIn(join(project, file), (bytes) => withStatus(bytes, status));
      }
    });
  }

  /** The worktree shows the status that a phase starts from, and at first the story as the user's copy has it. */
  async enterWorktree(worktreeProject: string, story: Story, status: WritableStatus, fresh: boolean): Promise<void> {
    if (this.#run.source !== "bmad" || this.#run.sprintFile === undefined) return;
    if (fresh && story.file !== undefined) await this.#given.give(worktreeProject, story.file, story.key);
    if (this.sprintPath !== undefined) {
      await setIn(join(worktreeProject, this.#run.sprintFile), (bytes) => this.#setOne(bytes, story.key, status));
    }
    if (story.file !== undefined) await setIn(join(worktreeProject, story.file), (bytes) => withStatus(bytes, status));
  }

  /**
   * The bookkeeping commit of a landing, from the files as they landed; undefined when nothing is to be changed. Without a
   * landing it is that of the run's end, with the artifacts of stories that did not land.
   */
  async bookkeeping(
    read: ReadLanded,
    landing?: LandingStatus,
    unlanded: readonly StoryKey[] = [],
  ): Promise<Bookkeeping | undefined> {
    const kept = new Map(this.#kept);
    if (landing !== undefined) kept.set(landing.story.key, landing.status);
    const files = new Map<string, Uint8Array>();
    const change = async (
      path: string | undefined,
      to: (bytes: Uint8Array) => Uint8Array | undefined | Promise<Uint8Array>,
    ): Promise<void> => {
      const bytes = path === undefined ? undefined : await read(path);
      const changed = bytes === undefined ? undefined : await to(bytes);
      if (path !== undefined && changed !== undefined && changed !== bytes) files.set(path, changed);
    };
    if (this.#run.source === "bmad") {
      const now = new Date();
      await change(this.sprintPath, (bytes) => withKeptStatuses(bytes, kept, now));
      if (this.sprintPath !== undefined && files.has(this.sprintPath)) this.#booked = now;
      for (const [path, story] of this.#files) {
        const status = kept.get(story.key);
        if (status !== undefined && (landing === undefined || landing.story.key === story.key)) {
          await change(path, async (bytes) => withStatus(await this.#withLeft(path, bytes, landing), status));
        }
      }
    }
    await bookBeside(this.#deferredPlace, read, files, { landing, unlanded });
    if (files.size === 0) return undefined;
    const subject = landing === undefined ? "keep the sprint's statuses" : `${landing.story.key} is ${landing.status}`;
    const { project, target } = this.#run;
    this.#executables ??= executablesIn(project, target.commit, this.ownedPaths);
    return { files, executables: await this.#executables, message: `chore(storyboard): ${subject}\n` };
  }

  /** The landing is in git: its status is one that storyboard has set. */
  landed(landing: LandingStatus): void {
    this.#kept.set(landing.story.key, landing.status);
  }

  /** Merges an owned file by meaning when the user's copy moves. */
  readonly resolveOwned = async (path: string, versions: OwnedVersions): Promise<Uint8Array | undefined> => {
    if (path === this.sprintPath) return mergeSprintFile(versions, this.#kept, new Date());
    // An artifact in the user's copy is an earlier state of the one that landed.
    if (this.#completionsPath !== undefined && path.startsWith(this.#completionsPath)) return versions.to;
    const story = this.#files.get(path);
    if (story === undefined) return mergeAppended(versions);
    const merged = await mergeStoryFile(versions, this.#mergeOf(story));
    if (merged.keptEdits) this.#unmerged.add(path);
    return merged.bytes;
  };

  /** Merges by meaning what a landing finds changed on both sides. */
  readonly resolveLanding: ResolveConflict = async (path, versions) =>
    this.#files.has(path) && this.#run.source === "bmad" ? mergeAtLanding(versions, this.#given.folder) : undefined;

  /** An owned file as committed, where nothing but what storyboard set itself is lost by it; else as it stands. */
  readonly asCommitted = (path: string, { working, from }: OwnedVersions): Uint8Array | undefined => {
    if (working === undefined || from === undefined) return working;
    const isOurs =
      path === this.sprintPath
        ? differsInOursAlone(working, from, this.#kept)
        : this.#files.has(path) && isSameStory(working, from);
    return isOurs ? from : working;
  };

  /** An owned file of a story's branch without the statuses that came since the story began. */
  readonly asBefore = (path: string, { working, to }: OwnedVersions): Uint8Array | undefined => {
    if (working === undefined || to === undefined) return working;
    if (path === this.sprintPath) return to;
    const raw = readStoryStatus(to);
    const status = raw === undefined ? undefined : readStatus(raw);
    return status === "other" || status === "backlog" ? working : withStatus(working, status);
  };

  /** Story files whose landed version could not be merged with what the user wrote there meanwhile. */
  get unmerged(): readonly string[] {
    return [...this.#unmerged];
  }

  readonly #unmerged = new Set<string>();

  /** A landed story file with what the agent changed in it and did not commit, ticks above all. */
  async #withLeft(path: string, landed: Uint8Array, landing: LandingStatus | undefined): Promise<Uint8Array> {
    const file = landing?.story.file;
    if (landing === undefined || file === undefined) return landed;
    const left = await readOrNone(join(landing.worktreeProject, file));
    if (left === undefined || isSameStory(left, landed)) return landed;
    const base = await landing.committed(path);
    if (base === undefined || isSameStory(left, base)) return landed;
    return (await mergeText({ base, ours: landed, theirs: left }, this.#given.folder)) ?? landed;
  }

  #mergeOf({ key }: Story): StoryMerge {
    return { given: this.#given.of(key), status: this.#kept.get(key), folder: this.#given.folder };
  }

  /**
   * Brings into the user's copy what no commit carries: a story file or sprint file that git does not track. A story
   * file that the user edited meanwhile keeps their edits; true then.
   */
  bringBack(worktreeProject: string, landing: LandingStatus, isTracked: (path: string) => boolean): Promise<boolean> {
    return this.alone(async () => {
      const { story, status } = landing;
      const { project, sprintFile } = this.#run;
      if (this.#run.source !== "bmad") return false;
      if (sprintFile !== undefined && !(this.sprintPath !== undefined && isTracked(this.sprintPath))) {
        await setIn(resolve(project, sprintFile), (bytes) => this.#setOne(bytes, story.key, status));
        if (landing.deferred.length > 0) await deferInCopy(this.#deferredPlace, story.key, landing.deferred);
      }
      if (story.file === undefined || isTracked(this.#prefix + story.file)) return false;
      const theirs = await readOrNone(join(worktreeProject, story.file));
      if (theirs === undefined) return false;
      let keptEdits = false;
      await setIn(join(project, story.file), async (working) => {
        const merged = await mergeStoryFile({ working, from: undefined, to: theirs }, this.#mergeOf(story));
        keptEdits = merged.keptEdits;
        return withStatus(merged.bytes ?? working, status);
      });
      return keptEdits;
    });
  }

  /** Reads again what stories were given, and removes what was left half written, after a crash. */
  async recall(): Promise<void> {
    for (const path of this.ownedPaths)
      if (!path.endsWith("/")) await removeDrafts(join(this.#run.project, relative(this.#prefix, path)));
    await this.#given.recall(this.#run.stories.map(({ key }) => key));
  }

  #setOne(bytes: Uint8Array, key: StoryKey, status: WritableStatus): Uint8Array {
    return setSprintStatuses(bytes, new Map([[key, status]]), { now: new Date() }).bytes;
  }

  /** Does some work on owned files of the user's copy while nothing else here writes any. */
  readonly alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  };
}
