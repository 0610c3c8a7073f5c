import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Project } from "./project.ts";
import { scripted } from "./steering.ts";

const isInstalled = (process.env.PATH ?? "").split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, "tmux"), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** Whether tests of tmux are left out: in CI none may be. */
export const isWithoutTmux = !isInstalled && process.env.CI !== "true";
if (isWithoutTmux) console.log("skipped: tmux is not installed");

/** Asks a tmux server of the project's own: its socket is in the project's temporary folder. */
export const tmux = async (project: Project, ...args: readonly string[]): Promise<string> => {
  const all = ["-S", join(project.base, "tmux"), "-f", "/dev/null", ...args];
  const { stdout } = await promisify(execFile)("tmux", all, { env: project.environment(scripted(project)) });
  return stdout.trimEnd();
};
