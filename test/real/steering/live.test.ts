import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { type Project, writeSprint } from "../../support/project.ts";
import {
  contractLines,
  ctl,
  eventually,
  gate,
  live,
  open,
  promptOf,
  reached,
  script,
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

const isRefused = (words: string) => ({ status: 1, text: expect.stringContaining(words) });
const DONE = { status: 0, text: "done\n" };

test("a run is paused, drained and widened while it goes; nobody is killed for it", async () => {
  const keys = ["a", "b", "c", "d", "e"];
  writePlain(
    project,
    keys.map((key) => `{ key: ${key}, prompt: x }`),
    "pipeline: build\nmax_workers: 2\n",
  );
  for (const key of keys) script(project, key, `${gate(key)}; build`);
  const run = live(project, ["run", "--json"]);
  await reached(project, "a");
  await reached(project, "b");
  expect(await ctl(project, "pause")).toEqual(DONE);
  expect(await ctl(project, "workers", "1")).toEqual(DONE);
  expect(await statusOf(project)).toMatchObject({
    state: "paused",
    workers: { max: 1, busy: 2 },
    counts: { running: 2 },
  });
  open(project, "a");
  // Nothing new starts; what runs may end.
  await eventually("a is done", async () => storyIn(await statusOf(project), "a").status === "done");
  expect(storyIn(await statusOf(project), "c")).toMatchObject({ status: "queued", waiting_for: "pause" });
  expect(await ctl(project, "resume")).toEqual(DONE);
  // One worker from now on: b still has it, so c waits.
  expect(storyIn(await statusOf(project), "c")).toMatchObject({ status: "queued", waiting_for: "worker" });
  expect(await ctl(project, "workers", "4")).toEqual(DONE);
  for (const key of ["c", "d", "e"]) await reached(project, key);
  expect(await statusOf(project)).toMatchObject({ workers: { max: 4, effective: 4, busy: 4 } });
  expect(await ctl(project, "workers", "0")).toMatchObject({ status: 2 });
  for (const key of keys) open(project, key);
  expect(await run.ended).toBe(0);
  const lines = contractLines(run.stdout());
  expect(lines.flatMap((line) => (line.type === "workers.changed" ? [[line.max, line.effective]] : []))).toEqual([
    [2, 2],
    [1, 2],
    [1, 1],
    [4, 4],
  ]);
  expect(lines.every((line) => line.type !== "turn.ended" || line.ok)).toBe(true);
});

test("skip, skip --as-done and cancel end stories, retry brings one back, and what does not apply is refused with the reason", async () => {
  writeSprint(project, [
    { key: "1-1-long" },
    { key: "1-2-skipped" },
    { key: "1-3-after-skipped", after: ["1-2-skipped"] },
    { key: "1-4-fails" },
    { key: "1-5-after-fails", after: ["1-4-fails"] },
    { key: "1-6-cancelled" },
    { key: "1-7-after-long", after: ["1-1-long"] },
  ]);
  project.write("storyboard.yaml", `${project.read("storyboard.yaml")}max_retry_per_story: 1\n`).commit();
  script(project, "1-1-long.BUILD", `${gate("long")}; build`);
  script(project, "1-2-skipped", gate("skipped"));
  script(
    project,
    "1-4-fails.BUILD",
    'grep -q "use the other" "$STORYBOARD_TURN_DIR/prompt.md" && { build; exit; }; echo no; exit 3',
  );
  script(project, "1-6-cancelled", gate("cancelled"));
  const run = live(project, ["run", "--json", "--order", "parallel", "--max-workers", "4"]);
  for (const name of ["long", "skipped", "cancelled"]) await reached(project, name);
  await eventually("1-4 has failed", async () => storyIn(await statusOf(project), "1-4").status === "failed");
  expect(storyIn(await statusOf(project), "1-5")).toMatchObject({
    status: "blocked",
    error: { type: "DependencyError" },
  });

  expect(await ctl(project, "retry", "1-1")).toEqual(isRefused("1-1-long is running"));
  expect(await ctl(project, "retry", "1-7")).toEqual(isRefused("1-7-after-long is queued already"));
  expect(await ctl(project, "answer", "1-1", "hello")).toEqual(isRefused("has not asked anything"));
  expect(await ctl(project, "skip", "1-4")).toEqual(isRefused("has ended: failed"));
  expect(await ctl(project, "skip", "9-9")).toMatchObject({
    status: 2,
    text: expect.stringContaining("The stories are:"),
  });

  expect(await ctl(project, "skip", "1-2", "--as-done")).toEqual(DONE);
  await eventually("1-3 goes on", async () => storyIn(await statusOf(project), "1-3").status === "done");
  expect(await ctl(project, "cancel", "1-6")).toEqual(DONE);
  await eventually("1-6 has ended", async () => storyIn(await statusOf(project), "1-6").status === "failed");
  expect(await ctl(project, "retry", "1-4", "--note", "use the other door")).toEqual(DONE);
  await eventually("1-5 is unblocked", async () => storyIn(await statusOf(project), "1-5").status === "done");
  expect(await ctl(project, "retry", "1-4")).toEqual(isRefused("nothing to retry"));
  expect(await promptOf(project, "1-4-fails.2.BUILD-2")).toContain("use the other door");
  open(project, "long");
  expect(await run.ended).toBe(1);
  const lines = contractLines(run.stdout());
  expect(lines.at(-1)).toMatchObject({ counts: { total: 7, done: 5, skipped: 1, failed: 1 } });
  expect(lines.filter((line) => line.type === "story.ended" && line.story === "1-6-cancelled")).toMatchObject([
    { outcome: "failed", error: { type: "CancelledError" } },
  ]);
  // What did not land keeps its status as it was.
  const sprint = project.read("_bmad-output/implementation-artifacts/sprint-status.yaml");
  expect(sprint).toMatch(/1-1-long: done\n {2}1-2-skipped: in-progress\n {2}1-3-after-skipped: done\n/);
  expect(sprint).toMatch(/1-6-cancelled: in-progress\n {2}1-7-after-long: done\n/);
});
