import { expect, test } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { contractLines, script, scripted, statusOf, writePlain } from "../../support/steering.ts";

let project: Project;
eachProject((made) => {
  project = made;
});

const SPRINT = "_bmad-output/implementation-artifacts/sprint-status.yaml";

test("2: all mistakes of the command line are reported together, and so are those of the configuration", async () => {
  const line = await project.storyboard(["run", "--max-workers", "0", "--epik", "--mode", "fast"]);
  expect(line.status).toBe(2);
  expect(line.stdout).toBe("");
  expect(line.stderr).toContain("3 mistakes");
  expect(line.stderr).toContain("did you mean --epic?");
  project.write("storyboard.yaml", "max_worker: 3\norder: fast\nstories: [{ key: a, prompt: x }]\n").commit();
  const configuration = await project.storyboard(["run"]);
  expect(configuration.status).toBe(2);
  expect(configuration.stdout).toBe("");
  expect(configuration.stderr).toContain("max_workers");
  expect(configuration.stderr).toContain("order");
});

test("0 with what to run next when there is nothing to do; 1 with the reasons when stories are there but none can start", async () => {
  writeSprint(project, [
    { key: "1-1-base", status: "done" },
    { key: "2-1-far", status: "backlog" },
    { key: "3-1-waits", after: ["2-1-far"] },
  ]);
  project.commit();
  const done = await project.storyboard(["run", "--epic", "1"]);
  expect(done).toMatchObject({ status: 0, stderr: "" });
  expect(done.stdout).toContain("retrospective");
  const backlog = await project.storyboard(["run", "--epic", "2"]);
  expect(backlog).toMatchObject({ status: 0, stderr: "" });
  expect(backlog.stdout).toContain("2-1-far");
  expect(backlog.stdout).toContain("--include-backlog");
  const held = await project.storyboard(["run", "--epic", "3"]);
  expect(held.status).toBe(1);
  expect(held.stdout).toMatch(/No story can start:\n {2}3-1-waits: it depends on 2-1-far \(backlog\)/);
  // Asked for by name it is a story that was chosen and not done.
  const named = await project.storyboard(["run", "--stories", "2-1"]);
  expect(named.status).toBe(1);
  expect(named.stdout).toContain("2-1-far: it is in the backlog");
});

test("1: a story that should have run and could not start counts, whatever the reason is called", async () => {
  writeSprint(project, [
    { key: "1-1-base" },
    { key: "1-2-waits", after: ["2-1-far"] },
    { key: "1-3-later", status: "backlog" },
    { key: "2-1-far", status: "backlog" },
  ]);
  project.commit();
  const { status, stdout } = await project.storyboard(["run", "--epic", "1"]);
  expect(stdout).toContain("1/1 succeeded");
  expect(stdout).toContain("1-2-waits did not run: it depends on 2-1-far (backlog)");
  expect(stdout).toContain("1-3-later did not run: it is in the backlog");
  expect(status).toBe(1);
  expect(project.read(SPRINT)).toContain("1-1-base: done");
});

test("0: a story in the backlog that nobody asked for by name is no reproach", async () => {
  writeSprint(project, [{ key: "1-1-base" }, { key: "1-2-later", status: "backlog" }]);
  project.commit();
  const { status, stdout } = await project.storyboard(["run"]);
  expect(stdout).toContain("1-2-later did not run: it is in the backlog");
  expect(status).toBe(0);
});

test("3: the circuit breaker ends a headless run with what it has, and --resume goes on with the rest", async () => {
  writePlain(
    project,
    ["{ key: a, prompt: x }", "{ key: b, prompt: x }", "{ key: c, prompt: x }"],
    "pipeline: build\nmax_workers: 1\ncircuit_breaker: 2\nmax_retry_per_story: 1\n",
  );
  for (const key of ["a", "b"]) script(project, key, "exit 9");
  const broken = await project.storyboard(["run", "--json"], scripted(project));
  expect(broken.status).toBe(3);
  const lines = contractLines(broken.stdout);
  expect(lines.filter(({ type }) => type === "breaker.opened")).toHaveLength(1);
  expect(lines.at(-1)).toMatchObject({ type: "run.ended", status: "error", counts: { failed: 2, queued: 1 } });
  expect((await project.storyboard(["run"])).stderr).toContain("--resume");
  const resumed = await project.storyboard(["run", "--resume", "--json"], scripted(project));
  expect(contractLines(resumed.stdout).at(-1)).toMatchObject({ counts: { failed: 2, done: 1 } });
  expect(resumed.status).toBe(1);
  expect(await statusOf(project)).toMatchObject({ state: "ended" });
});

test("3: an agent whose login has expired stops the run at once with what to do, and costs no attempt", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `echo '{"t":"failed","cause":"auth","message":"please log in"}'; exit 1`);
  const stopped = await project.storyboard(["run"], scripted(project));
  expect(stopped.status).toBe(3);
  expect(stopped.stdout).toContain("please log in");
  expect(stopped.stdout).toContain("storyboard run --resume");
  script(project, "a", "build");
  const resumed = await project.storyboard(["run", "--resume", "--json"], scripted(project));
  expect(resumed.status).toBe(0);
  expect(contractLines(resumed.stdout).find(({ type }) => type === "story.ended")).toMatchObject({ attempts: 1 });
});

test("an agent that cannot be started is found before anything starts", async () => {
  project
    .write(
      "storyboard.yaml",
      `${agentConfiguration().replace("[sh,", "[no-such-agent,")}stories: [{ key: a, prompt: x }]\n`,
    )
    .commit();
  const { status, stderr } = await project.storyboard(["run"]);
  expect(status).toBe(2);
  expect(stderr).toContain("no-such-agent");
});
