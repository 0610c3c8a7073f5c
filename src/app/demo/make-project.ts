import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "../../core/workspace/git.ts";
import { type ProjectSettings, projectFiles } from "./project-files.ts";

/** Makes the demo's project in a folder that is there and empty: a git repository with a first commit. */
export const makeProject = async (folder: string, settings: ProjectSettings): Promise<void> => {
  for (const [path, text] of Object.entries(projectFiles(settings))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const run = (...args: readonly string[]): Promise<unknown> => git(args, { cwd: folder });
  // No template: hooks that a machine gives to every new repository are not the demo's.
  await run("init", "--quiet", "--template=", "--initial-branch=main");
  await run("config", "user.name", "storyboard demo");
  await run("config", "user.email", "demo@localhost");
  await run("add", "--all");
  await run("commit", "--quiet", "--message=Plan a cook book for the command line");
};
