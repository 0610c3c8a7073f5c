import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { resetTo, type Snapshot, takeSnapshot } from "../../workspace/restore-worktree.ts";
import type { Place } from "./world.ts";

/** How the worktree stands before a turn that may only read; kept on disk, since the turn may outlive us. */
export const rememberTree = async (place: Place, snapshotPath: string): Promise<void> => {
  if (existsSync(snapshotPath)) return;
  await writeFile(snapshotPath, JSON.stringify(await takeSnapshot(place.path)));
};

/** Undoes what a reader changed, saves it under a ref, and says so for the card. */
export const undoReading = async (place: Place, snapshotPath: string): Promise<readonly string[]> => {
  const text = await readFile(snapshotPath, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const { changedPaths, savedAs } = await resetTo(place.path, JSON.parse(text) as Snapshot);
  if (changedPaths.length === 0) return [];
  const where = savedAs === undefined ? "" : `, saved as ${savedAs}`;
  return [`the reviewer may only read, but changed ${changedPaths.slice(0, 5).join(", ")}: undone${where}`];
};
