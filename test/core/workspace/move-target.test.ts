import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Repository } from "../../../src/core/workspace/inspect-repository.ts";
import {
  findCutOffMove,
  type MoveRequest,
  type MoveStep,
  moveTarget,
} from "../../../src/core/workspace/move-target.ts";
import { type MoveJob, mergeOwned } from "./move-job.ts";
import { commit, makeRepository, opened, read, run, temporaryFolder, write } from "./repository.ts";

const SPRINT = "docs/sprint.yaml";

interface Ground {
  readonly root: string;
  readonly repository: Repository;
  readonly from: string;
  readonly to: string;
  readonly request: (more?: Partial<MoveRequest>) => MoveRequest;
}

/** `main` at `from`, and a commit `to` that changes, adds, removes and links files. `many` adds more of each. */
const ground = async (many = 0): Promise<Ground> => {
  const files: Record<string, string> = {
    "a.txt": "a\n",
    "gone.txt": "g\n",
    "mine.txt": "m\n",
    "staged.txt": "s\n",
    [SPRINT]: "s: ready\n",
  };
  for (let i = 0; i < many; i++) files[`many/f${i}.txt`] = `${i}\n`.repeat(50);
  const root = makeRepository(files);
  const from = run(root, "rev-parse", "HEAD");
  rmSync(join(root, "gone.txt"));
  symlinkSync("a.txt", join(root, "link"));
  for (let i = 0; i < many; i++) {
    if (i % 5 === 0) unlinkSync(join(root, `many/f${i}.txt`));
    else write(root, { [`many/f${i}.txt`]: `new ${i}\n`.repeat(2000), [`many/n${i}.txt`]: "n\n".repeat(2000) });
  }
  const to = commit(root, "feat(1-1): landed", { "a.txt": "A\n", "new/n.txt": "n\n", [SPRINT]: "s: done\n" });
  run(root, "branch", "integration");
  run(root, "reset", "-q", "--hard", from);
  const repository = await opened(root);
  const request = (more: Partial<MoveRequest> = {}): MoveRequest => ({
    repository,
    branch: "main",
    from,
    to,
    ownedPaths: [SPRINT],
    resolveOwned: mergeOwned,
    resumed: false,
    waitMs: 2_000,
    ...more,
  });
  return { root, repository, from, to, request };
};

/** The user's own work: an edit, a staged edit, an untracked file, and a comment in an owned file. */
const edit = (root: string): void => {
  write(root, {
    "mine.txt": "my edit\n",
    "staged.txt": "my staged edit\n",
    "untracked.txt": "u\n",
    [SPRINT]: "# my note\ns: ready\n",
  });
  run(root, "add", "staged.txt");
};

const expectMoved = (root: string, to: string): void => {
  expect(run(root, "rev-parse", "main")).toBe(to);
  expect(run(root, "status", "--porcelain", "-uall").split("\n").sort()).toEqual(
    [` M ${SPRINT}`, " M mine.txt", "?? untracked.txt", "M  staged.txt"].sort(),
  );
  expect(read(root, "mine.txt")).toBe("my edit\n");
  expect(read(root, "staged.txt")).toBe("my staged edit\n");
  expect(read(root, SPRINT)).toBe("# my note\ns: done\n");
  expect(read(root, "a.txt")).toBe("A\n");
  expect(readdirSync(join(root, ".git")).filter((entry) => /lock|storyboard/.test(entry))).toEqual([]);
};

describe("moving the target branch", () => {
  test("a clean working copy moves along and is clean again", async () => {
    const { root, to, request } = await ground();
    expect(await moveTarget(request())).toEqual({ kind: "moved" });
    expect(run(root, "status", "--porcelain")).toBe("");
    expect(run(root, "rev-parse", "main")).toBe(to);
    expect(existsSync(join(root, "gone.txt"))).toBe(false);
    expect(await moveTarget(request())).toEqual({ kind: "moved" });
  });

  test("edits, staged edits, untracked files and notes in owned files stay as they are", async () => {
    const { root, to, request } = await ground();
    edit(root);
    expect(await moveTarget(request())).toEqual({ kind: "moved" });
    expectMoved(root, to);
  });

  test.each<[string, (root: string) => void, string]>([
    ["an edited file", (root) => write(root, { "a.txt": "my edit\n" }), "a.txt"],
    ["an untracked file", (root) => write(root, { "new/n.txt": "my own\n" }), "new/n.txt"],
    [
      "an ignored file",
      (root) => write(root, { "new/n.txt": "my own\n", ".git/info/exclude": "new/n.txt\n" }),
      "new/n.txt",
    ],
    ["a file in place of a folder", (root) => write(root, { new: "my own\n" }), "new"],
  ])("%s in the way stops all of it, by name, with nothing changed", async (_, prepare, path) => {
    const { root, from, request } = await ground();
    edit(root);
    prepare(root);
    const before = run(root, "status", "--porcelain", "-uall", "--ignored");
    for (const resumed of [false, true]) {
      expect(await moveTarget(request({ resumed }))).toEqual({ kind: "in-the-way", paths: [path] });
      expect(run(root, "status", "--porcelain", "-uall", "--ignored")).toBe(before);
      expect(run(root, "rev-parse", "main")).toBe(from);
      expect(read(root, SPRINT)).toBe("# my note\ns: ready\n");
    }
  });

  test("a file that was only touched is not in the way", async () => {
    const { root, request } = await ground();
    write(root, { "a.txt": "a\n" });
    expect(await moveTarget(request())).toEqual({ kind: "moved" });
  });

  test("that git could not finish, as on a full disk, is not told as the user's doing, and can be done again", async () => {
    const { root, to, from, repository, request } = await ground();
    edit(root);
    write(root, { ".git/info/attributes": "new/n.txt filter=broken\n" });
    run(root, "config", "filter.broken.smudge", "false");
    run(root, "config", "filter.broken.required", "true");
    await expect(moveTarget(request())).rejects.toThrow("broken");
    expect(await findCutOffMove(repository)).toEqual({ from, to });
    // What a full disk leaves of a file that was being written.
    write(root, { "a.txt": "" });
    run(root, "config", "--remove-section", "filter.broken");
    expect(await moveTarget(request({ resumed: true }))).toEqual({ kind: "moved" });
    expectMoved(root, to);
  });

  test("a commit of the user is found out, and nothing moves", async () => {
    const { root, request } = await ground();
    const at = commit(root, "the user's", { "u.txt": "u" });
    expect(await moveTarget(request())).toEqual({ kind: "diverged", at });
  });

  test("a commit of the user is not taken off the branch, though a resumed lead knows of it", async () => {
    const { root, request } = await ground();
    const at = commit(root, "the user's", { "u.txt": "u" });
    expect(await moveTarget(request({ from: at, resumed: true }))).toEqual({ kind: "diverged", at });
    expect(run(root, "rev-parse", "main")).toBe(at);
    expect(read(root, "u.txt")).toBe("u");
  });

  test("with another branch checked out only the branch moves", async () => {
    const { root, to, request } = await ground();
    run(root, "checkout", "-q", "-b", "users");
    edit(root);
    const before = run(root, "status", "--porcelain");
    expect(await moveTarget(request())).toEqual({ kind: "elsewhere" });
    expect(run(root, "rev-parse", "main")).toBe(to);
    expect(run(root, "status", "--porcelain")).toBe(before);
    const path = join(root, "../second");
    run(root, "update-ref", "refs/heads/main", request().from);
    run(root, "worktree", "add", "-q", path, "main");
    expect(await moveTarget(request())).toEqual({ kind: "checked-out-elsewhere", path });
  });

  test("the user's own git is waited for, and its lock is never removed", async () => {
    const { root, request } = await ground();
    const lock = join(root, ".git/index.lock");
    writeFileSync(lock, "");
    expect(await moveTarget(request({ waitMs: 100, resumed: true }))).toEqual({ kind: "in-the-way", paths: [lock] });
    expect(existsSync(lock)).toBe(true);
    const moving = moveTarget(request());
    rmSync(lock);
    expect(await moving).toEqual({ kind: "moved" });
  });
});

const runChild = async (job: MoveJob, killAfterMs?: number): Promise<void> => {
  const path = join(temporaryFolder(), "job.json");
  writeFileSync(path, JSON.stringify(job));
  const child = spawn(process.execPath, [join(import.meta.dirname, "move-child.ts"), path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  if (killAfterMs !== undefined) child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), killAfterMs));
  await ended;
};

const toJob = (request: MoveRequest): MoveJob["request"] => {
  const { resolveOwned: _, onStep: __, ...plain } = request;
  return plain;
};

describe("a lead that is killed while it moves the target", () => {
  const STEPS: readonly MoveStep[] = [
    "locked",
    "index-prepared",
    "files-moved",
    "owned-written",
    "index-moved",
    "moved",
  ];

  test.each(STEPS)("at step %s: doing it again ends as if nothing had happened", async (killAt) => {
    const { root, to, request } = await ground();
    edit(root);
    await runChild({ request: toJob(request()), killAt });
    expect(existsSync(join(root, ".git/index.lock"))).toBe(true);
    expect(await moveTarget(request({ resumed: true }))).toEqual({ kind: "moved" });
    expectMoved(root, to);
  });

  test("while git itself was writing: missing and torn files are written again, later edits are kept", async () => {
    const { root, to, request } = await ground();
    edit(root);
    await runChild({ request: toJob(request()), killAt: "files-moved" });
    rmSync(join(root, "new/n.txt"));
    write(root, { "a.txt": "" });
    expect(await moveTarget(request({ resumed: true }))).toEqual({ kind: "moved" });
    expectMoved(root, to);
    expect(read(root, "new/n.txt")).toBe("n\n");
  });

  test("an edit that the user made after the crash is in the way, and stays", async () => {
    const { root, request } = await ground();
    await runChild({ request: toJob(request()), killAt: "files-moved" });
    write(root, { "a.txt": "edited after the crash\n" });
    expect(await moveTarget(request({ resumed: true }))).toEqual({ kind: "in-the-way", paths: ["a.txt"] });
    expect(read(root, "a.txt")).toBe("edited after the crash\n");
    write(root, { "a.txt": "a\n" });
    expect(await moveTarget(request({ resumed: true }))).toEqual({ kind: "moved" });
    expect(run(root, "status", "--porcelain")).toBe("");
  });

  test("at any moment, with git going on alone", { timeout: 60_000 }, async () => {
    for (const killAfterMs of [15, 40]) {
      const { root, to, request } = await ground(40);
      edit(root);
      await runChild({ request: toJob(request()) }, killAfterMs);
      expect(await moveTarget(request({ resumed: true, waitMs: 20_000 }))).toEqual({ kind: "moved" });
      expectMoved(root, to);
    }
  });
});
