import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { FOLDER, SPRINT, scripted, statuses, turnsOf } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

test("a story whose tasks were all ticked is already done: no turn, and its dependents run", async () => {
  writeSprint(project, [
    { key: "1-1-a", tasks: 0, more: "\n## Tasks\n- [x] Long done\n" },
    { key: "1-2-b", after: ["1-1-a"] },
  ]);
  project.commit();
  const { status, stdout } = await project.storyboard(["run", "--headless"], scripted(project, {}));
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("SKIPPED");
  expect(stdout).toContain("2/2 succeeded");
  expect(turnsOf(project)).toEqual(["1-2-b BUILD 1", "1-2-b VERIFY 1"]);
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.git("show", `HEAD:${SPRINT}`)).toContain("1-1-a: done");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("isolation shared: agents work in the user's copy, evidence is checked, and nothing is committed but by them", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }], {
    configuration: agentConfiguration("isolation: shared\n"),
  });
  project.commit();
  const environment = scripted(project, {
    "1-1-a.BUILD":
      '[ "$PWD" = "$USER_COPY" ] || exit 5; [ "$STORYBOARD_ATTEMPT" = 2 ] || { echo lazy; exit 0; }; build',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(turnsOf(project).slice(0, 2)).toEqual(["1-1-a BUILD 1", "1-1-a BUILD 2"]);
  expect(stdout).toMatch(/rejected/);
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
  expect(project.git("log", "--format=%s").split("\n")).toEqual([
    "feat(1-2): build 1-2-b",
    "feat(1-1): build 1-1-a",
    "start",
  ]);
  expect(project.git("branch", "--list", "storyboard/*")).toBe("");
});

test.each([
  ["", "review"],
  ["final_status: done\n", "done"],
])("a pipeline without review ends with the status that the configuration says (%j)", async (setting, expected) => {
  writeSprint(project, [{ key: "1-1-a" }], { configuration: agentConfiguration(`pipeline: build\n${setting}`) });
  project.commit();
  const { status, stdout } = await project.storyboard(["run", "--headless"]);
  expect(status, stdout).toBe(0);
  expect(statuses(project)).toEqual({ "1-1-a": expected });
  expect(project.read(`${FOLDER}/1-1-a.md`)).toContain(`Status: ${expected}\n`);
  expect(project.git("status", "--porcelain")).toBe("");
});

const review = (verdict: string, ...findings: readonly string[]): string =>
  `printf '\`\`\`json\\n{"verdict":"${verdict}","findings":[${findings.join(",")}]}\\n\`\`\`\\n'`;
const finding = (severity: string, title: string): string =>
  `{"severity":"${severity}","file":"src/x.ts","line":3,"title":"${title}","detail":"because"}`;

test("findings left over go to deferred-work.md, each once over two reviews, and land", async () => {
  writeSprint(project, [{ key: "1-1-a" }]);
  project.write(`${FOLDER}/deferred-work.md`, "# Deferred work\n\n- an old one\n").commit();
  const left = finding("low", "A small smell");
  const environment = scripted(project, {
    "1-1-a.VERIFY": `if [ -e "$TOGETHER/reviewed" ]; then ${review("approved", left, finding("medium", "A second one"))}; else touch "$TOGETHER/reviewed"; ${review("changes", finding("high", "A bug"), left)}; fi`,
    "1-1-a.REFINE": 'echo fixed > src/fixed.txt; git add -A; git commit -q -m "feat(1-1): fix"; echo fixed',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(turnsOf(project).map((turn) => turn.split(" ")[1])).toEqual(["BUILD", "VERIFY", "REFINE", "VERIFY"]);
  const text = project.read(`${FOLDER}/deferred-work.md`);
  expect(text).toMatch(/^# Deferred work\n\n- an old one\n/);
  expect(text.match(/A small smell/g)).toHaveLength(1);
  expect(text.match(/A second one/g)).toHaveLength(1);
  expect(text).not.toContain("A bug");
  expect(text).toMatch(/## Deferred from: code review of 1-1-a \(\d{4}-\d\d-\d\d\)/);
  expect(project.git("show", `HEAD:${FOLDER}/deferred-work.md`)).toBe(text.trimEnd());
  expect(project.git("status", "--porcelain")).toBe("");
});

test("deferred work of stories that run side by side is all there, beside what the user adds meanwhile", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: agentConfiguration("order: parallel\n"),
  });
  project.write(`${FOLDER}/deferred-work.md`, "# Deferred work\n").commit();
  const environment = scripted(project, {
    "1-1-a.VERIFY": review("approved", finding("low", "Of a")),
    "1-2-b.VERIFY": `echo "- mine" >> "$USER_COPY/${FOLDER}/deferred-work.md"; ${review("approved", finding("low", "Of b"))}`,
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  const text = project.read(`${FOLDER}/deferred-work.md`);
  for (const part of ["- mine", "Of a", "Of b"]) expect(text.split(part)).toHaveLength(2);
  expect(project.git("show", `HEAD:${FOLDER}/deferred-work.md`)).not.toContain("mine");
});

test("a status that a person raised meanwhile is never lowered", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }], {
    configuration: agentConfiguration("pipeline: build\n"),
  });
  project.commit();
  const environment = scripted(project, {
    "1-1-a.BUILD": `build; sed -i 's/1-1-a: .*/1-1-a: done/; s/epic-1: .*/epic-1: done/' "$USER_COPY/${SPRINT}"`,
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "review" });
  expect(project.read(SPRINT)).toContain("epic-1: done\n");
});

test("a story that fails keeps its status and its branch, and the copy is as clean as before", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: agentConfiguration("order: parallel\nmax_retry_per_story: 1\n"),
  });
  project.commit();
  const environment = scripted(project, { "1-1-a.BUILD": "echo half > half.txt; exit 1" });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status).toBe(1);
  expect(stdout).toMatch(/Not landed, kept on branches:\n {2}1-1 {2}storyboard\//);
  expect(statuses(project)).toMatchObject({ "1-1-a": "in-progress", "1-2-b": "done" });
  expect(project.git("status", "--porcelain")).toBe("");
  const worktree = / in (\/\S+)/.exec(stdout)?.[1] ?? "";
  expect(readFileSync(join(worktree, "half.txt"), "utf8")).toBe("half\n");
});
