import type { Versions } from "./merge-sprint-file.ts";

/** A file that only ever grows at its end: the user's version, with what landed added when it is not in it yet. */
export const mergeAppended = ({ working, from, to }: Versions): Uint8Array | undefined => {
  if (working === undefined || to === undefined) return to ?? working;
  const [ours, theirs, base] = [working, to, from ?? Buffer.alloc(0)].map((bytes) => Buffer.from(bytes));
  if (ours === undefined || theirs === undefined || base === undefined || ours.equals(base)) return to;
  const added = theirs.subarray(base.length);
  if (!theirs.subarray(0, base.length).equals(base) || ours.includes(added)) return working;
  return Buffer.concat([ours, added]);
};
