import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project, STORYBOARD } from "../../support/project.ts";
import { endRuns, eventually, script, scripted, statusOf, writePlain } from "../../support/steering.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
  writePlain(
    project,
    ["{ key: a, prompt: x }", "{ key: b, prompt: x }", "{ key: c, prompt: x }"],
    "pipeline: build\nmax_workers: 1\n",
  );
});
afterEach(() => {
  endRuns(project);
  project.remove();
});

test("a reader that stalls does not delay the run, and one that goes away does not end it", async () => {
  // More than a pipe holds, so that a writer who waits for the reader would wait for ever.
  script(
    project,
    "BUILD",
    "mkdir -p src; echo $STORYBOARD_RUN > src/$STORYBOARD_STORY.run; yes 'a long line of words that nobody reads, over and over again' | head -4000; build",
  );
  const stalled = spawn(STORYBOARD, ["run", "--json"], {
    cwd: project.path,
    env: project.environment(scripted(project)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => stalled.on("exit", resolve));
  await eventually("all stories are done although nobody reads", async () => {
    const status = await statusOf(project).catch(() => undefined);
    return status?.counts.done === 3;
  });
  expect(await ended).toBe(0);
  stalled.stdout.destroy();

  const gone = spawn("sh", ["-c", '"$0" run --fresh; echo $? > "$OUT/status"', STORYBOARD], {
    cwd: project.path,
    env: project.environment(scripted(project)),
    stdio: ["ignore", "pipe", "ignore"],
  });
  gone.stdout.once("data", () => gone.stdout.destroy());
  expect(await new Promise((resolve) => gone.on("exit", resolve))).toBe(0);
  expect(await statusOf(project)).toMatchObject({ state: "ended", counts: { total: 3, done: 3 } });
});
