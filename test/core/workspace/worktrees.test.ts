import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { excludeOwnFolder } from "../../../src/core/workspace/exclude.ts";
import type { Repository } from "../../../src/core/workspace/inspect-repository.ts";
import { resolveWorktreeRoot } from "../../../src/core/workspace/worktree-root.ts";
import { createWorktrees, type Worktrees } from "../../../src/core/workspace/worktrees.ts";
import { commit, makeRepository, opened, read, run, temporaryFolder, write } from "./repository.ts";

const pool = async (
  files?: Readonly<Record<string, string>>,
): Promise<{
  root: string;
  base: string;
  repository: Repository;
  worktrees: Worktrees;
  again: () => Worktrees;
  folder: string;
}> => {
  const root = makeRepository(files);
  const repository = await opened(root);
  const folder = temporaryFolder();
  const again = () => createWorktrees(repository, { root: folder, keep: ["node_modules"], carried: ["_bmad/"] });
  return { root, repository, base: repository.headCommit, worktrees: again(), again, folder };
};

const ROUNDS = Number(process.env.STORYBOARD_TEST_ROUNDS ?? 4);

const branch = (key: string): string => `storyboard/r1/story/${key}`;

describe("the pool of worktrees", () => {
  test("a story gets a worktree on its own branch, and after a crash the same one with its uncommitted work", async () => {
    const { root, base, worktrees, again } = await pool();
    const first = await worktrees.prepare({ branch: branch("1-1"), base });
    expect(first.fresh).toBe(true);
    expect(run(first.path, "symbolic-ref", "HEAD")).toBe(`refs/heads/${branch("1-1")}`);
    expect(run(first.path, "status", "--porcelain")).toBe("");
    write(first.path, { "a.txt": "half done\n", "new.txt": "n\n" });
    const second = await again().prepare({ branch: branch("1-1"), base });
    expect(second).toEqual({ ...first, fresh: false });
    expect(read(second.path, "a.txt")).toBe("half done\n");
    expect(run(root, "status", "--porcelain")).toBe("");
  });

  test("a released worktree is reused, cleaned of everything but what is kept", async () => {
    const { base, worktrees } = await pool({ "a.txt": "a", ".gitignore": "node_modules\ndist\n" });
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    write(path, { "dist/out.js": "x", "web/node_modules/m/i.js": "m", "_bmad/agent.md": "carried", ".DS": "y" });
    commit(path, "feat(1-1): one", { "a.txt": "1-1" });
    expect(await worktrees.release(path)).toBeUndefined();
    const next = await worktrees.prepare({ branch: branch("1-2"), base });
    expect(next.path).toBe(path);
    expect(read(path, "a.txt")).toBe("a");
    expect(existsSync(join(path, "dist"))).toBe(false);
    expect(existsSync(join(path, "web/node_modules/m/i.js"))).toBe(true);
    expect(run(path, "status", "--porcelain")).toBe("");
  });

  test("uncommitted work is saved under a ref before its worktree is given away", async () => {
    const { root, base, worktrees } = await pool();
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    write(path, { "a.txt": "precious\n", "sub/new.txt": "also\n" });
    run(path, "add", "a.txt");
    const saved = await worktrees.release(path);
    expect(saved).toMatch(/^refs\/storyboard\/saved\/r1\/story\/1-1\//);
    expect(run(root, "show", `${saved}:a.txt`)).toBe("precious");
    expect(run(root, "show", `${saved}:sub/new.txt`)).toBe("also");
    const next = await worktrees.prepare({ branch: branch("1-2"), base });
    expect(next.path).toBe(path);
    expect(run(path, "status", "--porcelain")).toBe("");
  });

  test("commits on a detached HEAD are saved too, and a half-done rebase is forgotten", async () => {
    const { root, base, worktrees } = await pool();
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    commit(path, "mine", { "a.txt": "mine\n" });
    run(path, "checkout", "-q", "--detach", base);
    const astray = commit(path, "astray", { "a.txt": "astray\n" });
    expect(() => run(path, "rebase", "-q", branch("1-1"))).toThrow();
    const saved = await worktrees.release(path);
    expect(run(root, "merge-base", "--is-ancestor", astray, String(saved)) ?? "").toBeDefined();
    const next = await worktrees.prepare({ branch: branch("1-2"), base });
    expect(next.path).toBe(path);
    expect(run(path, "status")).not.toMatch(/rebase|merge/);
    expect(read(path, "a.txt")).toBe("a\n");
  });

  test("the branch of a failed attempt is continued where it was", async () => {
    const { base, worktrees } = await pool();
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    const made = commit(path, "feat(1-1): half", { "half.txt": "h" });
    await worktrees.release(path);
    const other = await worktrees.prepare({ branch: branch("1-2"), base });
    const back = await worktrees.prepare({ branch: branch("1-1"), base });
    expect(back.path).not.toBe(other.path);
    expect(run(back.path, "rev-parse", "HEAD")).toBe(made);
    expect(read(back.path, "half.txt")).toBe("h");
  });

  test("a claim that a crash cut off is used again, whatever it holds", async () => {
    const { base, worktrees, again, folder } = await pool();
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    writeFileSync(join(folder, "w1.busy"), "");
    write(path, { "junk.txt": "left\n" });
    writeFileSync(join(folder, "w2.busy"), "");
    const next = await again().prepare({ branch: branch("1-3"), base });
    expect(next.path).toBe(path);
    expect(run(path, "status", "--porcelain")).toBe("");
    expect((await again().list()).map((one) => one.branch)).toEqual([branch("1-3"), undefined]);
  });

  test("a worktree whose folder was deleted is made anew, and the user's own registrations stay", async () => {
    const { root, base, worktrees } = await pool();
    run(root, "worktree", "add", "-q", "-b", "users", "../users");
    rmSync(join(root, "../users"), { recursive: true });
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    rmSync(path, { recursive: true });
    const back = await worktrees.prepare({ branch: branch("1-1"), base });
    expect(read(back.path, "a.txt")).toBe("a\n");
    rmSync(back.path, { recursive: true });
    rmSync(`${back.path}.busy`);
    expect(read((await worktrees.prepare({ branch: branch("1-1"), base })).path, "a.txt")).toBe("a\n");
    expect(run(root, "worktree", "list")).toContain("[users]");
  });

  test("removing saves first and takes the worktree out of git's list", async () => {
    const { root, base, worktrees, folder } = await pool();
    const { path } = await worktrees.prepare({ branch: branch("1-1"), base });
    write(path, { "new.txt": "n" });
    const saved = await worktrees.remove(path);
    expect(run(root, "show", `${saved}:new.txt`)).toBe("n");
    expect(readdirSync(folder)).toEqual([]);
    expect(run(root, "worktree", "list").split("\n").length).toBe(1);
  });

  test("eight at once never fail while others use the repository", { timeout: 120_000 }, async () => {
    const { root, base, worktrees } = await pool();
    const stop = new AbortController();
    const exec = promisify(execFile);
    const noise = (async () => {
      while (!stop.signal.aborted) {
        await exec("git", ["status", "--porcelain"], { cwd: root });
        await exec("git", ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "n"], {
          cwd: root,
        });
        // It may itself meet a half-made entry, which git cannot help; only ours must not fail.
        await exec("git", ["worktree", "list"], { cwd: root }).catch(() => undefined);
      }
    })();
    const worker = async (name: number): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        const { path } = await worktrees.prepare({ branch: branch(`${name}-${round}`), base });
        expect(run(path, "symbolic-ref", "--short", "HEAD")).toBe(branch(`${name}-${round}`));
        if (round % 2 === 0) await worktrees.release(path);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => worker(i))).finally(() => stop.abort());
    await noise;
    const busy = (await worktrees.list()).flatMap((one) => one.branch ?? []);
    expect(new Set(busy).size).toBe(8 * Math.floor(ROUNDS / 2));
  });
});

describe("the root of the pool", () => {
  test("is in the state folder, also through a symlinked home", async () => {
    const repository = await opened(makeRepository());
    const home = temporaryFolder();
    mkdirSync(join(home, "real"));
    symlinkSync(join(home, "real"), join(home, "link"));
    const root = await resolveWorktreeRoot("auto", repository, { stateHome: undefined, home: join(home, "link") });
    expect(root.startsWith(join(home, "real/.local/state/storyboard/worktrees/"))).toBe(true);
  });

  test("is beside the repository when the state folder cannot be used or lies inside it", async () => {
    const repository = await opened(makeRepository());
    writeFileSync(join(repository.root, "../file"), "");
    for (const home of [join(repository.root, "../file"), repository.root]) {
      const root = await resolveWorktreeRoot("auto", repository, { stateHome: undefined, home });
      expect(root.startsWith(join(repository.root, "../.storyboard-worktrees/"))).toBe(true);
    }
  });
});

test("storyboard's own folder is kept out of git, and that is written down once", async () => {
  const root = makeRepository({ "pro ject/a.txt": "a" });
  const repository = await opened(join(root, "pro ject"));
  await excludeOwnFolder(repository);
  await excludeOwnFolder(repository);
  write(root, { "pro ject/.storyboard/lock": "x" });
  expect(run(root, "status", "--porcelain")).toBe("");
  const excluded = read(root, ".git/info/exclude").split("\n");
  expect(excluded.filter((line) => line.includes("storyboard"))).toEqual([
    "/pro\\ ject/.storyboard/",
    ".*.storyboard-tmp",
  ]);
});
