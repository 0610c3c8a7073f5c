import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Project } from "../../support/project.ts";
import {
  contractLines,
  endRuns,
  eventually,
  gate,
  live,
  processesOf,
  reached,
  script,
  scripted,
  statusOf,
  writePlain,
} from "../../support/steering.ts";

/** How long a run may take to end once it was asked to (product.md), in milliseconds. */
const END_LIMIT_MS = 10_000;
const hasProc = existsSync("/proc/self/environ");

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
beforeEach(() => {
  project = new Project();
  writePlain(project, ["{ key: a, prompt: x }", "{ key: b, prompt: x, depends_on: [a] }"], "pipeline: build\n");
});
afterEach(() => {
  endRuns(project);
  project.remove();
});

const resumes = async (): Promise<void> => {
  for (const key of ["a", "b"]) script(project, key, "build");
  const resumed = await project.storyboard(["run", "--resume", "--json"], scripted(project));
  expect(contractLines(resumed.stdout).at(-1)).toMatchObject({ type: "run.ended", counts: { done: 2 } });
  expect(resumed.status).toBe(0);
  // Whatever became of the turn that was cut off: it cost no attempt.
  const ends = contractLines(resumed.stdout).flatMap((line) => (line.type === "story.ended" ? [line.attempts] : []));
  expect(ends).toEqual([1, 1]);
  expect(project.git("log", "--format=%s").match(/feat\(/g)).toHaveLength(2);
};

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends the lead in order: saved, agents gone, summary, resumable",
  async (signal) => {
    script(project, "a", gate("a"));
    const run = live(project, ["run"]);
    await reached(project, "a");
    const { run: id } = await statusOf(project);
    const startMs = Date.now();
    run.signal(signal);
    expect(await run.ended).toBe(130);
    expect(Date.now() - startMs).toBeLessThan(END_LIMIT_MS);
    expect(run.stdout()).toContain("SWARM STOPPED — saved, resumable");
    expect(run.stdout()).toContain("storyboard run --resume");
    if (hasProc) expect(processesOf(id)).toEqual([]);
    expect((await project.storyboard(["run"])).stderr).toContain("storyboard run --resume");
    await resumes();
  },
);

test("an agent that ignores signals and its children in sessions of their own are gone within the time", async () => {
  script(
    project,
    "a",
    `trap "" TERM INT HUP; setsid sh -c 'trap "" TERM INT HUP; while :; do sleep 0.2; done' & ${gate("a")}`,
  );
  const run = live(project, ["run"]);
  await reached(project, "a");
  const { run: id } = await statusOf(project);
  const startMs = Date.now();
  run.signal("SIGTERM");
  expect(await run.ended).toBe(130);
  expect(Date.now() - startMs).toBeLessThan(END_LIMIT_MS);
  if (hasProc) expect(processesOf(id)).toEqual([]);
  await resumes();
});

test("a second signal ends the lead at once, and still nothing is lost", async () => {
  script(project, "a", `trap "" TERM INT HUP; ${gate("a")}`);
  const run = live(project, ["run"]);
  await reached(project, "a");
  run.signal("SIGINT");
  await eventually("the stop", () => run.stdout().includes("Stopping: SIGINT"));
  const startMs = Date.now();
  run.signal("SIGINT");
  expect(await run.ended).toBe(130);
  expect(Date.now() - startMs).toBeLessThan(3_000);
  const { run: id } = await statusOf(project);
  await resumes();
  if (hasProc) await eventually("nothing of the run is alive", () => processesOf(id).length === 0);
});

test("a lead that is killed while it stops leaves an agent behind: it is gone before the story goes on in its folder", async () => {
  script(project, "a", `trap "" TERM INT HUP; echo $$ > "$OUT/first"; ${gate("a")}`);
  const run = live(project, ["run"]);
  await reached(project, "a");
  run.signal("SIGINT");
  await eventually("the stop", () => run.stdout().includes("Stopping: SIGINT"));
  run.signal("SIGKILL");
  expect(await run.ended).toBe("SIGKILL");
  for (const key of ["a", "b"]) script(project, key, 'kill -0 "$(cat "$OUT/first")" && touch "$OUT/two"; build');
  const resumed = await project.storyboard(["run", "--resume", "--json"], scripted(project));
  expect(contractLines(resumed.stdout).at(-1)).toMatchObject({ type: "run.ended", counts: { done: 2 } });
  expect(existsSync(join(project.base, "two"))).toBe(false);
});

test("an exit word on a piped stdin stops the run, other words do not; /dev/null as stdin is fine", async () => {
  script(project, "a", gate("a"));
  const run = live(project, ["run"]);
  await reached(project, "a");
  run.stdin.write("hello\nstop it\nend team\n");
  expect(await run.ended).toBe(130);
  expect(run.stdout()).toContain("Stopping: end team");
  for (const key of ["a", "b"]) script(project, key, "build");
  const { status } = await project.storyboard(["run", "--resume"], scripted(project));
  expect(status).toBe(0);
  expect(existsSync(join(project.path, "src/b.txt"))).toBe(true);
});
