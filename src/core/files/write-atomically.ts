import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, open, readdir, readFile, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** How often an update is tried again when somebody else keeps writing the same file. */
export const UPDATE_TRIES_MAX = 5;

const NEW_FILE_MODE = 0o666;

/** Ends the name of a file that is being written; a pattern of git's exclude file knows it. */
export const DRAFT_SUFFIX = ".storyboard-tmp";

/** A file operation that failed. `code` is the system's (`EROFS`, `ENOSPC`, ...), so that a caller can decide by it. */
export class FileWriteError extends Error {
  override readonly name = "FileWriteError";
  readonly code: string;
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`Cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.path = path;
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "EUNKNOWN";
  }
}

/**
 * Puts `bytes` at `path` so that a reader, or a crash, sees the old content or the new and nothing else.
 * Writes through symlinks and keeps the permission bits. Throws FileWriteError; then the old file is untouched.
 */
export const writeAtomically = async (path: string, bytes: Uint8Array): Promise<void> => {
  try {
    const target = await resolveTarget(path);
    await replace(target, bytes, await statOrNone(target), false);
  } catch (error) {
    throw asWriteError(path, error);
  }
};

/**
 * Reads, transforms and atomically replaces an existing file. `transform` returns the new bytes, or undefined to leave
 * the file alone; it runs again when the file changed meanwhile, so it must be pure. Returns whether it wrote.
 * Throws FileWriteError for the file, and whatever `transform` throws.
 */
export const updateFile = async (
  path: string,
  transform: (bytes: Uint8Array) => Uint8Array | undefined | Promise<Uint8Array | undefined>,
): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    const target = await orWriteError(path, resolveTarget(path));
    const before = await orWriteError(path, stat(target));
    const old = await orWriteError(path, readFile(target));
    const next = await transform(old);
    if (next === undefined || old.equals(next)) return false;
    if (await orWriteError(path, replace(target, next, before, true))) return true;
    if (attempt === UPDATE_TRIES_MAX) {
      throw new FileWriteError(path, Object.assign(new Error("it keeps being changed"), { code: "EBUSY" }));
    }
  }
};

/** Removes what a crash left of earlier writes of that file. Nobody else may be writing it. */
export const removeDrafts = async (path: string): Promise<void> => {
  const target = await resolveTarget(path).catch(() => undefined);
  if (target === undefined) return;
  const names = await readdir(dirname(target)).catch(() => []);
  const drafts = names.filter((name) => name.startsWith(draftStart(target)) && name.endsWith(DRAFT_SUFFIX));
  await Promise.all(drafts.map((name) => unlink(join(dirname(target), name)).catch(() => {})));
};

const draftStart = (target: string): string => `.${basename(target).slice(0, 100)}.`;

const asWriteError = (path: string, error: unknown): FileWriteError =>
  error instanceof FileWriteError ? error : new FileWriteError(path, error);

const orWriteError = async <T>(path: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw asWriteError(path, error);
  }
};

/** The file behind symlinks. A path that does not exist yet is itself; a dangling link is an error. */
const resolveTarget = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === "ENOENT" && !(await exists(path));
    if (!isNew) throw error;
    return join(await realpath(dirname(path)), basename(path));
  }
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const statOrNone = async (path: string): Promise<Stats | undefined> => {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** Returns false, having written nothing, where `mustBeUnchanged` and the target is not as `before` any more. */
const replace = async (
  target: string,
  bytes: Uint8Array,
  before: Stats | undefined,
  mustBeUnchanged: boolean,
): Promise<boolean> => {
  const temporary = join(dirname(target), `${draftStart(target)}${randomUUID()}${DRAFT_SUFFIX}`);
  let isLeft = false;
  try {
    const handle = await open(temporary, "wx", NEW_FILE_MODE);
    isLeft = true;
    try {
      await handle.writeFile(bytes);
      if (before !== undefined) await takeOver(handle, before);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (mustBeUnchanged && before !== undefined && !isSame(before, await stat(target))) return false;
    await rename(temporary, target);
    isLeft = false;
  } finally {
    if (isLeft) await unlink(temporary).catch(() => {});
  }
  await syncFolder(dirname(target));
  return true;
};

type Handle = Awaited<ReturnType<typeof open>>;

const takeOver = async (handle: Handle, before: Stats): Promise<void> => {
  // Only root may give a file away; for everyone else the owner is already right or cannot be kept.
  if (process.getuid?.() === 0) await handle.chown(before.uid, before.gid).catch(() => {});
  await handle.chmod(before.mode & 0o7777);
};

const isSame = (before: Stats, now: Stats): boolean =>
  before.ino === now.ino && before.size === now.size && before.mtimeMs === now.mtimeMs;

/** Makes the rename itself survive a power loss, where the file system can do that. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => {});
  await handle.close();
};
