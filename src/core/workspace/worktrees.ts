import { join } from "node:path";
import type { Repository } from "./inspect-repository.ts";
import { isWithinPaths } from "./path-set.ts";
import { saveWork } from "./saved-work.ts";
import {
  addWorktree,
  type BranchStart,
  cleanWorktree,
  endLeftovers,
  removeOldLock,
  repairWorktree,
  switchWorktree,
  unregister,
} from "./switch-worktree.ts";
import { readWorkingState, type WorkingState } from "./working-state.ts";
import { createWorktreeMutex } from "./worktree-mutex.ts";
import {
  branchOfSlot,
  claimNewSlot,
  claimSlot,
  dropMarkers,
  hasWorktree,
  listSlots,
  markBusy,
  markFree,
  type Slot,
} from "./worktree-slots.ts";

export interface PreparedWorktree {
  /** Top of the worktree. */
  readonly path: string;
  /** The project in it. */
  readonly projectPath: string;
  /** False when the story's own worktree was found as it stood, uncommitted work included. */
  readonly fresh: boolean;
}

export interface WorktreeSettings {
  /** Folder of the pool (`resolveWorktreeRoot`). */
  readonly root: string;
  /** Names that survive cleaning, at any depth (`worktree.keep`). */
  readonly keep: readonly string[];
  /** Paths that were carried in: they survive cleaning and are nobody's work. Folders end with `/`. */
  readonly carried: readonly string[];
}

export interface PoolWorktree {
  readonly path: string;
  /** The story's branch; undefined for a free one. */
  readonly branch: string | undefined;
}

/** A pool of worktrees of one repository. One process uses it at a time, the lead. */
export interface Worktrees {
  /** Gives a story its worktree. The same again after a crash; never two branches in one worktree. */
  readonly prepare: (start: BranchStart) => Promise<PreparedWorktree>;
  /**
   * Gives a worktree back. Whatever is uncommitted in it, or committed off its branch, is saved under a ref first; the
   * ref's name is returned then. `landed` is a commit that needs no saving.
   */
  readonly release: (path: string, landed?: string) => Promise<string | undefined>;
  /** Deletes a worktree after saving what is unsaved. */
  readonly remove: (path: string) => Promise<string | undefined>;
  readonly list: () => Promise<PoolWorktree[]>;
}

/** The pool below `settings.root`, which exists. */
export const createWorktrees = (repository: Repository, settings: WorktreeSettings): Worktrees => {
  const { root } = settings;
  const mutex = createWorktreeMutex(repository.commonDirectory);
  // Claims that a crash cut off before this pool began, or that failed since: nobody works in these.
  // Looked for at the first prepare: a run in the shared copy has no pool at all.
  let found: Promise<Set<string>> | undefined;
  const abandonedSlots = (): Promise<Set<string>> => {
    found ??= listSlots(root).then(
      (slots) => new Set(slots.filter((slot) => !slot.isFree && slot.branch === undefined).map((slot) => slot.name)),
    );
    return found;
  };

  const prepare = async (start: BranchStart): Promise<PreparedWorktree> => {
    await abandonedSlots();
    const slots = await listSlots(root);
    const own = slots.find((slot) => slot.branch === start.branch);
    if (own !== undefined && ((await hasWorktree(own)) || (await mended(own)))) {
      await removeOldLock(own.path);
      return prepared(own.path, false);
    }
    if (own !== undefined) await forget(own);
    const slot = await claimReusable(slots, start.branch);
    const name = slot?.name ?? (await claimNewSlot(root));
    const path = join(root, name);
    try {
      if (slot === undefined) await addWorktree(repository, path, start, mutex);
      else await reuse(slot, start);
      await markBusy(root, name, start.branch);
    } catch (error) {
      (await abandonedSlots()).add(name);
      throw error;
    }
    return prepared(path, true);
  };

  /** An agent may delete the `.git` file; what else is in the folder is its work still. */
  const mended = async (slot: Slot): Promise<boolean> => {
    await mutex(() => repairWorktree(repository.commonDirectory, slot.path));
    return await hasWorktree(slot);
  };

  const prepared = (path: string, fresh: boolean): PreparedWorktree => ({
    path,
    projectPath: join(path, repository.prefix),
    fresh,
  });

  /** A free slot, the one with this branch first: git checks out no branch twice. */
  const claimReusable = async (slots: readonly Slot[], branch: string): Promise<Slot | undefined> => {
    const candidates = slots.filter((slot) => slot.branch === undefined);
    const heads = await Promise.all(candidates.map(branchOfSlot));
    const preferred = candidates.filter((_, i) => heads[i] === branch);
    for (const slot of [...preferred, ...candidates.filter((other) => !preferred.includes(other))]) {
      const isClaimed = slot.isFree ? await claimSlot(root, slot.name) : (await abandonedSlots()).delete(slot.name);
      if (!isClaimed) continue;
      if (await hasWorktree(slot)) return slot;
      await forget(slot);
    }
    return undefined;
  };

  const forget = async (slot: Slot): Promise<void> => {
    await mutex(() => unregister(repository.commonDirectory, slot.path));
    await dropMarkers(root, slot.name);
  };

  const reuse = async (slot: Slot, start: BranchStart): Promise<void> => {
    // Released ones were put in order; a claim that was cut off may be anything.
    if (!slot.isClean) await endLeftovers(slot.path);
    await switchWorktree(slot.path, start);
    if (!slot.isClean) await cleanWorktree(slot.path, [...settings.keep, ...settings.carried.map(asPattern)]);
  };

  const release = async (path: string, landed?: string): Promise<string | undefined> => {
    const slot = (await listSlots(root)).find((candidate) => candidate.path === path);
    if (slot === undefined || slot.isFree) return undefined;
    if (!(await hasWorktree(slot))) {
      await forget(slot);
      return undefined;
    }
    const state = await readWorkingState(path, { without: settings.carried, withIgnored: true });
    const savedAs = await saveUnsaved(slot, state, landed);
    const isClean = state.branch === slot.branch && isClear(state, settings);
    if (!isClean) await endLeftovers(path);
    await markFree(root, slot.name, isClean);
    return savedAs;
  };

  const remove = async (path: string): Promise<string | undefined> => {
    const savedAs = await release(path);
    const slot = (await listSlots(root)).find((candidate) => candidate.path === path);
    if (slot !== undefined) await forget(slot);
    return savedAs;
  };

  const list = async (): Promise<PoolWorktree[]> =>
    (await listSlots(root)).map(({ path, branch }) => ({ path, branch }));

  return { prepare, release, remove, list };
};

const saveUnsaved = async (
  slot: Slot,
  state: WorkingState,
  landed: string | undefined,
): Promise<string | undefined> => {
  const isDirty = state.changed.length > 0 || state.untracked.length > 0;
  // Commits on no branch, or on another one, would be lost with the next checkout.
  const isAstray = state.branch !== slot.branch && state.head !== landed;
  if (!isDirty && !isAstray) return undefined;
  const reason = "Its worktree was given back with this in it.";
  return await saveWork(slot.path, { name: slot.branch ?? "unfinished", head: state.head, reason });
};

/** Whether the next story can have the worktree without cleaning it first. */
const isClear = (state: WorkingState, settings: WorktreeSettings): boolean =>
  state.changed.length === 0 &&
  state.untracked.length === 0 &&
  state.ignored.every(
    (path) =>
      isWithinPaths(path, settings.carried) || settings.keep.includes(path.replace(/\/$/, "").split("/").at(-1) ?? ""),
  );

/** A path as an anchored ignore pattern. */
const asPattern = (path: string): string => `/${path.replaceAll(/[\\*?[\]!# ]/g, "\\$&")}`;
