import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { planDocumentSchema } from "../../support/contract-schemas.ts";
import { Project, writeSprint } from "../../support/project.ts";
import { contractLines, endRuns } from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
beforeEach(() => {
  project = new Project();
  writeSprint(project, [
    { key: "1-1-base", status: "done" },
    { key: "1-2-more", status: "done" },
    { key: "2-1-search" },
    { key: "2-2-badge", after: ["2-1-search"] },
    { key: "2-3-menu", status: "backlog" },
    { key: "3-1-end" },
    { key: "3-2-help" },
  ]);
  project.commit();
});
afterEach(() => {
  endRuns(project);
  project.remove();
});

const planOf = async (...options: string[]) => {
  const { stdout, stderr, status } = await project.storyboard(["plan", "--json", ...options]);
  expect([status, stderr]).toEqual([0, ""]);
  return planDocumentSchema.parse(JSON.parse(stdout));
};
const keysOf = async (...options: string[]): Promise<string[]> =>
  (await planOf(...options)).stories.map(({ key }) => key);

test("continue, select and autopilot choose the stories that product.md says", async () => {
  expect(await keysOf()).toEqual(["2-1-search", "2-2-badge"]);
  expect(await keysOf("--epic", "epic-3")).toEqual(["3-1-end", "3-2-help"]);
  expect(await keysOf("--mode", "select", "--stories", "2-1,3-2-help")).toEqual(["2-1-search", "3-2-help"]);
  expect(await keysOf("--mode", "autopilot")).toEqual(["2-1-search", "2-2-badge", "3-1-end", "3-2-help"]);
  expect(await keysOf("--include-backlog")).toEqual(["2-1-search", "2-2-badge", "2-3-menu"]);
  const unknown = await project.storyboard(["plan", "--stories", "2-1x"]);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain("2-1-search");
});

test("plan names each edge with its source, and the order decides which edges there are", async () => {
  const edges = async (...options: string[]) =>
    Object.fromEntries(
      (await planOf("--mode", "autopilot", ...options)).stories.map(({ key, depends_on }) => [
        key,
        depends_on.map((edge) => `${edge.key} ${edge.source}`),
      ]),
    );
  const auto = await edges();
  expect(auto["2-2-badge"]).toEqual(["2-1-search declared"]);
  expect(auto["3-2-help"]).toContain("3-1-end order");
  expect(auto["3-1-end"]).toEqual(["2-2-badge epic"]);
  expect(await edges("--order", "parallel")).toMatchObject({
    "2-2-badge": ["2-1-search declared"],
    "3-1-end": [],
    "3-2-help": [],
  });
  expect((await edges("--order", "epic"))["3-2-help"]).toEqual(["3-1-end order"]);
  const words = await project.storyboard(["plan", "--mode", "autopilot"]);
  expect(words.stdout).toMatch(/2-2-badge {2}2-2-badge\n {6}after 2-1-search {2}\(declared: .*2-2-badge\.md/);
  expect(words.stdout).toContain("Can start at once (1): 2-1-search");
});

test("sequential runs one story at a time in backlog order; --max-workers is the ceiling of a parallel run", async () => {
  const sequence = async (...options: string[]) => {
    const { stdout, status } = await project.storyboard(["run", "--json", "--epic", "3", ...options]);
    expect(status).toBe(0);
    return contractLines(stdout).flatMap((line) => {
      if (line.type === "run.started") return [`at most ${line.max_workers}`];
      return line.type === "story.started" || line.type === "story.ended" ? [`${line.type} ${line.story}`] : [];
    });
  };
  expect(await sequence("--execution", "sequential")).toEqual([
    "at most 1",
    "story.started 3-1-end",
    "story.ended 3-1-end",
    "story.started 3-2-help",
    "story.ended 3-2-help",
  ]);
  project.write(
    "_bmad-output/implementation-artifacts/3-3-a.md",
    "# Story 3.3: a\n\nStatus: ready-for-dev\n\n## Tasks / Subtasks\n- [ ] do\n",
  );
  project.write(
    "_bmad-output/implementation-artifacts/3-4-b.md",
    "# Story 3.4: b\n\nStatus: ready-for-dev\n\n## Tasks / Subtasks\n- [ ] do\n",
  );
  const sprint = "_bmad-output/implementation-artifacts/sprint-status.yaml";
  project.write(
    sprint,
    project.read(sprint).replace(/( {2}epic-3-retrospective)/, "  3-3-a: ready-for-dev\n  3-4-b: ready-for-dev\n$1"),
  );
  expect((await sequence("--order", "parallel", "--max-workers", "2")).slice(0, 3)).toEqual([
    "at most 2",
    "story.started 3-3-a",
    "story.started 3-4-b",
  ]);
});
