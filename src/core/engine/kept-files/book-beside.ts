import { join } from "node:path";
import type { StoryKey } from "../../model/story-key.ts";
import type { ReadLanded } from "../../workspace/bookkeeping-commit.ts";
import { bookArtifacts } from "../artifacts/book-artifacts.ts";
import { bookLessons } from "./book-lessons.ts";
import { bookDeferred, type DeferredPlace } from "./deferred-list.ts";
import type { LandingStatus } from "./kept-files.ts";

/**
 * Adds what a bookkeeping commit carries beside statuses: deferred findings, lessons and artifacts of the story that
 * lands, or, at the end of a run, the artifacts of stories that did not.
 */
export const bookBeside = async (
  place: DeferredPlace,
  read: ReadLanded,
  files: Map<string, Uint8Array>,
  what: { readonly landing: LandingStatus | undefined; readonly unlanded: readonly StoryKey[] },
): Promise<void> => {
  const { run, prefix } = place;
  const { project, playbooks, completions = "" } = run;
  const { landing, unlanded } = what;
  if (landing !== undefined) {
    const { story, deferred, lessons } = landing;
    await bookDeferred(place, read, files, { key: story.key, deferred });
    const date = new Date().toISOString().slice(0, 10);
    const folder = playbooks === undefined || playbooks.isOwn ? undefined : prefix + playbooks.folder;
    if (folder !== undefined) await bookLessons({ folder, lessons, story: story.key, date }, read, files);
  }
  const stories = landing === undefined ? unlanded : [landing.story.key];
  const folder = join(landing?.worktreeProject ?? project, completions);
  await bookArtifacts({ run, prefix, stories, folder }, read, files);
};
