import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gitBytes, zeroSeparated } from "./git.ts";
import type { Repository } from "./inspect-repository.ts";
import { isSafeRelativePath } from "./path-set.ts";
import { SETUP_RECIPES, type SetupRecipe } from "./setup-recipes.ts";

/** A folder with dependencies, found by its lockfile. Paths are relative to the top of the repository. */
export interface Dependencies {
  readonly lockfile: string;
  /** Folder that holds what is installed, e.g. `web/node_modules`. */
  readonly installed: string;
  /** Whether the installed folder is cloned; else the set-up command makes it. */
  readonly isCloned: boolean;
}

/** What makes a worktree ready; shown before the start. Paths are relative to the top of the repository. */
export interface Setup {
  readonly clone: readonly string[];
  readonly copy: readonly string[];
  /** Untracked folders (with `/`) and files that agents need and that never land. */
  readonly carried: readonly string[];
  /** Folder within one of these that stays behind: an earlier run's artifacts are no evidence of this one. */
  readonly leftOut?: string;
  /** Shell line for the project's folder in the worktree; run when what it makes is not there or out of date. */
  readonly setup?: string;
  readonly dependencies: readonly Dependencies[];
}

/** The settings of `worktree` in the configuration that matter here; paths are relative to the project. */
export interface SetupSettings {
  readonly setup: string;
  readonly clone: "auto" | readonly string[];
  readonly copy: "auto" | readonly string[];
}

const CARRIED_NAMES = [
  "_bmad",
  ".bmad",
  "bmad",
  "_bmad-output",
  ".bmad-ephemeral",
  ".claude",
  ".gemini",
  ".codex",
  ".opencode",
  ".agents",
  "AGENTS.md",
  "CLAUDE.md",
  "GEMINI.md",
  ".mcp.json",
  "opencode.json",
];
const COPIED_NAMES = [".env", ".env.local"];
/** Other agents' worktrees and our own: never carried. */
const NOT_CARRIED = /(^|\/)(\.claude\/worktrees|\.storyboard)\/?$/;

/**
 * Finds out what a worktree needs besides the tracked files: three git processes, once a run.
 * @param leftOut a folder relative to the project that is not carried in by itself: what lies there is an earlier run's
 * @param backlogPaths sprint file and story files, relative to the project: their folders are carried in when untracked
 */
export const detectSetup = async (
  repository: Repository,
  settings: SetupSettings,
  backlogPaths: readonly string[],
  leftOut?: string,
): Promise<Setup> => {
  const [untracked, lockfiles] = await Promise.all([findCarried(repository, backlogPaths), findLockfiles(repository)]);
  const behind = leftOut === undefined ? undefined : join(repository.prefix, leftOut);
  const carried = untracked.filter((path) => behind === undefined || !path.startsWith(`${behind}/`));
  const installed = await findInstalled(repository, lockfiles);
  const clone =
    settings.clone === "auto"
      ? installed.filter(isMovable).map(installedPath)
      : fromProject(repository, settings.clone);
  const copy = settings.copy === "auto" ? await findCopied(repository) : fromProject(repository, settings.copy);
  const setup = settings.setup === "auto" ? setupLine(repository, installed) : settings.setup;
  const dependencies = installed.map((found) => ({
    lockfile: join(found.folder, found.recipe.lockfile),
    installed: installedPath(found),
    isCloned: clone.includes(installedPath(found)),
  }));
  const isWithin = behind !== undefined && carried.some((path) => path.endsWith("/") && behind.startsWith(path));
  const leaving = isWithin ? { leftOut: behind } : {};
  return { clone, copy, carried, ...leaving, dependencies, ...(setup === "" || setup === undefined ? {} : { setup }) };
};

interface Found {
  /** `.` for the top of the repository. */
  readonly folder: string;
  readonly recipe: SetupRecipe;
}

const isMovable = (found: Found): boolean => found.recipe.isMovable;
const installedPath = (found: Found): string => join(found.folder, found.recipe.installed);

const fromProject = (repository: Repository, paths: readonly string[]): string[] =>
  paths.filter(isSafeRelativePath).map((path) => join(repository.prefix, path).replace(/\/$/, ""));

const findCarried = async (repository: Repository, backlogPaths: readonly string[]): Promise<string[]> => {
  const inProject = CARRIED_NAMES.map((name) => repository.prefix + name);
  const backlog = backlogPaths.filter(isSafeRelativePath).map((path) => join(repository.prefix, dirname(path)));
  // A sprint file beside the sources would carry the whole project: then the file alone.
  const folders = backlog.filter((folder) => folder !== "." && `${folder}/` !== repository.prefix);
  const files = backlogPaths.filter((path) => isSafeRelativePath(path) && dirname(path) === ".");
  const wanted = [...CARRIED_NAMES, ...inProject, ...folders, ...files.map((path) => repository.prefix + path)];
  const specs = [...new Set(wanted)].map((path) => `:(top,literal)${path}`);
  const args = ["ls-files", "-z", "--others", "--directory", "--no-empty-directory", "--full-name", "--", ...specs];
  const found = zeroSeparated((await gitBytes(args, { cwd: repository.root })).stdout);
  return found.filter((path) => !NOT_CARRIED.test(path) && isSafeRelativePath(path));
};

const findLockfiles = async (repository: Repository): Promise<string[]> => {
  const specs = SETUP_RECIPES.map((recipe) => `:(top,glob)${repository.prefix}**/${recipe.lockfile}`);
  const top = SETUP_RECIPES.map((recipe) => `:(top,literal)${recipe.lockfile}`);
  return zeroSeparated((await gitBytes(["ls-files", "-z", "--", ...specs, ...top], { cwd: repository.root })).stdout);
};

/** One recipe a folder, where the user's copy has its dependencies installed. */
const findInstalled = async (repository: Repository, lockfiles: readonly string[]): Promise<Found[]> => {
  const byFolder = new Map<string, Found>();
  for (const recipe of SETUP_RECIPES) {
    for (const path of lockfiles) {
      const folder = dirname(path);
      const isOurs = path === join(folder, recipe.lockfile) && !byFolder.has(`${folder}:${recipe.installed}`);
      if (isOurs) byFolder.set(`${folder}:${recipe.installed}`, { folder, recipe });
    }
  }
  const found = [...byFolder.values()];
  const isThere = await Promise.all(found.map((one) => exists(join(repository.root, installedPath(one)))));
  return found.filter((_, i) => isThere[i]);
};

const findCopied = async (repository: Repository): Promise<string[]> => {
  const names = [...new Set([...COPIED_NAMES, ...COPIED_NAMES.map((name) => repository.prefix + name)])];
  const specs = names.map((name) => `:(top,literal)${name}`);
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--full-name", "--", ...specs];
  return zeroSeparated((await gitBytes(args, { cwd: repository.root })).stdout);
};

/** Folder names that may stand in a shell line. */
const PLAIN_FOLDER = /^[\w@.+-]+(\/[\w@.+-]+)*$/;

const setupLine = (repository: Repository, installed: readonly Found[]): string | undefined => {
  const project = repository.prefix === "" ? "." : repository.prefix.replace(/\/$/, "");
  const lines = installed.flatMap(({ folder, recipe }) => {
    if (folder === project) return [recipe.command];
    const way = relativeFolder(project, folder);
    return PLAIN_FOLDER.test(way) ? [`(cd ./${way} && ${recipe.command})`] : [];
  });
  return lines.length === 0 ? undefined : lines.join(" && ");
};

const relativeFolder = (from: string, to: string): string => {
  if (from === ".") return to;
  if (to.startsWith(`${from}/`)) return to.slice(from.length + 1);
  const up = from.split("/").map(() => "..");
  return [...up, ...(to === "." ? [] : [to])].join("/");
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
