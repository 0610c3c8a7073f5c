import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkCommitting, probeHooks } from "../../../src/core/workspace/check-committing.ts";
import { openRepository } from "../../../src/core/workspace/inspect-repository.ts";
import { commit, makeRepository, run, temporaryFolder, write } from "./repository.ts";

describe("opening a repository", () => {
  test("a project in a subfolder knows its root, prefix, branch and commit", async () => {
    const root = makeRepository({ "apps/web/x.txt": "x" });
    const repository = await openRepository(join(root, "apps/web"));
    expect(repository).toMatchObject({
      root,
      prefix: "apps/web/",
      headBranch: "main",
      headCommit: run(root, "rev-parse", "HEAD"),
      commonDirectory: join(root, ".git"),
      gitDirectory: join(root, ".git"),
      objectFormat: "sha1",
    });
    expect(repository.gitVersion[0]).toBeGreaterThanOrEqual(2);
  });

  test("a worktree of the user shares the git folder and has its own", async () => {
    const root = makeRepository();
    run(root, "worktree", "add", "-q", "-b", "side", "../side");
    const repository = await openRepository(join(root, "../side"));
    expect(repository).toMatchObject({
      commonDirectory: join(root, ".git"),
      gitDirectory: join(root, ".git/worktrees/side"),
    });
  });

  test.each<[string, (root: string) => string | undefined, RegExp]>([
    ["no repository", () => temporaryFolder(), /not in a git repository/],
    [
      "no commit",
      () => {
        const root = temporaryFolder();
        run(root, "init", "-q");
        return root;
      },
      /no commit yet/,
    ],
    ["a detached HEAD", (root) => void run(root, "checkout", "-q", "--detach"), /no branch checked out/],
    [
      "a bare repository",
      () => {
        const root = temporaryFolder();
        run(root, "init", "-q", "--bare");
        return root;
      },
      /bare repository/,
    ],
    ["a rebase under way", (root) => mkdirSync(join(root, ".git/rebase-merge")) as undefined, /rebase is in progress/],
    ["a branch called storyboard", (root) => void run(root, "branch", "storyboard"), /branch called storyboard makes/],
    [
      "a branch named like the run",
      (root) => void run(root, "branch", "storyboard/r1"),
      /branch called storyboard\/r1/,
    ],
  ])("%s is refused with what to do", async (_, prepare, message) => {
    const root = makeRepository();
    const folder = prepare(root) ?? root;
    const error = await openRepository(folder, "r1").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "UserError", exitStatus: 2 });
    expect((error as Error).message).toMatch(message);
    expect((error as { nextSteps: string[] }).nextSteps.length).toBeGreaterThan(0);
  });

  test("unmerged files are refused by name", async () => {
    const root = makeRepository();
    run(root, "checkout", "-q", "-b", "x");
    commit(root, "x", { "a.txt": "x\n" });
    run(root, "checkout", "-q", "main");
    commit(root, "y", { "a.txt": "y\n" });
    write(root, { "a.txt": "stashed\n" });
    run(root, "stash", "-q");
    commit(root, "z", { "a.txt": "z\n" });
    expect(() => run(root, "stash", "pop", "-q")).toThrow();
    await expect(openRepository(root)).rejects.toThrow(/unmerged files \(a\.txt\)/);
  });

  test("the ambient GIT_DIR of a hook does not lead to another repository", async () => {
    const root = makeRepository();
    process.env.GIT_DIR = join(makeRepository(), ".git");
    try {
      expect((await openRepository(root)).root).toBe(root);
    } finally {
      delete process.env.GIT_DIR;
    }
  });
});

describe("checking that commits work unattended", () => {
  test("a signing key that cannot sign is noted, and nothing is signed, agents' commits included", async () => {
    const root = makeRepository();
    run(root, "config", "commit.gpgsign", "true");
    run(root, "config", "gpg.program", "false");
    const check = await checkCommitting(await openRepository(root));
    expect(check.committing.sign).toBe(false);
    expect(check.agentEnvironment).toMatchObject({ GIT_CONFIG_KEY_0: "commit.gpgsign", GIT_CONFIG_VALUE_0: "false" });
    expect(check.findings.map(({ level }) => level)).toEqual(["note"]);
  });

  test("a failing hook refuses the start, a good one is only named; the probe leaves no commit", async () => {
    const root = makeRepository();
    write(root, { ".git/hooks/pre-commit": "#!/bin/sh\necho lint is red >&2\nexit 1\n" });
    chmodSync(join(root, ".git/hooks/pre-commit"), 0o755);
    const repository = await openRepository(root);
    const check = await checkCommitting(repository);
    expect(check.hooks).toEqual(["pre-commit"]);
    const finding = await probeHooks(root, check.agentEnvironment);
    expect(finding).toMatchObject({ level: "refuse" });
    expect(finding?.message).toMatch(/lint is red/);
    write(root, { ".git/hooks/pre-commit": "#!/bin/sh\nexit 0\n" });
    expect(await probeHooks(root, check.agentEnvironment)).toBeUndefined();
    expect(run(root, "rev-parse", "HEAD")).toBe(repository.headCommit);
  });
});
