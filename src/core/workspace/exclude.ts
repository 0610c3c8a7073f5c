import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readGitFile } from "./git-directory.ts";
import type { Repository } from "./inspect-repository.ts";

/** Keeps the project's `.storyboard/` out of git, for this clone only. Says it once, however often it is called. */
export const excludeOwnFolder = async (repository: Repository): Promise<void> => {
  const line = `/${repository.prefix.replaceAll(/[\\*?[\]!# ]/g, "\\$&")}.storyboard/`;
  const folder = join(repository.commonDirectory, "info");
  const path = join(folder, "exclude");
  const content = (await readGitFile(path)) ?? "";
  if (content.split(/\r?\n/).includes(line)) return;
  await mkdir(folder, { recursive: true });
  await appendFile(path, `${content === "" || content.endsWith("\n") ? "" : "\n"}${line}\n`);
};
