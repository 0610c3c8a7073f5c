import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DRAFT_SUFFIX } from "../files/write-atomically.ts";
import { readGitFile } from "./git-directory.ts";
import type { Repository } from "./inspect-repository.ts";

/**
 * Keeps the project's `.storyboard/`, and files that we are just writing, out of git, for this clone only: an agent's
 * `git add -A` must not take them, even when a crash left one behind. Says it once, however often it is called.
 */
export const excludeOwnFolder = async (repository: Pick<Repository, "commonDirectory" | "prefix">): Promise<void> => {
  const folder = join(repository.commonDirectory, "info");
  const path = join(folder, "exclude");
  const content = (await readGitFile(path)) ?? "";
  const there = content.split(/\r?\n/);
  const lines = [`/${repository.prefix.replaceAll(/[\\*?[\]!# ]/g, "\\$&")}.storyboard/`, `.*${DRAFT_SUFFIX}`];
  const missing = lines.filter((line) => !there.includes(line));
  if (missing.length === 0) return;
  await mkdir(folder, { recursive: true });
  await appendFile(path, `${content === "" || content.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`);
};
