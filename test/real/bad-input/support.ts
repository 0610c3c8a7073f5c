import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Project, type Ran, runProgram, STORYBOARD, writeSprint } from "../../support/project.ts";

/** Where `writeSprint` puts the sprint. */
export const SPRINT = "_bmad-output/implementation-artifacts";
export const SPRINT_FILE = `${SPRINT}/sprint-status.yaml`;

/** Uses a project and removes it, however the use ends. */
export const withProject = async (use: (project: Project) => Promise<void>, name = "project"): Promise<void> => {
  const project = new Project(name);
  try {
    await use(project);
  } finally {
    project.remove();
  }
};

/** A project with a good sprint of one story, not committed yet. */
export const goodSprint = (project: Project): void => writeSprint(project, [{ key: "1-1-a" }]);

/** A start that is to be refused before anything happens. */
export interface Refusal {
  readonly name: string;
  /** Makes the project bad and commits it. */
  readonly make: (project: Project) => void;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** What the message must contain; `PROJECT` stands for the project's folder. */
  readonly says: readonly (string | RegExp)[];
}

/** Starts the program, and makes sure that it refuses in so many words and leaves nothing behind. */
export const expectRefusal = ({ make, args = ["run"], environment, status = 2, says }: Refusal): Promise<void> =>
  withProject(async (project) => {
    make(project);
    const before = traces(project);
    const ran = await project.storyboard(args, environment);
    for (const words of says) {
      if (typeof words === "string") expect(ran.stderr).toContain(words.replaceAll("PROJECT", project.path));
      else expect(ran.stderr).toMatch(words);
    }
    expect(ran.stderr).not.toContain("this is a bug");
    expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status, stdout: "" });
    expect(traces(project)).toEqual(before);
  });

/** All that a start could leave behind: files, refs, worktrees, locks, folders in the user's home. */
export const traces = (project: Project): unknown => ({
  files: filesBelow(project.base, (path) => path.includes("/.git/") && !path.includes("/.git/storyboard/")),
  refs: inGit(project, "for-each-ref"),
  worktrees: inGit(project, "worktree", "list"),
});

const inGit = (project: Project, ...args: string[]): string | undefined => {
  if (!existsSync(join(project.path, ".git"))) return undefined;
  return execFileSync("git", args, { cwd: project.path, encoding: "utf8", env: project.environment() });
};

const filesBelow = (folder: string, isLeftOut: (path: string) => boolean): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() || /storyboard/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    // The lock's folder stays for the next run; what counts is what is in it.
    .filter((path) => !isLeftOut(path) && !path.endsWith("/.git/storyboard"))
    .sort();

/** Runs a line of shell in the project, with the program as `$STORYBOARD`. */
export const shell = (project: Project, line: string, more: Record<string, string> = {}): Promise<Ran> =>
  runProgram("sh", ["-c", line], {
    cwd: project.path,
    env: { ...project.environment(more), STORYBOARD },
    timeout: 60_000,
  });

/** Waits until something holds, at most that long; fails with the words given. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> => {
  for (const endMs = Date.now() + limitMs; Date.now() < endMs; ) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`waited ${limitMs} ms in vain: ${what}`);
};
