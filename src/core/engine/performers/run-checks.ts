import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CheckRun } from "../../evidence/criteria-judgement.ts";
import type { CriterionCheck } from "../../evidence/criteria-plan.ts";
import type { GateOutcome } from "../../evidence/evidence.ts";
import { gateKey } from "../../evidence/gate-key.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { writeAtomically } from "../../files/write-atomically.ts";
import { putBack, resetTo, type Snapshot, showTree, takeSnapshot } from "../../workspace/restore-worktree.ts";
import { CACHE_VERSION } from "./run-gate.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Longest file in which it is kept how a worktree stood, in bytes. */
const SNAPSHOT_BYTES_MAX = 4_096;

/** A working copy in which nobody works. */
export interface CheckedCopy {
  /** Top of the working copy. */
  readonly path: string;
  readonly projectPath: string;
}

/** What checks are run on. */
export interface CheckedTree {
  readonly tree: string;
  /** What else their results are kept for: names of what git ignores there. Unset where that is not told apart. */
  readonly beside?: readonly string[];
}

/** What a check's result depends on; the lockfiles are in the tree. */
const keyOf = ({ line, cwd }: CriterionCheck, { tree, beside }: CheckedTree): string => {
  const salt = [`criterion ${CACHE_VERSION}`, ...(beside === undefined ? [] : ["beside", ...beside])].join("\0");
  return gateKey({ tree, command: line, cwd, lockfiles: {}, salt });
};

/** What is known already of checks on a tree, without running any. */
export const recallChecks = async (
  world: World,
  checks: readonly CriterionCheck[],
  tree: CheckedTree,
): Promise<Map<CriterionCheck, CheckRun>> => {
  const known = new Map<CriterionCheck, CheckRun>();
  for (const check of checks) {
    const outcome = await world.gates.recall({ name: "criterion", key: keyOf(check, tree) });
    if (outcome !== undefined) known.set(check, runOf(outcome));
  }
  return known;
};

/**
 * Runs checks on a working copy whose files are the git tree `tree`, as gates are run: in the same slots and environment,
 * cached, each at most as long as a gate may take; when that time is over in all, no further one is begun. The working copy
 * is put back after each, to how it stands now or to `before`; ignored files are left alone.
 * Rejects for the signal alone: what else goes wrong is `unknown`.
 */
export const runChecks = async (
  world: World,
  checks: readonly CriterionCheck[],
  copy: CheckedCopy & CheckedTree & { readonly before?: Snapshot },
  signal: AbortSignal,
): Promise<Map<CriterionCheck, CheckRun>> => {
  const runs = new Map<CriterionCheck, CheckRun>();
  if (checks.length === 0) return runs;
  const { minutes } = world.run.config.gates;
  const until = world.now() + minutes * MINUTE_MS;
  const before = copy.before ?? (await takeSnapshot(copy.path));
  for (const check of checks) {
    if (world.now() >= until) {
      runs.set(check, { end: "left", why: `timeout: the checks before it took longer than ${minutes} minutes` });
      continue;
    }
    const request = {
      name: "criterion",
      key: keyOf(check, copy),
      run: check.line,
      cwd: join(copy.projectPath, check.cwd),
      timeoutMs: check.timeoutMs ?? minutes * MINUTE_MS,
    };
    const outcome = await world.gates.request(request, signal).catch((error: unknown) => faultOf(error, signal));
    runs.set(check, "end" in outcome ? outcome : runOf(outcome));
    await putBack(copy.path, before);
  }
  return runs;
};

const runOf = ({ ok, cut, tail }: GateOutcome): CheckRun => {
  if (cut !== undefined) return { end: "cut", why: cut.startsWith("it took longer") ? `timeout: ${cut}` : cut };
  return ok ? { end: "passes" } : { end: "fails", tail };
};

/** A stop is everybody's; any other trouble is this check's alone. */
export const faultOf = (error: unknown, signal: AbortSignal): CheckRun => {
  signal.throwIfAborted();
  return { end: "unknown", why: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
};

/** Where it is kept how a story's worktree stood before its checks: a lead that goes away cannot put it back. */
const beforeChecks = (world: World, story: string): string =>
  join(world.runDirectory, "jobs", `checks.${story}.before.json`);

/**
 * Has checks run in a story's own worktree, so that a later lead can put back what they changed; it is put back to how it
 * stood before.
 */
const inWorktreeOf = async <T>(
  world: World,
  story: string,
  path: string,
  use: (before: Snapshot) => Promise<T>,
): Promise<T> => {
  const file = beforeChecks(world, story);
  await mkdir(dirname(file), { recursive: true });
  const before = await takeSnapshot(path);
  await writeAtomically(file, Buffer.from(JSON.stringify(before)));
  try {
    const result = await use(before);
    await putBack(path, before);
    await rm(file, { force: true });
    return result;
  } catch (error) {
    // One that is just being stopped may write still: whoever comes next puts back the rest.
    await putBack(path, before);
    throw error;
  }
};

/** Runs checks on a story's own worktree as it stands. */
export const runChecksOfStory = async (
  world: World,
  story: string,
  checks: readonly CriterionCheck[],
  copy: CheckedCopy,
  signal: AbortSignal,
): Promise<Map<CriterionCheck, CheckRun>> =>
  checks.length === 0
    ? new Map()
    : inWorktreeOf(world, story, copy.path, (before) =>
        runChecks(world, checks, { ...copy, tree: before.tree, before }, signal),
      );

/**
 * Runs checks on the files of another tree in a story's own worktree: with what git ignores there, dependencies that the
 * agent has installed above all. Where these were missing every check would fail, and seem to prove something.
 */
export const runChecksBeside = (
  world: World,
  story: string,
  checks: readonly CriterionCheck[],
  copy: CheckedCopy & CheckedTree,
  signal: AbortSignal,
): Promise<Map<CriterionCheck, CheckRun>> =>
  inWorktreeOf(world, story, copy.path, async () =>
    runChecks(world, checks, { ...copy, before: await showTree(copy.path, copy.tree) }, signal),
  );

/** Undoes what checks left in a story's worktree that a lead did not see the end of; what it was is saved under a ref. */
export const undoLeftChecks = async (world: World, story: string, path: string): Promise<void> => {
  const file = beforeChecks(world, story);
  if (!existsSync(file)) return;
  const before = snapshotIn((await readPlainFile(file, SNAPSHOT_BYTES_MAX))?.bytes);
  // An agent has worked on since: its commits are not to be lost.
  if (before !== undefined && (await takeSnapshot(path)).head === before.head) await resetTo(path, before);
  await rm(file, { recursive: true, force: true });
};

/** A snapshot as it was written down; undefined where that is none: there is nothing to be put back by it. */
const snapshotIn = (bytes: Buffer | undefined): Snapshot | undefined => {
  try {
    const { head, branch, tree } = JSON.parse(bytes?.toString("utf8") ?? "null") as Partial<Snapshot>;
    const isBranch = branch === undefined || typeof branch === "string";
    return isId(head) && isId(tree) && isBranch ? { head, branch, tree } : undefined;
  } catch {
    return undefined;
  }
};

/** An agent can reach the file, and git takes what stands there for its options. */
const isId = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value);
