import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createWhole } from "../files/create-whole.ts";

/** Runs one thing at a time that reads or writes git's list of worktrees. */
export type WorktreeMutex = <T>(what: () => Promise<T>) => Promise<T>;

/** The metadata step takes milliseconds; a lock older than this was left by a crash. */
const STALE_MS = 60_000;
const WAIT_LIMIT_MS = 120_000;
const PAUSE_MS = 5;

/**
 * Git's worktree commands read each other's half-written entries ("failed to read .git/worktrees/x/commondir"), so they
 * queue: within this process in order, between processes by a lock file in the shared git folder.
 */
export const createWorktreeMutex = (commonDirectory: string): WorktreeMutex => {
  let last: Promise<unknown> = Promise.resolve();
  return async (what) => {
    const turn = last.then(
      () => withLockFile(commonDirectory, what),
      () => withLockFile(commonDirectory, what),
    );
    last = turn;
    return await turn;
  };
};

const withLockFile = async <T>(commonDirectory: string, what: () => Promise<T>): Promise<T> => {
  const folder = join(commonDirectory, "storyboard");
  const path = join(folder, "worktrees.lock");
  await mkdir(folder, { recursive: true });
  await waitForLock(path);
  try {
    return await what();
  } finally {
    await rm(path, { force: true });
  }
};

const waitForLock = async (path: string): Promise<void> => {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  const draft = `${path}.${randomUUID().slice(0, 13)}.new`;
  // Whole: a lock that says nobody's number, as a full disk leaves it, would be waited for.
  while (!(await createWhole(path, draft, String(process.pid)))) {
    if (await isStale(path)) await rm(path, { force: true });
    else if (Date.now() > deadline)
      throw new Error(`${path} is held by another process; remove it if that one is gone`);
    else await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
};

const isStale = async (path: string): Promise<boolean> => {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    return !isRunning(Number(content));
  } catch {
    return false;
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};
