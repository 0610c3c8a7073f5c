import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { scripted } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const linesOf = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");

/** All worktrees of the pool, by the ids of git. */
const worktrees = (): number => project.git("worktree", "list", "--porcelain").match(/^worktree /gm)?.length ?? 0;

test("installed dependencies of the user's copy are cloned into worktrees, `.env` is copied, and nothing is installed", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project
    .write("package.json", '{"name":"made-up","version":"1.0.0"}\n')
    .write("package-lock.json", '{"name":"made-up","version":"1.0.0","lockfileVersion":3,"packages":{}}\n')
    .write(".gitignore", "node_modules/\n.env\n")
    .commit();
  project.write("node_modules/thing/index.js", "thing\n").write(".env", "A=1\n");
  const environment = scripted(project, {
    "1-1-a.BUILD": 'cat node_modules/thing/index.js .env > "$TOGETHER/seen"; build',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(project.read("../together/seen")).toBe("thing\nA=1\n");
  expect(stdout).toMatch(/Set-up: .*node_modules/);
  expect(stdout).toMatch(/\.env/);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a configured set-up runs once in each worktree, in the project, before any turn", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }, { key: "1-3-c", after: ["1-2-b"] }], {
    configuration: agentConfiguration(
      "worktree: { setup: 'pwd >> \"$SET_UP\"; echo made > made.txt', keep: [made.txt] }\n",
    ),
  });
  project.write(".gitignore", "made.txt\n").commit();
  const log = join(project.base, "set-up");
  const environment = { ...scripted(project, { BUILD: "cat made.txt >/dev/null || exit 3; build" }), SET_UP: log };
  const first = await project.storyboard(["run", "--headless"], environment);
  expect(first.status, first.stdout).toBe(0);
  expect(first.stdout).toMatch(/Set-up: .*made\.txt/);
  const places = linesOf(log);
  expect(new Set(places).size).toBe(places.length);
  expect(places.length).toBe(worktrees() - 1);
});

test("a set-up that fails is tried again, then the story is parked with the set-up's own words, and no agent is started", async () => {
  writeSprint(project, [{ key: "1-1-a" }], {
    configuration: agentConfiguration(
      "inbox: fail\nworktree: { setup: 'echo x >> \"$SET_UP\"; echo no network for you; exit 4' }\n",
    ),
  });
  project.commit();
  const log = join(project.base, "set-up");
  const environment = { ...scripted(project, {}), SET_UP: log };
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(1);
  expect(stdout).toContain("no network for you");
  expect(stdout).toContain("set-up failed");
  expect(linesOf(log).length).toBeGreaterThan(1);
  expect(readdirSync(project.base)).not.toContain("turns");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a second run reuses the worktrees: ignored build output is gone, node_modules is kept, and no new one is made", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "2-1-b", status: "backlog" }]);
  project.write(".gitignore", "node_modules/\nout/\n").commit();
  const environment = scripted(project, {
    "1-1-a.BUILD":
      "mkdir -p node_modules/x out; echo 1 > node_modules/x/kept; echo 1 > out/gone; pwd > $TOGETHER/first; build",
    "2-1-b.BUILD": "ls node_modules/x out > $TOGETHER/seen 2>/dev/null; pwd > $TOGETHER/second; build",
  });
  expect((await project.storyboard(["run", "--headless"], environment)).status).toBe(0);
  const before = worktrees();
  const second = await project.storyboard(["run", "--headless", "--epic", "2", "--include-backlog"], environment);
  expect(second.status, second.stdout).toBe(0);
  expect(worktrees()).toBe(before);
  expect(project.read("../together/second")).toBe(project.read("../together/first"));
  expect(project.read("../together/seen")).toContain("kept");
  expect(project.read("../together/seen")).not.toContain("gone");
  expect(project.git("status", "--porcelain")).toBe("");
});
