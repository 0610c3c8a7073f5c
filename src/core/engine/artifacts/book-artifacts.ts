import { posix } from "node:path";
import type { StoryKey } from "../../model/story-key.ts";
import type { ReadLanded } from "../../workspace/bookkeeping-commit.ts";
import type { RunFile } from "../run-file.ts";
import { readArtifactFiles } from "./story-artifacts.ts";

/** Which stories' artifacts a bookkeeping commit carries, and where they lie. */
export interface BookedArtifacts {
  readonly run: RunFile;
  /** The project below the repository. */
  readonly prefix: string;
  readonly stories: readonly StoryKey[];
  /** Absolute folder to take them from. */
  readonly folder: string;
}

/**
 * Adds stories' artifacts to the files of a bookkeeping commit, as far as they differ from what landed: agents are free
 * to leave them uncommitted.
 */
export const bookArtifacts = async (
  { run, prefix, stories, folder }: BookedArtifacts,
  read: ReadLanded,
  files: Map<string, Uint8Array>,
): Promise<void> => {
  const { completions } = run;
  if (completions === undefined) return;
  const keys = run.stories.map(({ key }) => key);
  for (const story of stories) {
    for (const { file, bytes } of await readArtifactFiles(folder, story, keys)) {
      const path = posix.join(prefix, completions, file);
      const landed = await read(path);
      if (landed === undefined || !Buffer.from(landed).equals(bytes)) files.set(path, bytes);
    }
  }
};
