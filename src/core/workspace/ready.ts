import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { cp, lstat, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { LOCKFILE_BYTES_MAX, readLinkedFile } from "../files/read-plain-file.ts";
import type { Dependencies, Setup } from "./detect-setup.ts";
import { gitDirectoryOf } from "./git-directory.ts";
import type { Repository } from "./inspect-repository.ts";
import { mirror } from "./mirror-files.ts";

export interface Readiness {
  /** Shell line that the caller must run in the worktree's project folder, then `markSetUp`; undefined when ready. */
  readonly setup: string | undefined;
}

/**
 * Puts into a worktree what git does not: carried-in files, copied ones, cloned dependencies. Dependencies that were kept
 * from the story before stay when they still fit the lockfile. Harmless to repeat.
 */
export const makeReady = async (repository: Repository, worktree: string, setup: Setup): Promise<Readiness> => {
  const { leftOut } = setup;
  for (const path of [...setup.carried, ...setup.copy]) {
    const source = join(repository.root, path).replace(/\/$/, "");
    await mirror(source, join(worktree, path), leftOut && join(repository.root, leftOut));
  }
  const isDependency = new Set(setup.dependencies.map((one) => one.installed));
  for (const path of setup.clone) if (!isDependency.has(path)) await cloneMissing(repository, worktree, path);
  const known = await readStamps(worktree);
  const missing = await bringDependencies(repository, worktree, setup, known);
  const isConfigured = setup.dependencies.length === 0 && setup.setup !== undefined && known[SETUP] !== setup.setup;
  if (missing.length === 0) await writeStamps(worktree, setup, known[SETUP]);
  return { setup: missing.length > 0 || isConfigured ? setup.setup : undefined };
};

/** Clones what can be cloned; returns the dependencies that only the set-up command can bring. */
const bringDependencies = async (
  repository: Repository,
  worktree: string,
  setup: Setup,
  known: Readonly<Record<string, string>>,
): Promise<Dependencies[]> => {
  const missing: Dependencies[] = [];
  for (const one of setup.dependencies) {
    const stamp = await stampOf(worktree, one);
    if (stamp !== undefined && known[one.installed] === stamp) continue;
    if (!one.isCloned || !(await cloneDependencies(repository, worktree, one))) missing.push(one);
  }
  return missing;
};

/** Remembers that the worktree's dependencies fit its lockfiles now. The caller says so when the set-up command succeeded. */
export const markSetUp = (worktree: string, setup: Setup): Promise<void> => writeStamps(worktree, setup, setup.setup);

const writeStamps = async (worktree: string, setup: Setup, ran: string | undefined): Promise<void> => {
  const stamps: Record<string, string> = ran === undefined ? {} : { [SETUP]: ran };
  for (const one of setup.dependencies) {
    const stamp = await stampOf(worktree, one);
    if (stamp !== undefined) stamps[one.installed] = stamp;
  }
  await writeFile(await stampFile(worktree), JSON.stringify(stamps));
};

/** Key of the stamps for a configured set-up command that no lockfile belongs to. */
const SETUP = "";
/** What package managers rewrite with every installation, so that an agent's own `npm install` shows. */
const INSTALL_MARKS = [".package-lock.json", ".modules.yaml", ".yarn-integrity", ".yarn-state.yml"];

const stampsSchema = z.record(z.string(), z.string());

const stampFile = async (worktree: string): Promise<string> =>
  join(await gitDirectoryOf(worktree), "storyboard-ready.json");

const readStamps = async (worktree: string): Promise<Readonly<Record<string, string>>> => {
  const content = await readFile(await stampFile(worktree), "utf8").catch(() => "{}");
  try {
    return stampsSchema.parse(JSON.parse(content));
  } catch {
    return {};
  }
};

/** What is installed, told by its lockfile and the time of the installation; undefined when nothing is. */
const stampOf = async (worktree: string, one: Dependencies): Promise<string | undefined> => {
  const installed = join(worktree, one.installed);
  const lockfile = await lockfileIn(worktree, one);
  const isThere = await lstat(installed).catch(() => undefined);
  if (lockfile === undefined || isThere === undefined) return undefined;
  const times = await Promise.all(
    INSTALL_MARKS.map((mark) =>
      stat(join(installed, mark)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return `${createHash("sha256").update(lockfile).digest("hex")} ${times.join(" ")}`;
};

/** An agent works in the worktree: what it left in the lockfile's place may be anything. */
const lockfileIn = async (folder: string, { lockfile }: Dependencies): Promise<Buffer | undefined> =>
  (await readLinkedFile(join(folder, lockfile), LOCKFILE_BYTES_MAX))?.bytes;

/** Clones the user's installed dependencies when they belong to the worktree's lockfile; false when they do not. */
const cloneDependencies = async (repository: Repository, worktree: string, one: Dependencies): Promise<boolean> => {
  const [users, own] = await Promise.all([repository.root, worktree].map((folder) => lockfileIn(folder, one)));
  if (users === undefined || own === undefined || !users.equals(own)) return false;
  await rm(join(worktree, one.installed), { recursive: true, force: true });
  return await cloneMissing(repository, worktree, one.installed);
};

const cloneMissing = async (repository: Repository, worktree: string, path: string): Promise<boolean> => {
  const source = join(repository.root, path);
  const target = join(worktree, path);
  if ((await lstat(source).catch(() => undefined)) === undefined) return false;
  if ((await lstat(target).catch(() => undefined)) !== undefined) return true;
  await mkdir(dirname(target), { recursive: true });
  await cp(source, target, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  });
  return true;
};
