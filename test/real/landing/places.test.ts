import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { FOLDER, SPRINT, scripted, statuses } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const ONE_STORY = [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }];
const BOTH_DONE = { "1-1-a": "done", "1-2-b": "done" };

const run = async (environment: Record<string, string> = {}): Promise<string> => {
  const { status, stdout, stderr } = await project.storyboard(["run", "--headless"], environment);
  expect([status, stderr], stdout).toEqual([0, ""]);
  return stdout;
};

test("a project in a subfolder: agents and gates work in it, story paths are right, and its files land", async () => {
  const repository = project;
  const inner = new Project("unused");
  try {
    writeSprint(inner, ONE_STORY, {
      configuration: agentConfiguration().replace(
        "commands: {}",
        `commands: { here: 'test -e ${SPRINT} && pwd >> "$PLACES"', deep: { run: 'pwd >> "$PLACES"', cwd: sub } }`,
      ),
    });
    for (const path of [SPRINT, `${FOLDER}/1-1-a.md`, `${FOLDER}/1-2-b.md`, "storyboard.yaml"]) {
      repository.write(`apps/web/${path}`, inner.read(path));
    }
  } finally {
    inner.remove();
  }
  repository.write("apps/web/sub/x.txt", "x\n").write("README.md", "top\n").commit();
  const places = join(repository.base, "places");
  const look = `pwd >> "$PLACES"; case "$STORYBOARD_STORY_FILE" in "$PWD"/${FOLDER}/*) ;; *) exit 7;; esac`;
  const environment = { ...scripted(repository, { BUILD: `${look}; build` }), PLACES: places };
  const { status, stdout, stderr } = await repository.storyboard(
    ["run", "--headless", "--project", "apps/web"],
    environment,
  );
  expect([status, stderr], stdout).toEqual([0, ""]);
  expect(statuses(repository, `apps/web/${SPRINT}`)).toEqual(BOTH_DONE);
  expect(repository.read("apps/web/src/1-2-b.txt")).toBe("1-2-b\n");
  expect(repository.read(`apps/web/${FOLDER}/1-1-a.md`)).toContain("- [x] Task 1");
  expect(repository.git("status", "--porcelain")).toBe("");
  expect(repository.git("show", "--name-only", "--format=", "HEAD")).toContain(`apps/web/${SPRINT}`);
  for (const place of repository.read("../places").trimEnd().split("\n")) {
    expect(place).toMatch(/\/apps\/web(\/sub)?$/);
    expect(place.startsWith(repository.path)).toBe(false);
  }
});

test("ignored artifacts: statuses and ticks arrive in the user's copy, and nothing of them is committed", async () => {
  writeSprint(project, ONE_STORY);
  project.write(".gitignore", "_bmad-output/\n").commit();
  await run();
  expect(statuses(project)).toEqual(BOTH_DONE);
  expect(project.read(SPRINT)).toContain("epic-1: in-progress");
  expect(project.read(`${FOLDER}/1-1-a.md`)).toContain("Status: done\n");
  expect(project.read(`${FOLDER}/1-2-b.md`)).toContain("- [x] Task 2");
  expect(project.git("log", "--format=%s")).not.toContain("chore(storyboard)");
  expect(project.git("ls-files", "_bmad-output")).toBe("");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("untracked artifacts that are not ignored never land, and their ticks come back", async () => {
  project.write("README.md", "x\n").commit();
  writeSprint(project, ONE_STORY);
  const before = project.git("status", "--porcelain");
  await run();
  expect(statuses(project)).toEqual(BOTH_DONE);
  expect(project.read(`${FOLDER}/1-1-a.md`)).toContain("- [x] Task 1");
  expect(project.git("ls-files", "_bmad-output")).toBe("");
  expect(project.git("ls-files", "src")).toBe("src/1-1-a.txt\nsrc/1-2-b.txt");
  expect(project.git("status", "--porcelain")).toBe(before);
});

test("ticks that an agent left uncommitted land with the story", async () => {
  writeSprint(project, ONE_STORY);
  project.commit();
  const code =
    'mkdir -p src; echo x > "src/$STORYBOARD_STORY"; git add src; git commit -q -m "feat($short): x"; sed -i "s/\\[ \\]/[x]/" "$STORYBOARD_STORY_FILE"';
  await run(scripted(project, { BUILD: code }));
  expect(project.git("show", `HEAD:${FOLDER}/1-1-a.md`)).toMatch(/Status: done\n[\s\S]*- \[x\] Task 1/);
  expect(project.read(`${FOLDER}/1-2-b.md`)).toMatch(/Status: done\n[\s\S]*- \[x\] Task 1/);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("an agent's own version of the sprint file does not land", async () => {
  writeSprint(project, ONE_STORY);
  project.commit();
  await run(scripted(project, { "1-1-a.BUILD": `sed -i 's/1-2-b: .*/1-2-b: done # I did it/' ${SPRINT}; build` }));
  expect(statuses(project)).toEqual(BOTH_DONE);
  expect(project.git("log", "-p", "--format=", "--", SPRINT)).not.toContain("I did it");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a sprint file that is a link inside the repository stays one, and what it points to is kept true", async () => {
  writeSprint(project, ONE_STORY);
  project.write("docs/real/sprint.yaml", project.read(SPRINT));
  const link = join(project.path, SPRINT);
  relink(link, "../../docs/real/sprint.yaml");
  project.commit();
  await run();
  expect(readlinkSync(link)).toBe("../../docs/real/sprint.yaml");
  expect(statuses(project)).toEqual(BOTH_DONE);
  expect(project.git("show", "HEAD:docs/real/sprint.yaml")).toContain("1-2-b: done");
  expect(project.git("ls-files", "-s", SPRINT)).toMatch(/^120000/);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a sprint file that is a link to a file outside stays one, and that file is kept true", async () => {
  writeSprint(project, ONE_STORY);
  const outside = join(project.base, "elsewhere", "sprint.yaml");
  mkdirSync(dirname(outside));
  writeFileSync(outside, project.read(SPRINT));
  relink(join(project.path, SPRINT), outside);
  project.commit();
  await run();
  expect(realpathSync(join(project.path, SPRINT))).toBe(outside);
  expect(lstatSync(outside).isFile()).toBe(true);
  expect(statuses(project)).toEqual(BOTH_DONE);
  expect(project.read(SPRINT)).toContain("epic-1: in-progress");
  expect(project.read(`${FOLDER}/1-1-a.md`)).toContain("Status: done");
  expect(project.git("status", "--porcelain")).toBe("");
});

const relink = (path: string, to: string): void => {
  rmSync(path);
  symlinkSync(to, path);
};

test("permission bits, CRLF, a byte order mark and a missing last line break stay as they are", async () => {
  writeSprint(project, ONE_STORY);
  const sprint = `\uFEFF${project.read(SPRINT).replaceAll("\n", "\r\n").trimEnd()}`;
  const story = project.read(`${FOLDER}/1-1-a.md`).replaceAll("\n", "\r\n");
  project.write(SPRINT, sprint).write(`${FOLDER}/1-1-a.md`, `\uFEFF${story}`);
  chmodSync(join(project.path, SPRINT), 0o755);
  chmodSync(join(project.path, `${FOLDER}/1-1-a.md`), 0o755);
  project.commit();
  expect(project.git("ls-files", "-s", FOLDER).match(/^100755/gm)).toHaveLength(2);
  await run();
  const expected = sprint
    .replace("epic-1: backlog", "epic-1: in-progress")
    .replaceAll(": ready-for-dev", ": done")
    .replace(/last_updated: .*\r/, "last_updated: X\r");
  expect(project.read(SPRINT).replace(/last_updated: .*\r/, "last_updated: X\r")).toBe(expected);
  expect(project.read(`${FOLDER}/1-1-a.md`)).toBe(
    `\uFEFF${story.replace("ready-for-dev", "done").replaceAll("[ ]", "[x]")}`,
  );
  expect(statSync(join(project.path, SPRINT)).mode & 0o777).toBe(0o755);
  expect(project.git("ls-files", "-s", FOLDER).match(/^100755/gm)).toHaveLength(2);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a project in a subfolder whose artifacts are ignored gets its statuses and ticks, and nothing else", async () => {
  writeSprint(project, ONE_STORY, { folder: "app/docs" });
  project.write("app/storyboard.yaml", project.read("storyboard.yaml")).write(".gitignore", "app/docs/\n").commit();
  const { status, stdout } = await project.storyboard(["run", "--headless", "--project", "app"]);
  expect(status, stdout).toBe(0);
  expect(statuses(project, "app/docs/sprint-status.yaml")).toEqual(BOTH_DONE);
  expect(project.read("app/docs/1-2-b.md")).toContain("- [x] Task 2");
  expect(project.git("ls-files", "app")).toBe("app/src/1-1-a.txt\napp/src/1-2-b.txt\napp/storyboard.yaml");
  expect(project.git("status", "--porcelain")).toBe("");
});
