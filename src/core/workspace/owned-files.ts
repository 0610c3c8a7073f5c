import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileWriteError, updateFile, writeAtomically } from "../files/write-atomically.ts";
import { gitBytes } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";

/** The versions of an owned file that meet when the user's copy moves; undefined where there is none. */
export interface OwnedVersions {
  readonly working: Uint8Array | undefined;
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
}

/**
 * Merges an owned file by meaning: what is to stand in the user's copy, undefined for no file. Must give the same again
 * when `working` is its own result.
 */
export type ResolveOwned = (
  path: string,
  versions: OwnedVersions,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** Brings the owned files that a move changes to their merged content, each in one atomic step. */
export const writeOwned = async (
  repository: Repository,
  changes: readonly { readonly path: string }[],
  versions: { readonly from: string; readonly to: string; readonly resolve: ResolveOwned },
): Promise<void> => {
  for (const { path } of changes) {
    const [from, to] = await Promise.all(
      [versions.from, versions.to].map((commit) => readAt(repository, commit, path)),
    );
    await writeResolved(join(repository.root, path), (working) => versions.resolve(path, { working, from, to }));
  }
};

/** What the user saves while it is resolved is in it: `updateFile` begins anew then. */
const writeResolved = async (
  file: string,
  resolve: (working: Uint8Array | undefined) => ReturnType<ResolveOwned>,
): Promise<void> => {
  let isUnwanted = false;
  try {
    await updateFile(file, async (working) => {
      const resolved = await resolve(working);
      isUnwanted = resolved === undefined;
      return resolved;
    });
    if (isUnwanted) await rm(file, { force: true });
  } catch (error) {
    if (!(error instanceof FileWriteError && error.code === "ENOENT")) throw error;
    const resolved = await resolve(undefined);
    if (resolved === undefined) return;
    await mkdir(dirname(file), { recursive: true });
    await writeAtomically(file, resolved);
  }
};

const readAt = async (repository: Repository, commit: string, path: string): Promise<Uint8Array | undefined> => {
  const args = ["cat-file", "blob", `${commit}:${path}`];
  const result = await gitBytes(args, { cwd: repository.root, allowFailure: true });
  return result.exitCode === 0 ? result.stdout : undefined;
};
