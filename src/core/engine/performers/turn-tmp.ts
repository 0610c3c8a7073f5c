import { createHash } from "node:crypto";
import { lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The temporary folder of a turn, or of a run whose turns share one, by its own folder. Not in that folder: agents put
 * sockets there, and a socket's address holds about 100 bytes.
 */
const tmpOf = (directory: string): string =>
  join(tmpdir(), `storyboard-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`);

/** Makes that folder, or finds it; beside the other one where somebody else has its name. */
export const makeTurnTmp = async (directory: string): Promise<string> => {
  const path = tmpOf(directory);
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await isOurs(path))) return path;
    const other = `${directory}.tmp`;
    await mkdir(other, { recursive: true, mode: 0o700 });
    return other;
  }
};

/** Removes it with what the agent left there; harmless where there is none. */
export const removeTurnTmp = async (directory: string): Promise<void> => {
  const path = tmpOf(directory);
  const all = [...((await isOurs(path)) ? [path] : []), `${directory}.tmp`];
  await Promise.all(all.map((folder) => rm(folder, { recursive: true, force: true }).catch(() => {})));
};

const isOurs = async (path: string): Promise<boolean> => {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
};
