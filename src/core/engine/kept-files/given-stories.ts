import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeAtomically } from "../../files/write-atomically.ts";
import type { StoryKey } from "../../model/story-key.ts";
import { readOrNone } from "./file-access.ts";
import { isSameStory } from "./merge-story-file.ts";

/** Story files as the agents got them, kept in the run's folder: what they changed since is known by them. */
export class GivenStories {
  readonly #project: string;
  /** Absolute; other files of merging lie there for a moment, too. */
  readonly folder: string;
  readonly #given = new Map<StoryKey, Uint8Array>();

  /** `project` is the user's copy, absolute. */
  constructor(project: string, runDirectory: string) {
    this.#project = project;
    this.folder = join(runDirectory, "given");
  }

  /** What a story was given; undefined before that. */
  of(key: StoryKey): Uint8Array | undefined {
    return this.#given.get(key);
  }

  /** Puts a story file into a worktree, from the user's copy as it stands, committed or not. */
  async give(worktreeProject: string, file: string, key: StoryKey): Promise<void> {
    const users = await readOrNone(join(this.#project, file));
    if (users === undefined) return;
    const target = join(worktreeProject, file);
    const there = await readOrNone(target);
    if (there === undefined || !isSameStory(there, users)) {
      await mkdir(dirname(target), { recursive: true });
      await writeAtomically(target, users);
    }
    this.#given.set(key, users);
    await mkdir(this.folder, { recursive: true });
    await writeAtomically(this.#pathOf(key), users);
  }

  /** Reads again what was given, after a crash. */
  async recall(keys: readonly StoryKey[]): Promise<void> {
    for (const key of keys) {
      const bytes = await readOrNone(this.#pathOf(key));
      if (bytes !== undefined) this.#given.set(key, bytes);
    }
  }

  #pathOf(key: StoryKey): string {
    return join(this.folder, `${key}.md`);
  }
}
