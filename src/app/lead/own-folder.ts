import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { excludeOwnFolder } from "../../core/workspace/exclude.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { OWN_FOLDER } from "./runs.ts";

/** Makes the project's `.storyboard/`, for its user alone and out of git; returns its path. */
export const makeOwnFolder = async (
  repository: Pick<Repository, "project" | "commonDirectory" | "prefix">,
): Promise<string> => {
  const own = join(repository.project, OWN_FOLDER);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(own, 0o700);
  await excludeOwnFolder(repository);
  return own;
};
