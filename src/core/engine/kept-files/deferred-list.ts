import { dirname, isAbsolute, join, posix, relative } from "node:path";
import { addDeferred } from "../../backlog/deferred-work.ts";
import { writeAtomically } from "../../files/write-atomically.ts";
import type { Finding } from "../../model/review.ts";
import type { StoryKey } from "../../model/story-key.ts";
import type { ReadLanded } from "../../workspace/bookkeeping-commit.ts";
import type { RunFile } from "../run-file.ts";
import { readOrNone } from "./file-access.ts";

/** Where deferred-work.md is: beside the sprint file. */
export interface DeferredPlace {
  readonly run: RunFile;
  /** The project below the repository. */
  readonly prefix: string;
  /** The sprint file relative to the top of the repository; undefined where it lies outside, or there is none. */
  readonly sprintPath: string | undefined;
}

/** deferred-work.md relative to the top of the repository. */
export const deferredPath = ({ prefix, sprintPath = `${prefix}x` }: DeferredPlace): string =>
  posix.join(posix.dirname(sprintPath), "deferred-work.md");

/** Adds findings of a story to the list in the user's copy. */
export const deferInCopy = async (place: DeferredPlace, key: StoryKey, deferred: readonly Finding[]): Promise<void> => {
  const { project, sprintFile = "" } = place.run;
  const path = isAbsolute(sprintFile)
    ? join(dirname(sprintFile), "deferred-work.md")
    : join(project, relative(place.prefix, deferredPath(place)));
  const old = (await readOrNone(path)) ?? Buffer.alloc(0);
  const text = addDeferred(Buffer.from(old).toString("utf8"), key, deferred, new Date().toISOString());
  await writeAtomically(path, Buffer.from(text));
};

/** Adds a landing's findings to the list among the files of its bookkeeping commit. */
export const bookDeferred = async (
  place: DeferredPlace,
  read: ReadLanded,
  files: Map<string, Uint8Array>,
  landing: { readonly key: StoryKey; readonly deferred: readonly Finding[] },
): Promise<void> => {
  const { sprintPath, run } = place;
  if (landing.deferred.length === 0 || (sprintPath === undefined && run.sprintFile !== undefined)) return;
  // Beside a sprint file that git does not track, the list is no part of a commit either: the user's copy gets it.
  if (sprintPath !== undefined && (await read(sprintPath)) === undefined) return;
  const path = deferredPath(place);
  const old = Buffer.from((await read(path)) ?? []).toString("utf8");
  const text = addDeferred(old, landing.key, landing.deferred, new Date().toISOString());
  if (text !== old) files.set(path, Buffer.from(text));
};
