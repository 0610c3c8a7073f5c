import { appendFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, writeSprint } from "../../support/project.ts";
import { FOLDER, SPRINT, scripted, statuses, until } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const twoStories = (): void =>
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }, { key: "2-1-c", status: "backlog" }]);

test("edits of the sprint file before and during a run stay the user's, our statuses are set among them, and nothing of theirs is committed", async () => {
  twoStories();
  project.commit();
  const edited = project
    .read(SPRINT)
    .replace("1-2-b: ready-for-dev", '1-2-b: "ready-for-dev"   # mine')
    .replace("2-1-c: backlog", "2-1-c: ready-for-dev")
    .replace("project: Made Up", "# a note of mine\nproject: Made Up");
  project.write(SPRINT, edited);
  const environment = scripted(project, {
    "1-2-b.BUILD": `sed -i 's/^tracking_system: file-system$/& # during/' "$USER_COPY/${SPRINT}"; build`,
  });
  const { status, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect([status, stderr]).toEqual([0, ""]);
  const expected = edited
    .replace("1-1-a: ready-for-dev", "1-1-a: done")
    .replace('1-2-b: "ready-for-dev"', '1-2-b: "done"')
    .replace("epic-1: backlog", "epic-1: in-progress")
    .replace("tracking_system: file-system", "tracking_system: file-system # during");
  expect(project.read(SPRINT).replace(/last_updated: .*/, "")).toBe(expected.replace(/last_updated: .*/, ""));
  const landed = project.git("show", `HEAD:${SPRINT}`);
  expect(landed).toContain("1-1-a: done\n  1-2-b: done\n");
  expect(landed).toContain("2-1-c: backlog\n");
  expect(landed).not.toMatch(/mine|during/);
  expect(project.git("status", "--porcelain")).toBe(`M ${SPRINT}`.padStart(SPRINT.length + 3));
  // What git shows as different is theirs alone.
  const different = project.git("diff", "-U0").split("\n");
  expect(different.filter((line) => /^\+[^+]/.test(line)).join("\n")).not.toMatch(/last_updated|1-1-a|epic-1/);
});

test("statuses that an editor wrote over with what it had read before are set again at the end", async () => {
  twoStories();
  project.commit();
  const file = `${FOLDER}/1-1-a.md`;
  const environment = scripted(project, {
    "1-2-b.BUILD": `cd "$USER_COPY"
${until(`grep -q "1-1-a: done" ${SPRINT} && grep -q "Status: done" ${file}`)}
sed -i 's/1-1-a: done/1-1-a: review/; s/epic-1: in-progress/epic-1: backlog/' ${SPRINT}
sed -i 's/^Status: done/Status: in-progress/' ${file}
cd - > /dev/null; build`,
  });
  const { status, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect([status, stderr]).toEqual([0, ""]);
  expect(statuses(project)).toMatchObject({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.read(file)).toContain("Status: done\n");
  expect(project.read(SPRINT)).toContain("epic-1: in-progress");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a story file that the user edits during the run keeps their edit, with our status and the agent's ticks", async () => {
  twoStories();
  project.commit();
  const file = `${FOLDER}/1-1-a.md`;
  const environment = scripted(project, {
    "1-1-a.BUILD": `sed -i 's/^As a tester.*/& A thought of mine./' "$USER_COPY/${file}"; build`,
  });
  const { status, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect([status, stderr]).toEqual([0, ""]);
  const text = project.read(file);
  expect(text).toContain("I want 1-1-a. A thought of mine.\n");
  expect(text).toContain("Status: done\n");
  expect(text).toContain("- [x] Task 1");
  expect(project.git("show", `HEAD:${file}`)).not.toContain("thought");
  expect(project.git("status", "--porcelain").trim()).toBe(`M ${file}`);
});

test("staged, unstaged and untracked changes of other files stay exactly as they are", async () => {
  twoStories();
  project.write("staged.txt", "old\n").write("unstaged.txt", "old\n").write("both.txt", "old\n").commit();
  project.write("staged.txt", "new\n").write("both.txt", "first\n");
  project.git("add", "staged.txt", "both.txt");
  project.write("unstaged.txt", "new\n").write("both.txt", "second\n").write("untracked.txt", "mine\n");
  const before = [project.git("status", "--porcelain"), project.git("diff"), project.git("diff", "--cached")];
  const { status, stderr } = await project.storyboard(["run", "--headless"]);
  expect([status, stderr]).toEqual([0, ""]);
  expect([project.git("status", "--porcelain"), project.git("diff"), project.git("diff", "--cached")]).toEqual(before);
  expect(project.read("src/1-2-b.txt")).toBe("1-2-b\n");
});

const mergeCommand = (stdout: string): string[] => {
  const line = /git (merge .*?storyboard\/\S+\/integration)/.exec(stdout)?.[1];
  expect(line, stdout).toBeDefined();
  return line?.split(" ") ?? [];
};

test("an untracked file in the way holds the target back; the end names it and how to merge, and that works", async () => {
  twoStories();
  project.commit();
  const start = project.git("rev-parse", "HEAD");
  project.write("src/1-1-a.txt", "only copy\n");
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status).toBe(0);
  expect(project.git("rev-parse", "main")).toBe(start);
  expect(project.read("src/1-1-a.txt")).toBe("only copy\n");
  expect(stdout).toContain("src/1-1-a.txt");
  rmSync(join(project.path, "src/1-1-a.txt"));
  project.git(...mergeCommand(stdout), "--quiet");
  expect(project.git("status", "--porcelain")).toBe("");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done", "2-1-c": "backlog" });
  expect(project.read("src/1-2-b.txt")).toBe("1-2-b\n");
});

test("an edited file in the way that the user puts back during the run is in the way no more", async () => {
  twoStories();
  project.write("src/1-1-a.txt", "old\n").commit();
  project.write("src/1-1-a.txt", "edited\n");
  const environment = scripted(project, {
    // Their git may meet ours at the index.
    "1-2-b.BUILD": `${until('git -C "$USER_COPY" checkout -q -- src')}; build`,
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(0);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.read("src/1-1-a.txt")).toBe("1-1-a\n");
  expect(stdout).not.toContain("git merge");
});

test("a user who switches to another branch during the run keeps it clean, and the target moves", async () => {
  twoStories();
  project.commit();
  const start = project.git("rev-parse", "HEAD");
  const environment = scripted(project, { "1-1-a.BUILD": 'git -C "$USER_COPY" switch -q -c other; build' });
  const { status, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect([status, stderr]).toEqual([0, ""]);
  expect(project.git("branch", "--show-current")).toBe("other");
  expect(project.git("rev-parse", "other")).toBe(start);
  expect(existsSync(join(project.path, "src"))).toBe(false);
  expect(project.git("status", "--porcelain")).toBe("");
  project.git("switch", "-q", "main");
  expect(statuses(project)).toMatchObject({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a commit of the user on the target during the run is kept; the end says how to merge, and that works", async () => {
  twoStories();
  project.commit();
  const commit =
    'cd "$USER_COPY" && echo theirs > theirs.txt && git add theirs.txt && git commit -q -m theirs -- theirs.txt';
  const environment = scripted(project, { "1-1-a.BUILD": `(${commit}); build` });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(0);
  expect(project.git("log", "-1", "--format=%s", "main")).toBe("theirs");
  project.git(...mergeCommand(stdout), "--quiet", "--no-edit");
  expect(project.git("status", "--porcelain")).toBe("");
  expect(statuses(project)).toMatchObject({ "1-1-a": "done", "1-2-b": "done" });
  expect([project.read("theirs.txt"), project.read("src/1-2-b.txt")]).toEqual(["theirs\n", "1-2-b\n"]);
});

test("what a user does not commit is built upon: a story file that is not committed yet lands with its story", async () => {
  twoStories();
  project.commit();
  const file = `${FOLDER}/1-1-a.md`;
  appendFileSync(join(project.path, file), "\nA late thought.\n");
  const { status } = await project.storyboard(["run", "--headless"]);
  expect(status).toBe(0);
  expect(project.read(file)).toContain("A late thought.");
  expect(project.read(file)).toContain("- [x] Task 2");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("where user and agent change the same lines of a story file, the user's stay, the agent's are committed, and it is said", async () => {
  twoStories();
  project.commit();
  const file = `${FOLDER}/1-1-a.md`;
  const environment = scripted(project, {
    "1-1-a.BUILD": `sed -i 's/Task 1/Task 1, in my words/' "$USER_COPY/${file}"; build`,
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(project.read(file)).toContain("Status: done\n");
  expect(project.read(file)).toContain("- [ ] Task 1, in my words");
  expect(project.git("show", `HEAD:${file}`)).toContain("- [x] Task 1 (AC: 1)");
  expect(stdout).toContain(`the same lines of ${file}`);
  expect(project.git("status", "--porcelain").trim()).toBe(`M ${file}`);
});

test("an edit in the way is merged by what the end says, beside the user's other edits", async () => {
  twoStories();
  project.write("shared.txt", "top\n\n\n\nbottom\n").write("other.txt", "old\n").commit();
  project.write("shared.txt", "top of mine\n\n\n\nbottom\n").write("other.txt", "mine\n");
  const environment = scripted(project, { "1-1-a.BUILD": "sed -i 's/bottom/& of a/' shared.txt; build" });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/in the way of main: shared\.txt/);
  expect(project.read("shared.txt")).toBe("top of mine\n\n\n\nbottom\n");
  project.git(...mergeCommand(stdout), "--quiet");
  expect(project.read("shared.txt")).toBe("top of mine\n\n\n\nbottom of a\n");
  expect(
    project
      .git("status", "--porcelain")
      .trim()
      .split(/\n? ?M /),
  ).toEqual(["", "other.txt", "shared.txt"]);
  expect(statuses(project)).toMatchObject({ "1-1-a": "done", "1-2-b": "done" });
});
