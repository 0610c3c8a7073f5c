import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../../core/model/user-error.ts";
import { git } from "../../core/workspace/git.ts";
import { PROJECT_NAME } from "./project-files.ts";

/** Where a demo lives. */
export interface DemoFolder {
  readonly project: string;
  /** Holds what is no part of the project: worktrees, state, a home. */
  readonly home: string;
  /** Removes it: all of it, all but the project, or nothing where the run can still go on. */
  leave(kept: "nothing" | "project" | "all"): Promise<void>;
}

/** How often a folder is tried again that a process is just leaving. */
const REMOVE_TRIES_MAX = 10;
const REMOVE_PAUSE_MS = 50;

/**
 * Makes the folder of a demo: a temporary one, or beside `wanted`, which becomes the project and must be new or empty.
 * Beside, because worktrees have to be on the project's file system.
 */
export const makeDemoFolder = (wanted: string | undefined): DemoFolder => {
  const target = wanted === undefined ? undefined : resolve(wanted);
  if (target !== undefined) makeEmptyFolder(target);
  const parent = target === undefined ? tmpdir() : dirname(target);
  const base = realpathSync(mkdtempSync(join(parent, target === undefined ? "storyboard-demo-" : ".storyboard-demo-")));
  const home = join(base, "home");
  const project = target === undefined ? join(base, PROJECT_NAME) : realpathSync(target);
  mkdirSync(home);
  mkdirSync(project, { recursive: true });
  return {
    project,
    home,
    leave: async (kept) => {
      if (kept === "all") return;
      const keepsProject = kept === "project";
      const isInside = target === undefined;
      removeFolder(keepsProject && isInside ? home : base);
      if (!keepsProject && !isInside) removeFolder(project);
      // Git still lists the worktrees that were in the home.
      if (keepsProject) await git(["worktree", "prune"], { cwd: project, allowFailure: true });
    },
  };
};

const makeEmptyFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length === 0) return;
  } catch (error) {
    throw new UserError(`The demo's project cannot be made in ${folder}: ${(error as Error).message}.`, [
      "Name a folder with --project that you may write to, or leave it out.",
    ]);
  }
  throw new UserError(`${folder} is not empty, and the demo makes a project of its own.`, [
    "Name a new folder with --project, or leave it out: the project is made in a temporary one.",
  ]);
};

const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: REMOVE_TRIES_MAX, retryDelay: REMOVE_PAUSE_MS });
