import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitBytes } from "./git.ts";

/** The three versions of a text. */
export interface TextVersions {
  readonly base: Uint8Array;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

/**
 * Merges a text line by line as git does; undefined where both sides changed the same or neighbouring lines.
 * @param folder absolute; the versions lie in it while they are merged
 */
export const mergeText = async (versions: TextVersions, folder: string): Promise<Uint8Array | undefined> => {
  const own = join(folder, `merge-${randomUUID()}`);
  await mkdir(own, { recursive: true });
  try {
    const { ours, base, theirs } = versions;
    await Promise.all(Object.entries({ ours, base, theirs }).map(([name, text]) => writeFile(join(own, name), text)));
    const args = ["merge-file", "--stdout", "--quiet", "ours", "base", "theirs"];
    const { exitCode, stdout } = await gitBytes(args, { cwd: own, allowFailure: true });
    return exitCode === 0 ? stdout : undefined;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
};
