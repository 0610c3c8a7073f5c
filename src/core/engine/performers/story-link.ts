import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Place, World } from "./world.ts";

/**
 * Where a story file in a worktree leads outside of it, though the user's own does not leave the project: an agent put a
 * link in its place. Undefined where all is well, or there is no such file.
 */
export const foreignStory = async (world: World, place: Place, file: string): Promise<string | undefined> => {
  const there = await behind(place.path, join(place.projectPath, file));
  if (there === undefined) return undefined;
  return (await behind(world.repository.root, join(world.run.project, file))) === undefined ? there : undefined;
};

/** The real path of a file that lies outside a folder; undefined where it lies inside, or is not there. */
const behind = async (folder: string, path: string): Promise<string | undefined> => {
  const [top, real] = await Promise.all([realpath(folder), realpath(path).catch(() => undefined)]);
  return real === undefined || real.startsWith(`${top}${sep}`) ? undefined : real;
};
