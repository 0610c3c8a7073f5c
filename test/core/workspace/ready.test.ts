import { execFileSync } from "node:child_process";
import { existsSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectSetup } from "../../../src/core/workspace/detect-setup.ts";
import { makeReady, markSetUp } from "../../../src/core/workspace/ready.ts";
import { createWorktrees } from "../../../src/core/workspace/worktrees.ts";
import { commit, makeRepository, opened, read, run, temporaryFolder, write } from "./repository.ts";

const AUTO = { setup: "auto", clone: "auto", copy: "auto" } as const;

const project = () => {
  const root = makeRepository({
    ".gitignore": "node_modules\n.env\n_bmad\n.venv\n",
    "package-lock.json": "{1}",
    "py/uv.lock": "u",
    ".claude/settings.json": "{}",
    "docs/guide.md": "g",
  });
  write(root, {
    ".env": "SECRET=1",
    ".env.local": "not ignored",
    "_bmad/core/agent.md": "agent",
    ".claude/settings.local.json": "local",
    ".claude/worktrees/w/x.txt": "another tool's",
    "docs/sprint/sprint-status.yaml": "s: 1",
    "docs/sprint/1-1.md": "story",
    "node_modules/.package-lock.json": "{}",
    "node_modules/m/index.js": "m",
    "py/.venv/bin/python": "p",
    "src/untracked.ts": "the user's own work",
  });
  return root;
};

test("carried, copied and cloned files and the set-up command are found", async () => {
  const repository = await opened(project());
  const setup = await detectSetup(repository, AUTO, [
    "docs/sprint/sprint-status.yaml",
    "docs/sprint/1-1.md",
    "../evil/x.md",
  ]);
  expect({ ...setup, carried: [...setup.carried].sort() }).toEqual({
    clone: ["node_modules"],
    copy: [".env"],
    carried: [".claude/settings.local.json", "_bmad/", "docs/sprint/"],
    setup: "npm ci && (cd ./py && uv sync)",
    dependencies: [
      { lockfile: "package-lock.json", installed: "node_modules", isCloned: true },
      { lockfile: "py/uv.lock", installed: "py/.venv", isCloned: false },
    ],
  });
});

test("a project in a subfolder, with its sprint file beside the sources, carries that file and not the project", async () => {
  const root = makeRepository({ "app/package-lock.json": "{}", "app/src.ts": "x", ".gitignore": "node_modules\n" });
  write(root, {
    "app/node_modules/m.js": "m",
    "app/sprint-status.yaml": "s",
    "app/private.txt": "p",
    "app/_bmad/a.md": "a",
  });
  const setup = await detectSetup(await opened(join(root, "app")), AUTO, ["sprint-status.yaml"]);
  expect([...setup.carried].sort()).toEqual(["app/_bmad/", "app/sprint-status.yaml"]);
  expect(setup).toMatchObject({ clone: ["app/node_modules"], setup: "npm ci" });
});

test("a worktree is made ready once, again when dependencies changed, and carried files follow the user's", async () => {
  const root = project();
  rmSync(join(root, "py/.venv"), { recursive: true });
  const repository = await opened(root);
  const setup = await detectSetup(repository, AUTO, ["docs/sprint/sprint-status.yaml"]);
  const worktrees = createWorktrees(repository, {
    root: temporaryFolder(),
    keep: ["node_modules"],
    carried: setup.carried,
  });
  const { path } = await worktrees.prepare({ branch: "storyboard/r1/story/1-1", base: repository.headCommit });
  expect(await makeReady(repository, path, setup)).toEqual({ setup: undefined });
  expect(read(path, "node_modules/m/index.js")).toBe("m");
  expect(read(path, ".env")).toBe("SECRET=1");
  expect(read(path, "_bmad/core/agent.md")).toBe("agent");
  expect(existsSync(join(path, "src/untracked.ts"))).toBe(false);
  expect(existsSync(join(path, ".claude/worktrees"))).toBe(false);
  expect(await worktrees.release(path)).toBeUndefined();

  write(root, { "_bmad/core/agent.md": "a newer agent" });
  rmSync(join(root, "docs/sprint/1-1.md"));
  write(path, { "node_modules/mine.js": "an agent installed more" });
  utimesSync(join(path, "node_modules/.package-lock.json"), 1, 1);
  await worktrees.prepare({ branch: "storyboard/r1/story/1-2", base: repository.headCommit });
  expect(await makeReady(repository, path, setup)).toEqual({ setup: undefined });
  expect(read(path, "_bmad/core/agent.md")).toBe("a newer agent");
  expect(existsSync(join(path, "docs/sprint/1-1.md"))).toBe(false);
  expect(existsSync(join(path, "node_modules/mine.js"))).toBe(false);

  await worktrees.release(path);
  const base = commit(path, "a new dependency", { "package-lock.json": "{2}" });
  run(path, "checkout", "-q", "-f", "-B", "storyboard/r1/story/1-2", base);
  await worktrees.prepare({ branch: "storyboard/r1/story/1-3", base });
  expect(await makeReady(repository, path, setup)).toEqual({ setup: "npm ci" });
  await markSetUp(path, setup);
  expect(await makeReady(repository, path, setup)).toEqual({ setup: undefined });
});

test("a pipe in a lockfile's place is no lockfile, and nobody waits for it", async () => {
  const root = project();
  rmSync(join(root, "py"), { recursive: true });
  const repository = await opened(root);
  const setup = await detectSetup(repository, AUTO, []);
  const worktrees = createWorktrees(repository, { root: temporaryFolder(), keep: ["node_modules"], carried: [] });
  const { path } = await worktrees.prepare({ branch: "storyboard/r1/story/1-1", base: repository.headCommit });
  rmSync(join(path, "package-lock.json"));
  execFileSync("mkfifo", [join(path, "package-lock.json")]);
  expect(await makeReady(repository, path, setup)).toEqual({ setup: "npm ci" });
});
