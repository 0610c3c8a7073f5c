import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { NotStartedProblem } from "./job.ts";

/** Where a program is, or why it cannot be started. */
export type FoundProgram =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "problem"; readonly problem: NotStartedProblem; readonly message: string };

/** What POSIX systems search when an environment has no PATH. */
const PATH_DEFAULT = "/usr/bin:/bin";

/**
 * Finds a program the way execvp(3) would in the job's own folder and environment, so that a missing one is known
 * before anything starts.
 */
export const findProgram = (name: string, cwd: string, path: string = PATH_DEFAULT): FoundProgram => {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    return problem("missing-folder", `the folder to run in does not exist: ${cwd}`);
  if (name === "") return problem("missing-program", "the name of the program is empty");
  if (name.includes("/")) return judge(name, [resolve(cwd, name)]);
  return judge(
    name,
    path.split(":").map((folder) => resolve(cwd, folder, name)),
  );
};

const judge = (name: string, candidates: readonly string[]): FoundProgram => {
  let blocked: string | undefined;
  for (const path of candidates) {
    if (name.includes("/") && isFolder(path)) return problem("missing-program", `${path} is a folder, not a program`);
    if (!isFile(path)) continue;
    if (isExecutable(path)) return { kind: "found", path };
    blocked ??= path;
  }
  return blocked
    ? problem("not-executable", `${blocked} is not executable`)
    : problem("missing-program", `the program ${name} was not found`);
};

const problem = (kind: NotStartedProblem, message: string): FoundProgram => ({
  kind: "problem",
  problem: kind,
  message,
});

const isFile = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
