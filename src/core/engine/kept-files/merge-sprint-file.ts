import { readSprintStatuses, setSprintStatuses } from "../../backlog/set-sprint-statuses.ts";
import type { WritableStatus } from "../../model/status.ts";
import type { StoryKey } from "../../model/story-key.ts";

/** Statuses that storyboard set in this run. */
export type KeptStatuses = ReadonlyMap<StoryKey, WritableStatus>;

/** The three versions that meet when the user's copy moves. */
export interface Versions {
  readonly working: Uint8Array | undefined;
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
}

/**
 * What the sprint file of the user's copy shall hold after the move: the landed version where the user changed nothing
 * of their own, else their version with our spans set. Nothing of theirs is lost, nothing of ours goes back.
 */
export const mergeSprintFile = (versions: Versions, kept: KeptStatuses, now: Date): Uint8Array | undefined => {
  const { working, from, to } = versions;
  if (working === undefined || to === undefined) return working ?? to;
  try {
    const base = from !== undefined && differsInOursAlone(working, from, kept) ? to : working;
    const landed = new Map([...statusesIn(to, kept), ...kept]);
    const changed = setSprintStatuses(base, landed, { now, lastUpdated: base !== to });
    return changed.bytes;
  } catch {
    // The user's copy cannot be read just now: theirs stays as it is.
    return working;
  }
};

const statusesIn = (bytes: Uint8Array, kept: KeptStatuses): Map<StoryKey, WritableStatus> => {
  const found = new Map<StoryKey, WritableStatus>();
  for (const [key, { status }] of readSprintStatuses(bytes)) {
    if (kept.has(key) && status !== "other" && status !== "backlog") found.set(key, status);
  }
  return found;
};

/** Whether the working version differs from the committed one in nothing but what storyboard writes. */
export const differsInOursAlone = (working: Uint8Array, from: Uint8Array, kept: KeptStatuses): boolean => {
  const asWorking = setSprintStatuses(from, statusesIn(working, kept), { now: new Date(0), lastUpdated: false });
  return withoutStamp(asWorking.bytes) === withoutStamp(working);
};

const withoutStamp = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(/^(#?\s*last_updated:).*$/gm, "$1");

/** The committed sprint file with our statuses, or undefined when it has them all already. */
export const withKeptStatuses = (bytes: Uint8Array, kept: KeptStatuses, now: Date): Uint8Array | undefined => {
  const changed = setSprintStatuses(bytes, kept, { now });
  return changed.bytes === bytes ? undefined : changed.bytes;
};
