import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentConfiguration, Project, writeSprint } from "../../support/project.ts";
import { scripted, statuses, TOGETHER_THEN } from "./support.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

const withGates = (gates: string, more = ""): string =>
  agentConfiguration(more).replace("gates: { commands: {} }", gates);
const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : []);

test("gates are found in package.json, run on the baseline and for each story, and not again where nothing was merged", async () => {
  writeSprint(project, [{ key: "1-1-a" }], { configuration: withGates("") });
  project
    .write("package.json", JSON.stringify({ name: "x", scripts: { test: 'ls src 2>/dev/null | wc -l >> "$GATES"' } }))
    .commit();
  const log = join(project.base, "gates");
  const environment = { ...scripted(project, {}), GATES: log };
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/Gate test: npm test .*package\.json/);
  // Once on the baseline, once on the story's tree; its landing did not change that tree.
  expect(linesOf(log)).toEqual(["0", "1"]);
  expect(stdout).toMatch(/Gates: test/);
});

test("a gate that is red is missing evidence, named, and its words reach the builder's next attempt", async () => {
  writeSprint(project, [{ key: "1-1-a" }], {
    configuration: withGates(
      "gates: { commands: { test: 'test ! -e src || test -e src/good || { echo needs good; exit 1; }' } }\n",
    ),
  });
  project.commit();
  const environment = scripted(project, {
    "1-1-a.BUILD": 'mkdir -p src; [ "$STORYBOARD_ATTEMPT" = 1 ] || touch src/good; build',
  });
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/rejected.*test/);
  expect(project.git("ls-files", "src")).toContain("src/good");
});

test("gates of stories that run at once never run at once", async () => {
  writeSprint(
    project,
    ["1-1-a", "1-2-b", "1-3-c"].map((key) => ({ key })),
    {
      configuration: withGates(
        'gates: { commands: { test: \'mkdir "$TOGETHER/gate" || touch "$TOGETHER/overlap"; sleep 0.1; rmdir "$TOGETHER/gate"; echo x >> "$GATES"\' } }\n',
        "order: parallel\n",
      ),
    },
  );
  project.commit();
  const log = join(project.base, "gates");
  const { status, stdout } = await project.storyboard(["run", "--headless"], { ...scripted(project, {}), GATES: log });
  expect(status, stdout).toBe(0);
  expect(existsSync(join(project.base, "together", "overlap"))).toBe(false);
  expect(linesOf(log).length).toBeGreaterThanOrEqual(4);
});

test("a gate runs in its folder, and only for stories that touch its paths", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b", after: ["1-1-a"] }], {
    configuration: withGates(
      'gates: { commands: { web: { run: \'echo "$(basename "$PWD")" >> "$GATES"\', cwd: web, paths: [\'web/**\'] } } }\n',
    ),
  });
  project.write("web/x.txt", "x\n").commit();
  const log = join(project.base, "gates");
  const environment = { ...scripted(project, { "1-2-b.BUILD": "echo y > web/y.txt; build" }), GATES: log };
  const { status, stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(status, stdout).toBe(0);
  const ran = linesOf(log);
  expect(new Set(ran)).toEqual(new Set(["web"]));
  // The baseline and the story that touches the folder; not the other one.
  expect(ran).toHaveLength(2);
});

test("a red baseline ends the start with exit 2 and the gate's words; accepted, it is not held against a story", async () => {
  const gates = "gates: { commands: { test: 'echo red since ever; exit 1' } }\n";
  writeSprint(project, [{ key: "1-1-a" }], { configuration: withGates(gates) });
  project.commit();
  const first = await project.storyboard(["run", "--headless"]);
  expect(first.status).toBe(2);
  expect(first.stdout + first.stderr).toContain("red since ever");
  expect(first.stdout + first.stderr).toContain("baseline: accept");
  const second = await project.storyboard(["run", "--headless", "--fresh", "--accept-baseline"]);
  expect(second.status, second.stdout).toBe(0);
  expect(second.stdout).toContain("as it was on the baseline");
});

test("in batch mode type-check and lint run once, after all stories; red then is exit 1 and a named list", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: withGates(
      "gates: { commands: { lint: 'echo lint >> \"$GATES\"; ! test -e src/1-2-b.txt', test: 'echo test >> \"$GATES\"' } }\n",
      "batch_mode: true\n",
    ),
  });
  project.commit();
  const log = join(project.base, "gates");
  const { status, stdout } = await project.storyboard(["run", "--headless"], { ...scripted(project, {}), GATES: log });
  expect(status).toBe(1);
  expect(stdout).toContain("Red after all stories: lint");
  const ran = linesOf(log);
  expect(ran.lastIndexOf("test")).toBeLessThan(ran.lastIndexOf("lint"));
  expect(ran.filter((name) => name === "lint").length).toBeLessThanOrEqual(2);
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
});

test("deleted and skipped tests and changed gate commands are flagged on the card", async () => {
  writeSprint(project, [{ key: "1-1-a" }], { configuration: withGates("") });
  project
    .write("package.json", JSON.stringify({ name: "x", scripts: { test: "true" } }, null, 2))
    .write("test/a.test.js", 'test("a", () => {});\n')
    .write("test/b.test.js", 'test("b", () => {});\n')
    .commit();
  const environment = scripted(project, {
    "1-1-a.BUILD":
      'git rm -q test/a.test.js; echo \'test.skip("b", () => {});\' > test/b.test.js; sed -i \'s/"true"/"exit 0"/\' package.json; build',
  });
  const { stdout } = await project.storyboard(["run", "--headless"], environment);
  expect(stdout).toMatch(/⚠ test\/a\.test\.js deletes/);
  expect(stdout).toMatch(/⚠ test\/b\.test\.js adds test\.skip/);
  expect(stdout).toMatch(/⚠ package\.json changes script/);
});

test("with two stories landing on each other, the merged tree is tested, too", async () => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: withGates(
      "gates: { commands: { test: 'ls src 2>/dev/null | wc -l >> \"$GATES\"' } }\n",
      "order: parallel\n",
    ),
  });
  project.commit();
  const log = join(project.base, "gates");
  const scripts = {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\nbuild`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\nbuild`,
  };
  const { status, stdout } = await project.storyboard(["run", "--headless"], {
    ...scripted(project, scripts),
    GATES: log,
  });
  expect(status, stdout).toBe(0);
  expect(linesOf(log)).toEqual(["0", "1", "1", "2"]);
});

const landingOnEachOther = async (gates: string, second = "") => {
  writeSprint(project, [{ key: "1-1-a" }, { key: "1-2-b" }], {
    configuration: withGates(`gates: { commands: { ${gates} } }\n`, "order: parallel\n"),
  });
  project.write("docs/x.md", "x\n").commit();
  const scripts = {
    "1-1-a.BUILD": `${TOGETHER_THEN.first}\nbuild`,
    "1-2-b.BUILD": `${TOGETHER_THEN.second}\n${second}\nbuild`,
  };
  const log = join(project.base, "gates");
  const ran = await project.storyboard(["run", "--headless"], { ...scripted(project, scripts), GATES: log });
  return { ...ran, log };
};

test("on the merged tree only gates run whose paths the story or what landed meanwhile touches", async () => {
  const { status, stdout, log } = await landingOnEachOther(
    "docs: { run: 'echo docs >> \"$GATES\"', paths: ['docs/**'] }, src: { run: 'echo src >> \"$GATES\"', paths: ['src/**'] }",
  );
  expect(status, stdout).toBe(0);
  // Both on the baseline; then src for each story, and for the second one again where it lands on the first.
  expect(linesOf(log)).toEqual(["docs", "src", "src", "src", "src"]);
});

test("a gate that is red on the merged tree without the story, too, is not held against it: its card says since when", async () => {
  const { status, stdout } = await landingOnEachOther(
    "test: '! test -e \"$TOGETHER/broken\" || ! test -e src/1-1-a.txt'",
    'touch "$TOGETHER/broken"',
  );
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("the gate test is red without this story, too: since 1-1-a landed");
  expect(statuses(project)).toEqual({ "1-1-a": "done", "1-2-b": "done" });
});

test("a tree that was tested is not tested again, by a later run either", async () => {
  writeSprint(project, [{ key: "1-1-a" }], {
    configuration: withGates(
      "gates: { commands: { test: 'ls src 2>/dev/null | wc -l >> \"$GATES\"' } }\n",
      "max_retry_per_story: 1\n",
    ),
  });
  // Nothing of the artifacts is committed, so the first run leaves the baseline as it was.
  project.write(".gitignore", "_bmad-output/\n").commit();
  const log = join(project.base, "gates");
  const failing = { ...scripted(project, { "1-1-a.BUILD": "exit 1" }), GATES: log };
  expect((await project.storyboard(["run", "--headless"], failing)).status).toBe(1);
  const working = { ...scripted(project, { "1-1-a.BUILD": "build" }), GATES: log };
  const { status, stdout } = await project.storyboard(["run", "--headless", "--fresh"], working);
  expect(status, stdout).toBe(0);
  expect(linesOf(log)).toEqual(["0", "1"]);
});
