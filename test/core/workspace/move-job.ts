import type { MoveRequest, MoveStep } from "../../../src/core/workspace/move-target.ts";
import type { ResolveOwned } from "../../../src/core/workspace/owned-files.ts";

export interface MoveJob {
  readonly request: Omit<MoveRequest, "resolveOwned" | "onStep">;
  readonly killAt?: MoveStep;
}

/** Keeps the user's comment lines and takes the statuses that landed: gives the same again from its own result. */
export const mergeOwned: ResolveOwned = (_, { working, to }) => {
  const comments = Buffer.from(working ?? "")
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("#"));
  return Buffer.from([...comments, Buffer.from(to ?? "").toString()].join("\n"));
};
