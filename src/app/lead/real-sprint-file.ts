import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Repository } from "../../core/workspace/inspect-repository.ts";

/**
 * The sprint file behind symbolic links: relative to the project where it lies in the repository, since there git knows it
 * by that path; absolute where it lies outside, where no commit can carry it.
 */
export const realSprintFile = async (repository: Repository, sprintFile: string): Promise<string> => {
  const real = await realpath(join(repository.project, sprintFile));
  const isInside = real.startsWith(`${repository.root}/`) && !real.startsWith(`${repository.gitDirectory}/`);
  return isInside ? relative(repository.project, real) : real;
};
