import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { expectAllLandedOnce, expectLandings } from "./check.ts";
import { KillableSprint, resume, until, using } from "./sprint.ts";

const TWO = [{ key: "1-1-base" }, { key: "1-2-next", after: ["1-1-base"] }];
const KEYS = TWO.map(({ key }) => key);

// They run side by side, and mostly wait.
vi.setConfig({ testTimeout: 90_000 });

/** A sprint whose first story has landed; its lead and the second story's turn are killed in the phase named. */
const killedIn = async (phase: string): Promise<KillableSprint> => {
  const sprint = new KillableSprint(TWO, { environment: { AGENT_SECONDS: "0.4" } });
  const lead = sprint.lead();
  const turn = `start 1-2-next ${phase} 1`;
  await until(`${turn} is logged`, () => sprint.logged("agents").some((line) => line.startsWith(turn)));
  await until("main has followed", () => sprint.project.git("log", "--format=%s", "main").includes("feat(1-1)"));
  await lead.kill();
  sprint.killJobs();
  return sprint;
};

const integration = (sprint: KillableSprint): string => `storyboard/${sprint.runs.at(-1)}/integration`;

/** The command that the end of a run gives where the target could not follow. */
const mergeAdvice = (sprint: KillableSprint): RegExp => new RegExp(`git merge .*${integration(sprint)}`);

/** Folders of the worktrees that git knows beside the project itself. */
const worktrees = ({ project }: KillableSprint): string[] =>
  project
    .git("worktree", "list", "--porcelain")
    .split("\n")
    .filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree ".length))
    .filter((path) => path !== project.path);

test.concurrent("a commit of the user on the target survives, and the end says how to merge", () =>
  using(killedIn("VERIFY"), async (sprint) => {
    const { project } = sprint;
    project.write("mine.txt", "mine\n");
    project.git("add", "mine.txt");
    project.git("commit", "-q", "-m", "my own work");
    const mine = project.git("rev-parse", "HEAD");
    const { status, stdout } = await resume(sprint);
    expect(status).toBe(0);
    expect(project.git("rev-parse", "main")).toBe(mine);
    expect(project.read("mine.txt")).toBe("mine\n");
    expect(stdout).toMatch(mergeAdvice(sprint));
    project.git("merge", "-q", "--no-edit", "--autostash", integration(sprint));
    expectLandings(sprint, KEYS);
  }));

test.concurrent("a worktree that was deleted is made anew from its branch", () =>
  using(killedIn("VERIFY"), async (sprint) => {
    for (const path of worktrees(sprint)) rmSync(path, { recursive: true });
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a story's branch that was deleted is made anew from the commit that its evidence was found in", () =>
  using(killedIn("VERIFY"), async (sprint) => {
    for (const path of worktrees(sprint)) rmSync(path, { recursive: true });
    sprint.project.git("worktree", "prune");
    sprint.project.git("branch", "-q", "-D", `storyboard/${sprint.runs.at(-1)}/story/1-2-next`);
    const { status, stdout } = await resume(sprint);
    expect(status, stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("an integration branch that was deleted is made anew with all that landed", () =>
  using(killedIn("BUILD"), async (sprint) => {
    sprint.project.git("update-ref", "-d", `refs/heads/${integration(sprint)}`);
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("commits of the user on the integration branch land with the rest", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    project.git("worktree", "add", "-q", join(project.base, "theirs"), integration(sprint));
    project.git("-C", join(project.base, "theirs"), "commit", "-q", "--allow-empty", "-m", "their own");
    project.git("worktree", "remove", join(project.base, "theirs"));
    expect((await resume(sprint)).status).toBe(0);
    expectLandings(sprint, KEYS);
    expect(project.git("log", "--format=%s", "main")).toContain("their own");
  }));

test.concurrent("an integration branch that was set back is not gone on with; the advice puts it right", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    project.git("update-ref", `refs/heads/${integration(sprint)}`, project.git("rev-list", "--max-parents=0", "main"));
    const refused = await resume(sprint);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`${integration(sprint)} was moved`);
    const [, branch = "", commit = ""] = /git branch -f (\S+) (\S+)/.exec(refused.stderr) ?? [];
    project.git("branch", "-f", branch, commit);
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a project that was moved to another place goes on there, with its worktrees left behind", () =>
  using(killedIn("VERIFY"), async (sprint) => {
    for (const path of worktrees(sprint)) rmSync(path, { recursive: true });
    sprint.moveProject();
    const { status, stdout, stderr } = await resume(sprint);
    expect(stderr).toBe("");
    expect(status, stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a project that was moved finds the worktrees that stayed where they were", () =>
  using(killedIn("VERIFY"), async (sprint) => {
    sprint.moveProject();
    const { status, stdout } = await resume(sprint);
    expect(status, stdout).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a move of the target that was cut off is finished before the next landing is brought over", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    const to = project.git("rev-parse", integration(sprint));
    // The lead may have been killed in the midst of a move of its own.
    rmSync(join(project.path, ".git/index.lock"), { force: true });
    project.git("reset", "-q", "--hard", project.git("rev-list", "--max-parents=0", "main"));
    // As git leaves it when it is killed while it writes: the mark is there, a file is torn, the branch has not moved.
    project.write(".git/storyboard-moving", `${project.git("rev-parse", "main")} ${to}\n`);
    project.write("src/1-1-base.txt", "1-1-b");
    expect((await resume(sprint)).status).toBe(0);
    await expectAllLandedOnce(sprint, KEYS);
  }));

test.concurrent("a lock of the index that the killed lead left is gone, also when there is nothing to move", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    project.git("branch", "theirs");
    project.git("symbolic-ref", "HEAD", "refs/heads/theirs");
    project.write(".git/index.lock", "storyboard 1 made-up\n");
    expect((await resume(sprint)).status).toBe(0);
    expect(existsSync(join(project.path, ".git/index.lock"))).toBe(false);
  }));

test.concurrent("with another branch checked out, the target moves and the user's files stay", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    project.git("switch", "-q", "-c", "theirs");
    const before = project.git("rev-parse", "HEAD");
    expect((await resume(sprint)).status).toBe(0);
    expect(project.git("symbolic-ref", "HEAD")).toBe("refs/heads/theirs");
    expect(project.git("rev-parse", "HEAD")).toBe(before);
    project.git("restore", ".");
    project.git("switch", "-q", "main");
    expectLandings(sprint, KEYS);
  }));

test.concurrent("with the target checked out in another worktree, it stays and the end says how to merge", () =>
  using(killedIn("BUILD"), async (sprint) => {
    const { project } = sprint;
    project.git("switch", "-q", "-c", "theirs");
    project.git("worktree", "add", "-q", join(project.base, "elsewhere"), "main");
    const before = project.git("rev-parse", "main");
    const { status, stdout } = await resume(sprint);
    expect(status).toBe(0);
    expect(project.git("rev-parse", "main")).toBe(before);
    expect(stdout).toContain("main is checked out in");
    expect(stdout).toMatch(mergeAdvice(sprint));
  }));
