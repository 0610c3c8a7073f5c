import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import {
  contractLines,
  ctl,
  eventually,
  gate,
  live,
  open,
  processesOf,
  reached,
  script,
  scripted,
  statusOf,
  storyIn,
  writePlain,
} from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

test("a second start says who leads; --resume follows the living lead to its end and ends with the run's status", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  script(project, "a", `${gate("a")}; build`);
  const run = live(project, ["run"]);
  await reached(project, "a");
  const second = await project.storyboard(["run"]);
  expect(second.status).toBe(2);
  expect(second.stderr).toContain(`(process ${run.pid})`);
  expect(second.stderr).toContain("storyboard run --resume");
  const [json, words] = [live(project, ["run", "--resume", "--json"]), live(project, ["run", "--resume"])];
  await eventually("the follower's first words", () => words.stdout().includes("BUILD"));
  // Whoever hears of one of these has been there before.
  let workers = 2;
  await eventually("both follow", async () => {
    await ctl(project, "workers", String(++workers));
    return json.stdout() !== "" && words.stdout().includes("workers.changed");
  });
  open(project, "a");
  expect(await Promise.all([run.ended, json.ended, words.ended])).toEqual([0, 0, 0]);
  expect(contractLines(json.stdout()).at(-1)).toMatchObject({ type: "run.ended", status: "completed" });
  expect(contractLines(json.stdout()).filter(({ type }) => type === "run.ended")).toHaveLength(1);
  expect(words.stdout()).toContain("1/1 succeeded");
});

test("an open breaker lets end what runs, and ctl resume closes it", async () => {
  writePlain(
    project,
    ["a", "b", "c"].map((key) => `{ key: ${key}, prompt: x }`),
    "pipeline: build\nmax_workers: 2\ncircuit_breaker: 1\nmax_retry_per_story: 1\n",
  );
  script(project, "a", `${gate("a")}; build`);
  script(project, "b", "exit 9");
  const run = live(project, ["run", "--json"]);
  await reached(project, "a");
  await eventually("the breaker", async () => (await statusOf(project)).state === "breaker");
  expect(storyIn(await statusOf(project), "c")).toMatchObject({ status: "queued", waiting_for: "circuit breaker" });
  expect(await ctl(project, "resume")).toMatchObject({ status: 0 });
  await eventually("c is done", async () => storyIn(await statusOf(project), "c").status === "done");
  open(project, "a");
  expect(await run.ended).toBe(1);
  expect(contractLines(run.stdout()).at(-1)).toMatchObject({ status: "blocked", counts: { done: 2, failed: 1 } });
});

test("a stop while gates run on the baseline ends in time, and the gates begin again when the run goes on", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const slow =
    'gates: { commands: { test: "if [ ! -e $OUT/quick.open ]; then touch $OUT/gate.reached; sleep 300; fi" } }';
  project.write("storyboard.yaml", project.read("storyboard.yaml").replace("gates: { commands: {} }", slow));
  project.git("commit", "-q", "-a", "-m", "a slow gate");
  const run = live(project, ["run"]);
  await reached(project, "gate");
  const { run: id } = await statusOf(project);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(130);
  expect(run.stdout()).toContain("SWARM STOPPED");
  if (existsSync("/proc/self/environ")) expect(processesOf(id)).toEqual([]);
  open(project, "quick");
  const resumed = await project.storyboard(["run", "--resume"], scripted(project));
  expect(resumed.stdout).toContain("1/1 succeeded");
  expect(resumed.status).toBe(0);
});

test("--until ends the run at its time, saved; one that has passed is refused before there is a run", async () => {
  writePlain(project, ["{ key: a, prompt: x }"], "pipeline: build\n");
  const past = await project.storyboard(["run", "--until", "2020-01-01T10:00"]);
  expect(past.status).toBe(2);
  expect(past.stderr).toContain("has passed already");
  expect(existsSync(join(project.path, ".storyboard"))).toBe(false);
  script(project, "a", gate("a"));
  const run = live(project, ["run", "--until", new Date(Date.now() + 4_000).toISOString()]);
  expect(await run.ended).toBe(130);
  expect(run.stdout()).toContain("Stopping: --until");
});

test("the next start says how a story ended last time before it tries it again", async () => {
  writePlain(
    project,
    ["{ key: a, prompt: x }", "{ key: b, prompt: x }"],
    "pipeline: build\nmax_retry_per_story: 1\ninbox: fail\n",
  );
  script(project, "a", "echo the well is dry; exit 4");
  script(project, "b", 'echo "QUESTION: which one?"');
  expect((await project.storyboard(["run"], scripted(project))).status).toBe(1);
  for (const key of ["a", "b"]) script(project, key, "build");
  const next = await project.storyboard(["run"], scripted(project));
  expect(next.status).toBe(0);
  expect(next.stdout).toMatch(/Note: a ended failed in the last run: .*the well is dry/);
  expect(next.stdout).toMatch(/Note: b asked in the last run: which one\? \(storyboard ctl answer b/);
});
