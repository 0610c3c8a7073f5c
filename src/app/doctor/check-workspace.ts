import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { PinnedGate } from "../../core/engine/run-file.ts";
import type { Config } from "../../core/model/config.ts";
import { UserError } from "../../core/model/user-error.ts";
import { detectSetup } from "../../core/workspace/detect-setup.ts";
import type { Repository } from "../../core/workspace/inspect-repository.ts";
import { pinGates } from "../lead/pin-gates.ts";
import { examine, type Finding } from "./finding.ts";

/** With less than that, a run of some hours may fill the disk; in bytes. */
const ROOMY_BYTES = 2 * 1024 ** 3;
/** With less than that a run could not keep its journal and its transcripts. */
const NEEDED_BYTES = 100 * 1024 ** 2;

/** The gates that storyboard would run, and from where they are known. None of them is run. */
export const checkGates = async (
  project: string,
  config: Config,
): Promise<{ readonly gates: readonly PinnedGate[]; readonly findings: readonly Finding[] }> => {
  const place = { area: "gates", subject: "commands" } as const;
  if (config.evidence.profile === "none" && !config.batch_mode) {
    return { gates: [], findings: [{ ...place, state: "ok", text: "none are run: evidence.profile is none" }] };
  }
  const { found: gates, problems } = await examine(place, () => pinGates(project, config));
  if (gates === undefined) return { gates: [], findings: problems };
  if (gates.length > 0) {
    const findings = gates.map((gate): Finding => {
      const where = gate.cwd === "" ? "" : ` in ${gate.cwd}`;
      return { area: "gates", subject: gate.name, state: "ok", text: `${gate.run}${where} (${gate.foundIn})` };
    });
    return { gates, findings };
  }
  const text = "none were found or configured: no test is run before a story is held to be done";
  const remedy = "Name them in storyboard.yaml: gates: { commands: { test: npm test } }";
  return { gates, findings: [{ ...place, state: "note", text, remedy }] };
};

/** What makes a worktree ready. `backlogPaths` are files of the backlog, relative to the project. */
export const checkSetup = async (
  repository: Repository,
  config: Config,
  backlogPaths: readonly string[],
): Promise<readonly Finding[]> => {
  if (config.isolation !== "worktree") return [];
  const { clone, copy, carried, setup, dependencies } = await detectSetup(repository, config.worktree, backlogPaths);
  const parts = [
    ["runs", setup ?? ""],
    ["clones", clone.join(", ")],
    ["copies", copy.join(", ")],
    ["carries", carried.join(", ")],
  ] as const;
  const found = parts
    .filter(([, text]) => text !== "")
    .map(([subject, text]): Finding => ({ area: "set-up", subject, state: "ok", text }));
  if (found.length > 0 || dependencies.length > 0) return found;
  return [{ area: "set-up", subject: "worktrees", state: "ok", text: "need nothing but what is committed" }];
};

/** Where worktrees would be made, and the room there. Makes no folder. */
export const checkWorktrees = async (repository: Repository, config: Config): Promise<readonly Finding[]> => {
  const { root } = config.worktree;
  const isWorktree = config.isolation === "worktree";
  const place = { area: "worktrees", subject: "root" } as const;
  // `auto` stays on the file system of the repository.
  const wanted = isWorktree && root !== "auto" ? resolve(repository.project, root) : repository.root;
  const { found: folder, problems } = await examine(place, () => usableFolder(wanted));
  if (folder === undefined) return problems;
  const words = !isWorktree
    ? "none: isolation is shared, so agents work in your own copy"
    : root === "auto"
      ? "outside of the project where that is possible, on the repository's file system"
      : wanted;
  return [{ ...place, state: "ok", text: words }, await room(folder)];
};

/** The folder, or the nearest one above it that is there. Throws a UserError where nothing can be made in it. */
const usableFolder = async (wanted: string): Promise<string> => {
  let folder = wanted;
  while (!(await exists(folder)) && dirname(folder) !== folder) folder = dirname(folder);
  const isFolder = (await stat(folder)).isDirectory();
  const why = isFolder ? await refusal(folder) : "it is no folder";
  if (why === undefined) return folder;
  throw new UserError(`${wanted} cannot be used for worktrees: ${why}.`, [
    "Set worktree.root to a folder that you may write to, or to auto.",
  ]);
};

const refusal = (folder: string): Promise<string | undefined> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: Error) => error.message,
  );

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const room = async (folder: string): Promise<Finding> => {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const place = { area: "worktrees", subject: "disk" } as const;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free >= ROOMY_BYTES) return { ...place, state: "ok", text };
  const remedy = "Make room, or set worktree.root to another disk: each story gets a working copy of its own.";
  return { ...place, state: free < NEEDED_BYTES ? "problem" : "note", text, remedy };
};
