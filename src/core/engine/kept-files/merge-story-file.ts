import { readStoryStatus, setStoryStatus } from "../../backlog/story-status.ts";
import { readStatus, type WritableStatus } from "../../model/status.ts";
import { mergeText, type TextVersions } from "../../workspace/merge-text.ts";
import type { Versions } from "./merge-sprint-file.ts";

/** What is known of a story's file besides its versions. */
export interface StoryMerge {
  /** The file as the story got it, where that is known. */
  readonly given: Uint8Array | undefined;
  readonly status: WritableStatus | undefined;
  /** Absolute folder for the versions while they are merged. */
  readonly folder: string;
}

/**
 * What a story file of the user's copy shall hold after the move: the landed version, with what the user edited since the
 * story got it. Where both changed the same lines theirs stays, with our status; the agent's version is in the commit.
 */
export const mergeStoryFile = async (
  versions: Versions,
  { given, status, folder }: StoryMerge,
): Promise<{ readonly bytes: Uint8Array | undefined; readonly keptEdits: boolean }> => {
  const { working, from, to } = versions;
  if (working === undefined || to === undefined) return { bytes: to ?? working, keptEdits: false };
  if ([to, from, given].some((version) => version !== undefined && isSameStory(working, version))) {
    return { bytes: to, keptEdits: false };
  }
  const [base, ours, theirs] = [given ?? from ?? working, working, to].map((bytes) => withStatus(bytes, status));
  const merged = base && ours && theirs && (await mergeText({ base, ours, theirs }, folder));
  return merged === undefined ? { bytes: ours, keptEdits: true } : { bytes: merged, keptEdits: false };
};

/**
 * A story file that both the story and the branch that it lands on have changed. A status that storyboard committed
 * meanwhile, at the end of a run that an answer or a retry opened again, is no conflict; other lines may be one.
 */
export const mergeAtLanding = (versions: TextVersions, folder: string): Promise<Uint8Array | undefined> => {
  // Any one status will do: the bookkeeping of the landing sets the right one.
  const [base, ours, theirs] = [versions.base, versions.ours, versions.theirs].map((bytes) =>
    withStatus(bytes, "review"),
  );
  return base && ours && theirs ? mergeText({ base, ours, theirs }, folder) : Promise.resolve(undefined);
};

/** Whether two versions of a story differ in nothing but the status. */
export const isSameStory = (a: Uint8Array, b: Uint8Array): boolean => {
  if (Buffer.from(a).equals(b)) return true;
  const aligned = [a, b].map((bytes) => Buffer.from(setStoryStatus(bytes, "review") ?? bytes));
  return aligned[0]?.equals(aligned[1] ?? Buffer.alloc(0)) ?? false;
};

/** The story file with a status; unchanged where it has none, or one outside the vocabulary that a person set. */
export const withStatus = (bytes: Uint8Array, status: WritableStatus | undefined): Uint8Array => {
  if (status === undefined) return bytes;
  const raw = readStoryStatus(bytes);
  if (raw === undefined || (readStatus(raw) === status && raw === status)) return bytes;
  return setStoryStatus(bytes, status) ?? bytes;
};
