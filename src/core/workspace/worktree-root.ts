import { createHash } from "node:crypto";
import { access, constants, mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { UserError } from "../model/user-error.ts";
import type { Repository } from "./inspect-repository.ts";

export interface RootEnvironment {
  /** `$XDG_STATE_HOME`. */
  readonly stateHome: string | undefined;
  readonly home: string;
}

/**
 * The folder below which worktrees are made, created if need be. `auto` is the user's state folder when it is on the
 * repository's file system, else beside the repository, else `.storyboard/worktrees`: outside the project where possible,
 * so that its own tools do not find every file twice.
 */
export const resolveWorktreeRoot = async (
  setting: string,
  repository: Repository,
  environment: RootEnvironment,
): Promise<string> => {
  if (setting !== "auto") return await prepareConfigured(resolve(repository.project, setting), setting);
  const name = createHash("sha256").update(repository.commonDirectory).digest("hex").slice(0, 12);
  const state = environment.stateHome?.startsWith("/") ? environment.stateHome : join(environment.home, ".local/state");
  const { dev } = await stat(repository.root);
  const outside = [
    join(state, "storyboard", "worktrees", name),
    join(dirname(repository.root), ".storyboard-worktrees", name),
  ];
  for (const candidate of outside) {
    const real = await prepareFolder(candidate, dev);
    if (real !== undefined && !isInside(real, repository.root)) return real;
  }
  const inside = join(repository.project, ".storyboard", "worktrees");
  await mkdir(inside, { recursive: true });
  return await realpath(inside);
};

const prepareConfigured = async (path: string, setting: string): Promise<string> => {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(path);
  } catch (error) {
    throw new UserError(`worktree.root ${JSON.stringify(setting)} cannot be used: ${(error as Error).message}.`, [
      "Set worktree.root to a folder that you may write to, or to auto.",
    ]);
  }
};

/** Makes the folder if it would be on the file system `device`; undefined when it is on another or not writable. */
const prepareFolder = async (path: string, device: number): Promise<string | undefined> => {
  try {
    if ((await stat(await nearestExisting(path))).dev !== device) return undefined;
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch {
    return undefined;
  }
};

const nearestExisting = async (path: string): Promise<string> => {
  for (let at = path; ; at = dirname(at)) {
    const isThere = await stat(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return at;
  }
};

const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith("../"));
};
