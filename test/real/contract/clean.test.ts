import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { type Project, writeSprint } from "../../support/project.ts";
import { ctl, gate, live, open, reached, script, scripted, statusOf, writePlain } from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const branches = (): string[] =>
  project.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/storyboard/").split("\n").filter(Boolean);
const clean = async (...options: string[]): Promise<string> => {
  const { stdout, stderr, status } = await project.storyboard(["clean", ...options]);
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
};

test("clean removes what landed, lists what did not, loses nothing even when forced, and says when there is nothing", async () => {
  writeSprint(project, [{ key: "1-1-base" }, { key: "1-2-beside" }, { key: "1-3-fails" }]);
  project.commit();
  // Two that land side by side, so that one of them is rebased; one that fails with a commit and something uncommitted.
  script(project, "1-1-base.BUILD", `build; ${gate("both")}`);
  script(project, "1-2-beside.BUILD", `build; ${gate("other")}`);
  script(
    project,
    "1-3-fails",
    "echo kept > committed; git add committed; git commit -q -m wip; echo loose > uncommitted; exit 3",
  );
  const run = live(project, ["run", "--order", "parallel"]);
  await reached(project, "both");
  await reached(project, "other");
  const busy = await project.storyboard(["clean"]);
  expect(busy.status).toBe(2);
  expect(busy.stderr).toContain("storyboard ctl stop");
  open(project, "both");
  open(project, "other");
  expect(await run.ended).toBe(1);

  const story = branches().find((branch) => branch.endsWith("/1-3-fails"));
  const head = project.git("rev-parse", `refs/heads/${story}`);
  const before = branches();
  expect(await clean("--dry-run")).toContain("would remove: worktree");
  expect(branches()).toEqual(before);
  const said = await clean();
  expect(said).toContain(`kept: branch ${story} has not landed (--force removes it)\n`);
  expect(said.match(/kept: /g)).toHaveLength(1);
  expect(branches()).toEqual([story]);
  // The unlanded one keeps its worktree, with what is uncommitted in it.
  const folder =
    project
      .git("worktree", "list")
      .split("\n")
      .find((line) => line.includes("1-3-fails"))
      ?.split(" ")[0] ?? "";
  expect(readFileSync(join(folder, "uncommitted"), "utf8")).toBe("loose\n");

  const forced = await clean("--force");
  expect(forced).toMatch(/removed: branch .*1-3-fails, saved as refs\/storyboard\/saved\//);
  expect(forced).toMatch(/removed: worktree .*, saved as refs\/storyboard\/saved\//);
  expect(branches()).toEqual([]);
  expect(project.git("worktree", "list").split("\n")).toHaveLength(1);
  const saved = project.git("for-each-ref", "--format=%(refname)", "refs/storyboard/").split("\n");
  expect(saved.every((ref) => ref.startsWith("refs/storyboard/saved/"))).toBe(true);
  expect(saved.some((ref) => project.git("rev-parse", ref) === head)).toBe(true);
  expect(saved.some((ref) => project.git("ls-tree", "--name-only", ref).includes("uncommitted"))).toBe(true);
  expect(existsSync(join(project.path, ".storyboard/runs"))).toBe(true);
  expect((await project.storyboard(["status"])).status).toBe(1);
  expect(await clean()).toBe("Nothing to clean.\n");
});

test("a run that waits for an answer or can be resumed is kept; stories of storyboard.yaml stay done after cleaning", async () => {
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x }"], "pipeline: build\ninbox: fail\n");
  script(project, "b", 'echo "QUESTION: which?"');
  expect((await project.storyboard(["run"], scripted(project))).status).toBe(1);
  expect(await clean()).toMatch(/^kept: run \S+ waits for answers: b /);
  expect(await ctl(project, "answer", "b", "this")).toMatchObject({ status: 0 });
  expect(await clean()).toMatch(/^kept: run \S+ has answers that wait for it/);
  script(project, "b", "build");
  expect((await project.storyboard(["run", "--resume"], scripted(project))).status).toBe(0);
  expect(await clean()).toContain("removed: branch");
  expect(await clean()).toBe("Nothing to clean.\n");
  expect((await project.storyboard(["logs", "a"])).stdout).toContain("removed by storyboard clean");
  expect(await statusOf(project)).toMatchObject({ counts: { done: 2 } });
  // The next run goes on with what is not done, unless every one is to start again.
  project.write("storyboard.yaml", project.read("storyboard.yaml").concat("  - { key: c, prompt: x }\n"));
  project.git("commit", "-q", "-a", "-m", "one more");
  const next = await project.storyboard(["run"], scripted(project));
  expect(next.stdout).toContain("1/1 succeeded");
  const fresh = await project.storyboard(["run", "--fresh", "--dry-run"]);
  expect(fresh.stdout).toContain("Stories (3)");
});
