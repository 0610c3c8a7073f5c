import { afterEach, expect, test } from "vitest";
import { Project, writeSprint } from "../support/project.ts";

let project: Project;
afterEach(() => project.remove());

test("a sprint runs end to end: landed in dependency order, statuses true, the user's copy clean", async () => {
  project = new Project();
  writeSprint(project, [
    { key: "1-1-base" },
    { key: "1-2-left", after: ["1-1-base"] },
    { key: "1-3-right", after: ["1-1-base"] },
  ]);
  project.commit();
  const { status, stdout, stderr } = await project.storyboard(["run", "--headless"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain("3/3 succeeded");
  const subjects = project.git("log", "--reverse", "--format=%s").split("\n");
  expect(subjects.filter((subject) => subject.startsWith("feat("))).toHaveLength(3);
  expect(subjects.find((subject) => subject.startsWith("feat("))).toContain("1-1-base");
  expect(project.read("_bmad-output/implementation-artifacts/sprint-status.yaml")).toMatch(
    /epic-1: in-progress\n {2}1-1-base: done\n {2}1-2-left: done\n {2}1-3-right: done\n/,
  );
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.read("src/1-3-right.txt")).toBe("1-3-right\n");
});
