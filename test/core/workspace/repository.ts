import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { openRepository, type Repository } from "../../../src/core/workspace/inspect-repository.ts";

export const COMMITTING = { environment: {}, sign: false };

/** A temporary folder that goes when the test ends. */
export const temporaryFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-workspace-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

/** Plain git for the test's own hand, with an identity. */
export const run = (cwd: string, ...args: string[]): string =>
  execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.com",
    },
  }).replace(/\n$/, "");

export const write = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
};

export const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");

/** Commits everything in a folder and returns the commit. */
export const commit = (
  folder: string,
  message: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string => {
  write(folder, files);
  run(folder, "add", "-A");
  run(folder, "commit", "-q", "--allow-empty", "-m", message);
  return run(folder, "rev-parse", "HEAD");
};

/** A repository on `main` with one commit. */
export const makeRepository = (
  files: Readonly<Record<string, string>> = { "a.txt": "a\n", "b.txt": "b\n" },
): string => {
  const root = join(temporaryFolder(), "repo");
  mkdirSync(root);
  run(root, "init", "-q", "-b", "main");
  run(root, "config", "user.name", "Ada");
  run(root, "config", "user.email", "ada@example.com");
  commit(root, "start", files);
  return root;
};

export const opened = async (root: string): Promise<Repository> => await openRepository(root);
