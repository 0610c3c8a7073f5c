import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import type { Project } from "../../support/project.ts";
import {
  ctl,
  eventually,
  gate,
  live,
  open,
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

test("status, logs and ctl say what is true while a run goes, is paused, waits, has lost its lead and has ended", async () => {
  for (const words of [["status"], ["logs", "a"], ["ctl", "stop"]]) {
    const none = await project.storyboard(words);
    expect(none).toMatchObject({ status: 1, stdout: "" });
    expect(none.stderr).toContain("storyboard run");
  }
  writePlain(
    project,
    [
      "{ key: a, title: Aaa, prompt: x }",
      "{ key: b, title: Bbb, prompt: x }",
      "{ key: c, prompt: x, depends_on: [a] }",
    ],
    "pipeline: build\nmax_workers: 2\ninbox: wait\n",
  );
  script(project, "a", `echo begun; ${gate("a")}; build`);
  script(project, "b", 'echo "QUESTION: which?"');
  const run = live(project, ["run"]);
  await reached(project, "a");
  await eventually("b waits", async () => storyIn(await statusOf(project), "b").status === "waiting");
  const running = await statusOf(project);
  expect(running).toMatchObject({ state: "running", workers: { max: 2, effective: 2, busy: 1 } });
  expect(storyIn(running, "a")).toMatchObject({
    status: "running",
    phase: "BUILD",
    agent: "builder",
    turn: 1,
    waiting_for: null,
  });
  expect(storyIn(running, "b")).toMatchObject({ status: "waiting", waiting_for: "answer", worker: null });
  expect(storyIn(running, "c")).toMatchObject({ status: "queued", waiting_for: "a", attempt: 0, started_at: null });
  const words = (await project.storyboard(["status"])).stdout;
  expect(words).toMatch(/a {2}.*BUILD.*\n.*b {2}.*WAIT/);
  expect((await project.storyboard(["logs", "a"])).stdout).toBe("--- a.1.BUILD-1\nbegun\n");
  expect((await project.storyboard(["logs", "c"])).stdout).toBe("c has had no turn yet.\n");
  expect((await project.storyboard(["logs", "nope"])).stderr).toContain("The stories are: a, b, c");

  const followed = live(project, ["logs", "a", "-f"]);
  await eventually("the log so far", () => followed.stdout().includes("begun"));
  expect(await ctl(project, "pause")).toEqual({ status: 0, text: "done\n" });
  expect(await ctl(project, "pause")).toMatchObject({ status: 1, text: expect.stringContaining("paused already") });
  expect(await statusOf(project)).toMatchObject({ state: "paused", workers: { effective: 1 } });
  expect(await ctl(project, "resume")).toMatchObject({ status: 0 });
  expect(await ctl(project, "resume")).toMatchObject({ status: 1, text: expect.stringContaining("not paused") });
  open(project, "a");
  expect(await followed.ended).toBe(0);
  expect(followed.stdout()).toBe("--- a.1.BUILD-1\nbegun\nbuilt a\n");
  await eventually("only the question is left", async () => (await statusOf(project)).state === "waiting");
  expect((await ctl(project, "inbox")).text).toContain('storyboard ctl answer b "');

  run.signal("SIGKILL");
  await run.ended;
  const lost = await statusOf(project);
  expect(lost).toMatchObject({ state: "lead-lost", counts: { done: 2, waiting: 1 } });
  expect(await ctl(project, "pause")).toMatchObject({ status: 1, text: expect.stringContaining("run --resume") });
  expect((await ctl(project, "inbox")).text).toContain("which?");
  expect(await ctl(project, "answer", "b", "that", "one")).toMatchObject({ status: 0 });
  script(project, "b", 'grep -c "that one" "$STORYBOARD_TURN_DIR/prompt.md"; build');
  const resumed = await project.storyboard(["run", "--resume"], scripted(project));
  expect(resumed.stdout).toContain("3/3 succeeded");
  expect(resumed.status).toBe(0);
  expect(await statusOf(project)).toMatchObject({ state: "ended", counts: { total: 3, done: 3 } });
  expect((await project.storyboard(["logs", "b"])).stdout).toContain("--- b.1.BUILD-2\n1\nbuilt b\n");
});

test("every help fits 80 columns, and --version is one line", async () => {
  for (const words of [[], ["run"], ["plan"], ["ctl"], ["status"], ["logs"], ["clean"], ["help"]]) {
    const { status, stdout, stderr } = await project.storyboard([...words, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain("Usage: storyboard");
  }
  expect((await project.storyboard(["--version"])).stdout).toMatch(/^storyboard \d+\.\d+\.\d+\n$/);
});
