import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project } from "../../support/project.ts";
import { outcome, type StoryStatus, scriptedSprint, storiesOf } from "./scripts.ts";
import { SPRINT_FILE } from "./support.ts";

/** Does something else in the first attempt than in the next ones. */
const first = (once: string, then: string): string =>
  `if [ "$STORYBOARD_ATTEMPT" = 1 ]; then ${once}; else ${then}; fi`;

const SCRIPTS = {
  "1-1-good": "build",
  "1-2-deletes-its-worktree": 'build; cd /; rm -rf "$OLDPWD"',
  "1-3-deletes-the-git-file": "build; rm .git",
  "1-4-switches-the-branch": "git switch -q -c elsewhere || git switch -q elsewhere; [ -e src ] || build",
  "1-5-repairs-its-detached-head": first(
    "git switch -q --detach; build",
    'h=$(git rev-parse HEAD); git switch -q "$(git for-each-ref --format="%(refname:short)" "refs/heads/storyboard/*/story/$STORYBOARD_STORY")"; git merge -q --ff-only $h',
  ),
  "1-6-leaves-a-rebase": first(
    [
      "build; own=$(git branch --show-current)",
      "git checkout -q -b side HEAD~1; mkdir -p src; echo other > src/$STORYBOARD_STORY.txt",
      'git add -A; git commit -qm side; git rebase -q side "$own" || true',
    ].join("; "),
    "git rebase --abort",
  ),
  "1-7-resets-to-an-older-commit": "build; git reset -q --hard HEAD~2",
  "1-8-rewrites-history":
    'own=$(git branch --show-current); git checkout -q --orphan fresh; git commit -qm "feat(1-8): anew"; git branch -q -M fresh "$own"',
  "1-9-does-nothing": "echo I did it all",
  "1-10-ticks-only":
    "sed -i 's/\\[ \\]/[x]/' \"$STORYBOARD_STORY_FILE\"; git commit -qam 'feat(1-10): all done' || true",
  "1-11-commits-late": first("build; echo more > src/left.txt", "git add -A; git commit -qm 'feat(1-11): the rest'"),
  "1-12-edits-the-sprint-file":
    'sed -i \'s/1-9-does-nothing:.*/1-9-does-nothing: done/; s/1-12-.*/1-12-edits-the-sprint-file: done/\' "$(dirname "$STORYBOARD_STORY_FILE")/sprint-status.yaml"; build',
  "1-13-is-not-ready": 'if [ -e "$BASE/tried" ]; then build; else : > "$BASE/tried"; exit 75; fi',
};

describe("agents that do with git what they should not", () => {
  let project: Project;
  let ran: Awaited<ReturnType<Project["storyboard"]>>;
  let stories: ReadonlyMap<string, StoryStatus>;

  beforeAll(async () => {
    project = new Project();
    // One commit more, so that there is an older one to go back to.
    project.write("README.md", "# Made up\n").commit("first");
    const environment = scriptedSprint(project, SCRIPTS, "max_retry_per_story: 2\n");
    ran = await project.storyboard(["run"], environment);
    stories = await storiesOf(project);
  });
  afterAll(() => project.remove());

  const landed = (key: string): boolean =>
    project.git("ls-tree", "-r", "--name-only", "main").includes(`src/${key}.txt`);
  /** What the second attempt was told. */
  const toldAgain = (key: string): string => {
    const run = readdirSync(join(project.path, ".storyboard/runs"))[0] ?? "";
    const jobs = join(project.path, ".storyboard/runs", run, "jobs");
    const job = readdirSync(jobs).find((name) => name.startsWith(`${key}.2.BUILD-`)) ?? "";
    return readFileSync(join(jobs, job, "prompt.md"), "utf8");
  };

  test("the run goes to its end, the repository stays whole, and nobody else's story suffers", () => {
    expect(ran.stderr).toBe("");
    expect(ran.status).toBe(1);
    expect(landed("1-1-good")).toBe(true);
    expect(() => project.git("fsck", "--connectivity-only")).not.toThrow();
    expect(project.git("status", "--porcelain")).toBe("");
  });

  test("a worktree that was deleted costs nothing that was committed", () => {
    expect(outcome(stories, "1-2-deletes-its-worktree")).toBe("done");
    expect(landed("1-2-deletes-its-worktree")).toBe(true);
  });

  test("neither does a worktree without its .git file", () => {
    expect(outcome(stories, "1-3-deletes-the-git-file")).toBe("done");
    expect(landed("1-3-deletes-the-git-file")).toBe(true);
  });

  test("commits on another branch are no evidence: the story is not done while nothing of it would land", () => {
    const told =
      /failed: .*the worktree has the branch elsewhere checked out, and only storyboard\/.*git switch storyboard\//;
    expect(outcome(stories, "1-4-switches-the-branch")).toMatch(told);
    expect(landed("1-4-switches-the-branch")).toBe(false);
    expect(ran.stdout).toMatch(
      /Missing: the worktree has the branch elsewhere checked out, .* have your commits there\n/,
    );
  });

  test("a detached HEAD and a rebase left in progress are named to the agent, who can put them right", () => {
    for (const key of ["1-5-repairs-its-detached-head", "1-6-leaves-a-rebase"]) {
      expect(toldAgain(key)).toContain(
        "no branch is checked out in the worktree (an unfinished rebase, or a detached HEAD)",
      );
      expect(outcome(stories, key)).toBe("done");
      expect(landed(key)).toBe(true);
    }
  });

  test("a branch that does not descend from its baseline is refused", () => {
    for (const key of ["1-7-resets-to-an-older-commit", "1-8-rewrites-history"]) {
      expect(outcome(stories, key)).toContain("failed: Completion rejected, missing: the branch does not descend");
      expect(landed(key)).toBe(false);
    }
  });

  test("no commit and a commit of the story file alone are no work", () => {
    expect(outcome(stories, "1-9-does-nothing")).toContain("no work: nothing differs from the baseline commit");
    expect(outcome(stories, "1-10-ticks-only")).toContain("no work: only files that storyboard keeps were changed");
  });

  test("uncommitted files are named to the agent, who commits them in the next attempt", () => {
    expect(toldAgain("1-11-commits-late")).toContain("not committed: src/left.txt");
    expect(outcome(stories, "1-11-commits-late")).toBe("done");
    expect(project.git("show", "main:src/left.txt")).toBe("more");
  });

  test("an agent's edits of the sprint file are dropped: only what landed is true", () => {
    expect(outcome(stories, "1-12-edits-the-sprint-file")).toBe("done");
    expect(project.read(SPRINT_FILE)).toContain("1-9-does-nothing: in-progress\n");
    expect(project.read(SPRINT_FILE)).toContain("1-12-edits-the-sprint-file: review\n");
  });

  test("exit status 75 waits for the environment, says so, and costs no attempt", () => {
    expect(stories.get("1-13-is-not-ready")).toMatchObject({ status: "done", attempt: 1 });
    expect(ran.stdout).toMatch(
      /1-13 waits for its environment and tries again; the attempt is not counted \(BUILD: .+\)/,
    );
  });
});

test("an agent that commits on the target itself: the target is left alone, all lands beside it, and the end says how to merge", async () => {
  const project = new Project();
  try {
    const environment = scriptedSprint(project, {
      "1-1-rogue":
        'cd "$(git worktree list --porcelain | sed -n "1s/^worktree //p")" && echo x > rogue.txt && git add rogue.txt && git commit -qm "feat(1-1): on the target"',
      "1-2-good": "build",
    });
    const { status, stdout } = await project.storyboard(["run"], environment);
    expect(status).toBe(1);
    expect(project.git("log", "-1", "--format=%s", "main")).toBe("feat(1-1): on the target");
    const integration = /storyboard\/[\w-]+\/integration/.exec(stdout)?.[0] ?? "";
    expect(project.git("ls-tree", "-r", "--name-only", integration)).toContain("src/1-2-good.txt");
    expect(stdout).toContain("main has moved since the start");
    expect(stdout).toMatch(new RegExp(`git merge [^\\n]*${integration}\\n`));
    expect(outcome(await storiesOf(project), "1-1-rogue")).toContain("no work");
  } finally {
    project.remove();
  }
});
