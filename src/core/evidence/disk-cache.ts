import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { assert } from "../model/assert.ts";
import type { GateCache, StoredGate } from "./gate-runner.ts";

/** Results kept when nothing else is said. */
const ENTRIES_MAX = 1_000;
/** A half-written file of a process that died is swept when it is older than this. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

const storedGateSchema = z.object({
  ok: z.boolean(),
  durationMs: z.number().nonnegative(),
  tail: z.array(z.string()),
  output: z.string(),
}) satisfies z.ZodType<StoredGate>;

/**
 * Keeps results of gates as one small file each in a folder of its own. Writing is atomic, so several processes may
 * share the folder; beyond `entriesMax` the ones not asked for the longest go. A damaged entry counts as none.
 */
export const createDiskCache = ({
  folder,
  entriesMax = ENTRIES_MAX,
}: {
  folder: string;
  entriesMax?: number;
}): GateCache => ({
  async get(key) {
    const file = entryPath(folder, key);
    const stored = await readEntry(file);
    // Its age is what decides who goes; that the entry just went is as good.
    if (stored !== undefined) await utimes(file, new Date(), new Date()).catch(ignoreMissing);
    return stored;
  },
  async set(key, value) {
    const file = entryPath(folder, key);
    await mkdir(folder, { recursive: true });
    const draft = path.join(folder, `${key}.${randomUUID()}.tmp`);
    try {
      await writeFile(draft, JSON.stringify(value));
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await sweep(folder, entriesMax);
  },
});

const entryPath = (folder: string, key: string): string => {
  assert(/^[0-9a-f]{16,128}$/.test(key), `a gate's cache key is hexadecimal, not ${JSON.stringify(key.slice(0, 200))}`);
  return path.join(folder, `${key}.json`);
};

const readEntry = async (file: string): Promise<StoredGate | undefined> => {
  const text = await readFile(file, "utf8").catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return storedGateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const sweep = async (folder: string, entriesMax: number): Promise<void> => {
  const names = await readdir(folder);
  const entries = names.filter((name) => name.endsWith(".json"));
  const drafts = names.filter((name) => name.endsWith(".tmp"));
  const oldest = entries.length > entriesMax ? await byAge(folder, entries) : [];
  const leftovers = (await byAge(folder, drafts)).filter(({ mtimeMs }) => Date.now() - mtimeMs > LEFTOVER_AGE_MS);
  const going = [...oldest.slice(0, Math.max(0, oldest.length - entriesMax)), ...leftovers];
  await Promise.all(going.map(({ file }) => rm(file, { force: true })));
};

const byAge = async (folder: string, names: readonly string[]): Promise<{ file: string; mtimeMs: number }[]> => {
  const aged = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const mtimeMs = (await stat(file).catch(ignoreMissing))?.mtimeMs;
      return mtimeMs === undefined ? [] : [{ file, mtimeMs }];
    }),
  );
  return aged.flat().sort((a, b) => a.mtimeMs - b.mtimeMs || (a.file < b.file ? -1 : 1));
};

/** Another process may sweep the same folder. */
const ignoreMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== "ENOENT") throw error;
  return undefined;
};
