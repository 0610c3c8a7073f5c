import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { branchIn } from "./git-directory.ts";

/**
 * A place of the pool: the folder `<root>/<name>` and beside it a marker file, `<name>.free` or `<name>.busy`. The content
 * of a busy marker is the branch, written when the worktree is complete: an empty one is a claim that was cut off.
 */
export interface Slot {
  readonly name: string;
  readonly path: string;
  readonly isFree: boolean;
  /** The branch whose worktree it is; undefined for a free slot and a claim that was cut off. */
  readonly branch: string | undefined;
  /** Free and known to hold nothing but tracked files and what is kept. */
  readonly isClean: boolean;
}

const MARKER = /^(w\d+)\.(free|busy)$/;
const CLEAN = "clean";

/** All slots below a pool's root, in order of their number. */
export const listSlots = async (root: string): Promise<Slot[]> => {
  const markers = (await readdir(root)).flatMap((entry) => {
    const [, name, state] = MARKER.exec(entry) ?? [];
    return name === undefined ? [] : [{ name, isFree: state === "free" }];
  });
  const slots = await Promise.all(markers.map((marker) => readSlot(root, marker)));
  return slots.filter((slot) => slot !== undefined).sort((a, b) => numberOf(a.name) - numberOf(b.name));
};

const readSlot = async (root: string, marker: { name: string; isFree: boolean }): Promise<Slot | undefined> => {
  const { name, isFree } = marker;
  const content = await readFile(markerPath(root, name, isFree), "utf8").catch(() => undefined);
  if (content === undefined) return undefined;
  const branch = isFree || content === "" || content === CLEAN ? undefined : content;
  return { name, path: join(root, name), isFree, branch, isClean: isFree && content === CLEAN };
};

const numberOf = (name: string): number => Number(name.slice(1));

const markerPath = (root: string, name: string, isFree: boolean): string =>
  join(root, `${name}.${isFree ? "free" : "busy"}`);

/** Claims a free slot; false when somebody else was faster. No git process, one rename. */
export const claimSlot = async (root: string, name: string): Promise<boolean> => {
  try {
    await rename(markerPath(root, name, true), markerPath(root, name, false));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
};

/** Claims the first number that nobody uses, for a new worktree. */
export const claimNewSlot = async (root: string): Promise<string> => {
  const taken = new Set((await readdir(root)).map((entry) => entry.split(".")[0]));
  for (let number = 1; ; number++) {
    const name = `w${number}`;
    if (taken.has(name)) continue;
    try {
      await writeFile(markerPath(root, name, false), "", { flag: "wx" });
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
};

/** Says whose worktree a claimed slot is, now that it is complete. */
export const markBusy = (root: string, name: string, branch: string): Promise<void> =>
  writeMarker(markerPath(root, name, false), branch);

/** Gives a slot back to the pool. */
export const markFree = async (root: string, name: string, isClean: boolean): Promise<void> => {
  await writeMarker(markerPath(root, name, false), isClean ? CLEAN : "");
  await rename(markerPath(root, name, false), markerPath(root, name, true));
};

/** Forgets a slot whose folder is gone. */
export const dropMarkers = async (root: string, name: string): Promise<void> => {
  await Promise.all([
    rm(markerPath(root, name, true), { force: true }),
    rm(markerPath(root, name, false), { force: true }),
  ]);
};

const writeMarker = async (path: string, content: string): Promise<void> => {
  const temporary = `${path}.${randomUUID().slice(0, 13)}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
};

/** Whether the slot's folder is a working copy still. */
export const hasWorktree = async (slot: Slot): Promise<boolean> => {
  const pointer = await readFile(join(slot.path, ".git"), "utf8").catch(() => "");
  const [, directory] = /^gitdir: (.+)$/m.exec(pointer) ?? [];
  if (directory === undefined) return false;
  // A repository that was moved leaves its worktrees with a pointer to nowhere.
  return stat(resolve(slot.path, directory)).then(
    () => true,
    () => false,
  );
};

/** The branch that the slot's HEAD names, whatever its marker says; undefined when detached or gone. */
export const branchOfSlot = (slot: Slot): Promise<string | undefined> => branchIn(slot.path).catch(() => undefined);
