import { readStoryStatus, setStoryStatus } from "../../backlog/story-status.ts";
import { readStatus, type WritableStatus } from "../../model/status.ts";
import type { Versions } from "./merge-sprint-file.ts";

/**
 * What a story file of the user's copy shall hold after the move: the landed version, unless the user edited theirs
 * since the story got it (`given`); then theirs with our status, and the agent's version is in the commit.
 */
export const mergeStoryFile = (
  versions: Versions,
  given: Uint8Array | undefined,
  status: WritableStatus | undefined,
): { readonly bytes: Uint8Array | undefined; readonly keptEdits: boolean } => {
  const { working, from, to } = versions;
  if (working === undefined || to === undefined) return { bytes: to ?? working, keptEdits: false };
  if ([to, from, given].some((version) => version !== undefined && isSameStory(working, version))) {
    return { bytes: to, keptEdits: false };
  }
  return { bytes: withStatus(working, status), keptEdits: true };
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
