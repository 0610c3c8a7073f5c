import { createHash } from "node:crypto";
import { lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The temporary folder of a turn, by its job's folder. Not in that folder: agents put sockets there, and a socket's
 * address holds about 100 bytes.
 */
const tmpOf = (jobDirectory: string): string =>
  join(tmpdir(), `storyboard-${createHash("sha256").update(jobDirectory).digest("hex").slice(0, 16)}`);

/** Makes a turn's own temporary folder; in the job's folder where somebody else has that name. */
export const makeTurnTmp = async (jobDirectory: string): Promise<string> => {
  const path = tmpOf(jobDirectory);
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await isOurs(path))) return path;
    const other = `${jobDirectory}.tmp`;
    await mkdir(other, { recursive: true, mode: 0o700 });
    return other;
  }
};

/** Removes it with what the agent left there; harmless where there is none. */
export const removeTurnTmp = async (jobDirectory: string): Promise<void> => {
  const path = tmpOf(jobDirectory);
  const all = [...((await isOurs(path)) ? [path] : []), `${jobDirectory}.tmp`];
  await Promise.all(all.map((folder) => rm(folder, { recursive: true, force: true }).catch(() => {})));
};

const isOurs = async (path: string): Promise<boolean> => {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
};
