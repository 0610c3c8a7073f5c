import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import type { Project } from "../../support/project.ts";
import { endRuns, eventually, gate, live, open, reached, statusOf, storyIn } from "../../support/steering.ts";
import { COMPLETIONS, FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "./support.ts";

vi.setConfig({ testTimeout: 60_000 });

const projects: Project[] = [];
const made = (project: Project): Project => {
  projects.push(project);
  return project;
};
afterAll(() => {
  for (const project of projects) {
    endRuns(project);
    project.remove();
  }
});

const KINDS = ["builder", "progress", "reconciler", "review", "themis"];

test("stories land with their artifacts and logs in the bookkeeping commit, and nothing is left behind", async () => {
  const project = made(
    workerSprint([{ key: "36-1-first" }, { key: "36-2-badge", after: ["36-1-first"] }, { key: "36-20-far" }]),
  ).commit();
  const ran = await project.storyboard(["run"], workerEnvironment(project));
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
  expect(project.git("status", "--porcelain")).toBe("");
  for (const [key, short] of [
    ["36-1-first", "36-1"],
    ["36-2-badge", "36-2"],
    ["36-20-far", "36-20"],
  ] as const) {
    expect(project.read(`${FOLDER}/sprint-status.yaml`)).toContain(`  ${key}: done\n`);
    expect(project.read(`${FOLDER}/${key}.md`)).toMatch(/Status: done\n[\s\S]*- \[x\] Task 1/);
    const files = [...KINDS.map((kind) => `${short}-${kind}.json`), `${short}-narrative.log`].sort();
    const booked = project.git("log", "-1", "--format=%s", "--", `${COMPLETIONS}/${short}-themis.json`);
    expect(booked).toBe(`chore(storyboard): ${key} is done`);
    const landed = project.git("ls-tree", "--name-only", "HEAD", `${COMPLETIONS}/`).split("\n");
    expect(landed.filter((path) => path.startsWith(`${COMPLETIONS}/${short}-`)).sort()).toEqual(
      files.map((file) => `${COMPLETIONS}/${file}`),
    );
    expect(JSON.parse(project.read(`${COMPLETIONS}/${short}-progress.json`))).toMatchObject({ status: "SUCCESS" });
    expect(project.read(`${COMPLETIONS}/${short}-narrative.log`)).toMatch(/\] COMMIT — 2\/2 tasks/);
  }
  // The log is told before the worker's last words, with the phase that each line is about.
  const feed = ran.stdout.split("\n").filter((line) => /^ {2}36-1 +\| /.test(line));
  const words = (line: string): string => line.split(" | ")[1] ?? "";
  expect(feed.map(words).slice(0, 5)).toEqual([
    "PREPARE  8 unchecked tasks, 4 checked. 3 tasks have partial implementations in codebase.",
    "BUILD  Spawning Metis for 2 tasks",
    "BUILD  DONE — 2 new, 0 modified (12 lines)",
    "BUILD  + src/36-1-first.ts — the service and its badge",
    "BUILD  + test/36-1-first.test.ts — its tests",
  ]);
});

test("progress, phase and dashboard follow the worker while it works", async () => {
  const project = made(
    workerSprint([{ key: "36-2-badge" }], {
      "36-2-badge": `prepare; build; ${gate("built")}; verify; ${gate("verifying")}; assess; refine; settle; reflect; complete`,
    }),
  ).commit();
  const run = live(project, ["run", "--headless"], workerEnvironment(project));
  await reached(project, "built");
  const progress = join(project.path, COMPLETIONS, "36-2-progress.json");
  const told = await eventually("the progress artifact in the user's copy", () =>
    existsSync(progress) ? JSON.parse(readFileSync(progress, "utf8")) : undefined,
  );
  expect(told).toMatchObject({ story_key: "36-2", current_phase: "BUILD" });
  open(project, "built");
  await reached(project, "verifying");
  await eventually("VERIFY in the feed", () => run.stdout().includes("  36-2 | VERIFY  🔴 no empty state\n"));
  await eventually("the dashboard in VERIFY", () =>
    /^ {2}36-2 {2}🔍 VERIFY {4}.* {4}\[\d\d:\d\d\]$/m.test(run.stdout()),
  );
  open(project, "verifying");
  expect(await run.ended).toBe(0);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(JSON.parse(readFileSync(progress, "utf8"))).toMatchObject({ current_phase: "COMPLETE", status: "SUCCESS" });
});

test("a worker whose lead was killed is adopted, and its phase is known", async () => {
  const project = made(
    workerSprint([{ key: "36-2-badge" }], {
      "36-2-badge": `prepare; build; ${gate("built")}; verify; ${gate("verified")}; assess; refine; settle; reflect; complete`,
    }),
  ).commit();
  const first = live(project, ["run", "--headless"], workerEnvironment(project));
  await reached(project, "built");
  first.signal("SIGKILL");
  await first.ended;
  open(project, "built");
  await reached(project, "verified");
  const second = live(project, ["run", "--resume", "--headless"], workerEnvironment(project));
  await eventually("the phase of the adopted worker", () =>
    second.stdout().includes("  36-2 | VERIFY  2 MUST_FIX, 1 SHOULD_FIX\n"),
  );
  expect(storyIn(await statusOf(project), "36-2")).toMatchObject({ status: "running", attempt: 1, turn: 1 });
  open(project, "verified");
  expect(await second.ended).toBe(0);
  expect(second.stdout()).toContain("  36-2 | ASSESS  2 must-fix, 1 should-fix\n");
  expect(second.stdout()).not.toContain("Spawning Metis");
  expect(readFileSync(join(project.base, "turns"), "utf8").trim().split("\n")).toHaveLength(1);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("log", "--format=%s", "-2")).toBe("chore(storyboard): 36-2-badge is done\nfeat(36-2): build it");
});

test("an earlier run's words and artifacts are no evidence, and not told again", async () => {
  const project = made(workerSprint([{ key: "36-2-badge" }], { all: "prepare; build; tick; commit; complete" }));
  project.write(`${COMPLETIONS}/36-2-narrative.log`, "[10:00] BUILD DONE — 1 new\n  + src/old.ts — old news\n");
  for (const kind of ["review", "themis", "reconciler", "progress"]) {
    project.write(`${COMPLETIONS}/36-2-${kind}.json`, JSON.stringify({ status: "SUCCESS", triage: [], issues: [] }));
  }
  project.commit();
  const configuration = workerConfiguration("max_retry_per_story: 1\n");
  writeFileSync(join(project.path, "storyboard.yaml"), configuration);
  project.git("commit", "-qam", "one attempt");
  const ran = await project.storyboard(["run"], workerEnvironment(project));
  expect(ran.status).toBe(1);
  expect(ran.stdout).not.toContain("old news");
  for (const kind of ["review", "themis", "reconciler"]) {
    expect(ran.stdout).toContain(`artifact (36-2-${kind}.json: left by an earlier run)`);
  }
});
