import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeAtomically } from "../files/write-atomically.ts";
import type { PathChange } from "./commit-list.ts";
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
export type ResolveOwned = (path: string, versions: OwnedVersions) => Uint8Array | undefined;

/** Brings the owned files that a move changes to their merged content, each in one atomic step. */
export const writeOwned = async (
  repository: Repository,
  changes: readonly PathChange[],
  versions: { readonly from: string; readonly to: string; readonly resolve: ResolveOwned },
): Promise<void> => {
  for (const { path } of changes) {
    const [from, to] = await Promise.all(
      [versions.from, versions.to].map((commit) => readAt(repository, commit, path)),
    );
    // Read last: what the user saves meanwhile must be in it.
    const working = await readOrNone(join(repository.root, path));
    await writeResolved(repository, path, working, versions.resolve(path, { working, from, to }));
  }
};

const writeResolved = async (
  repository: Repository,
  path: string,
  working: Uint8Array | undefined,
  resolved: Uint8Array | undefined,
): Promise<void> => {
  const file = join(repository.root, path);
  if (resolved === undefined) {
    await rm(file, { force: true });
    return;
  }
  if (working !== undefined && Buffer.from(working).equals(resolved)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeAtomically(file, resolved);
};

const readAt = async (repository: Repository, commit: string, path: string): Promise<Uint8Array | undefined> => {
  const args = ["cat-file", "blob", `${commit}:${path}`];
  const result = await gitBytes(args, { cwd: repository.root, allowFailure: true });
  return result.exitCode === 0 ? result.stdout : undefined;
};

const readOrNone = (path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
