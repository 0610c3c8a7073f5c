import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rm } from "node:fs/promises";
import { platform } from "node:os";
import { dirname, join } from "node:path";
import { createWhole } from "../files/create-whole.ts";

/** Longest we wait for a lock that somebody else holds, in milliseconds: a person's own `git add`, or our last move. */
export const INDEX_LOCK_WAIT_MS = 10_000;
const PAUSE_MS = 20;
/** Begins the content of our locks; git's own is empty or an index, which begins with `DIRC`. */
const OWN_LOCK = "storyboard ";
/** Marks the environment of the git processes of a move, so that a later lead finds them. */
const MARK = "STORYBOARD_MOVES";

/** Environment of the git processes that work under the lock of this git folder. */
export const markedEnvironment = (gitDirectory: string): Record<string, string> => ({ [MARK]: gitDirectory });

/**
 * Takes git's own lock of a working copy's index, so that neither the user's git nor an agent's changes it meanwhile.
 * A lock that a crash of ours left is removed once no git process of ours lives; anybody else's is waited for. Returns
 * undefined when the wait was in vain.
 */
export const lockIndex = async (
  gitDirectory: string,
  waitMs: number = INDEX_LOCK_WAIT_MS,
): Promise<(() => Promise<void>) | undefined> => {
  const path = join(gitDirectory, "index.lock");
  const deadline = Date.now() + waitMs;
  for (;;) {
    const content = `${OWN_LOCK}${process.pid} ${randomUUID()}\n`;
    // Created with its whole content, so that ours can always be told from git's.
    if (await createWhole(path, join(dirname(path), `${DRAFT}${randomUUID()}`), content)) {
      await removeDrafts(gitDirectory);
      return () => rm(path, { force: true });
    }
    const isLeft = (await isOwn(path)) && !(await movesGoOn(gitDirectory));
    // Only one lead works in a repository, so a lock of ours that nobody of ours works under was left by a crash.
    if (isLeft) await rm(path, { force: true });
    else if (Date.now() > deadline) return undefined;
    else await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
};

/** Removes a lock that a crash of ours left, when nobody is going to move anything under it; others' locks stay. */
export const dropLeftLock = async (gitDirectory: string): Promise<void> => {
  if (!(await isOwn(join(gitDirectory, "index.lock")))) return;
  const unlock = await lockIndex(gitDirectory);
  await unlock?.();
};

const DRAFT = "storyboard-lock.";

/** What a crash left before its lock was in place; whoever has the lock is the only one who makes any. */
const removeDrafts = async (gitDirectory: string): Promise<void> => {
  const drafts = (await readdir(gitDirectory)).filter((name) => name.startsWith(DRAFT));
  await Promise.all(drafts.map((name) => rm(join(gitDirectory, name), { force: true })));
};

const isOwn = async (path: string): Promise<boolean> => {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(OWN_LOCK.length), 0, OWN_LOCK.length, 0);
    return buffer.toString("latin1", 0, bytesRead) === OWN_LOCK;
  } finally {
    await file.close();
  }
};

/** Whether a git process lives that works on this git folder under our lock; they survive the process that started them. */
export const movesGoOn = async (gitDirectory: string): Promise<boolean> => {
  const mark = `${MARK}=${gitDirectory}`;
  if (platform() === "linux") return await isInProc(mark);
  const listed = await new Promise<string>((resolve) => {
    execFile("ps", ["-axww", "-E", "-o", "command="], (_, stdout) => resolve(stdout));
  });
  return listed.includes(mark);
};

const isInProc = async (mark: string): Promise<boolean> => {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const marked = await Promise.all(
    processes.map(async (pid) => {
      // Others' processes cannot be read; ours can.
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(mark);
    }),
  );
  return marked.includes(true);
};
