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
  scripted,
  statusOf,
  storyIn,
} from "../../support/steering.ts";

const SPRINT = "_bmad-output/implementation-artifacts/sprint-status.yaml";
// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

test("a question gives its slot away, and the answer continues the same session", async () => {
  writeSprint(project, [{ key: "1-1-asks" }, { key: "1-2-other" }, { key: "1-3-after", after: ["1-1-asks"] }]);
  project.write("storyboard.yaml", `${project.read("storyboard.yaml")}max_workers: 1\n`).commit();
  script(
    project,
    "1-1-asks.BUILD",
    [
      'echo "{\\"t\\":\\"session\\",\\"id\\":\\"asker\\"}"',
      'grep -q "the blue one" "$STORYBOARD_TURN_DIR/prompt.md" && { echo "again in $STORYBOARD_SESSION"; build; exit; }',
      'echo; echo "QUESTION: red or blue?"',
    ].join("\n"),
  );
  script(project, "1-2-other.BUILD", `${gate("other")}; build`);
  const run = live(project, ["run", "--json", "--order", "parallel"]);
  await reached(project, "other");
  const asked = await statusOf(project);
  expect(storyIn(asked, "1-1")).toMatchObject({
    status: "waiting",
    waiting_for: "answer",
    worker: null,
    session: "asker",
  });
  // Its dependents wait, and are not blocked.
  expect(storyIn(asked, "1-3")).toMatchObject({ status: "queued", waiting_for: "1-1-asks" });
  expect((await ctl(project, "inbox")).text).toContain("1-1-asks (question)\n  red or blue?");
  expect(await ctl(project, "answer", "1-1", "the", "blue", "one")).toEqual({ status: 0, text: "done\n" });
  open(project, "other");
  expect(await run.ended).toBe(0);
  const lines = contractLines(run.stdout());
  expect(
    lines.filter((line) => line.type === "turn.started" && line.story === "1-1-asks" && line.phase === "BUILD"),
  ).toMatchObject([{ session: null }, { session: "asker" }]);
  expect(lines).toContainEqual(expect.objectContaining({ type: "feed", text: "again in asker" }));
  expect(lines.at(-1)).toMatchObject({ counts: { done: 3 } });
});

test("a failed story of an ended run is tried again with a note: the run opens, its dependents go on, statuses end true", async () => {
  writeSprint(project, [
    { key: "1-1-fails", tasks: 3 },
    { key: "1-2-after", after: ["1-1-fails"] },
  ]);
  project.write("storyboard.yaml", `${project.read("storyboard.yaml")}max_retry_per_story: 2\n`).commit();
  script(
    project,
    "1-1-fails.BUILD",
    [
      'grep -q "key lies under the mat" "$STORYBOARD_TURN_DIR/prompt.md" && { sed -i "s/\\[ \\]/[x]/" "$STORYBOARD_STORY_FILE"; git commit -q -a -m "feat(1-1): rest"; exit; }',
      // Commits most of its work, and leaves one task open.
      'echo part > part.txt; sed -i "0,/\\[ \\]/s//[x]/" "$STORYBOARD_STORY_FILE"; git add -A; git commit -q -m "feat(1-1): part"',
    ].join("\n"),
  );
  const first = await project.storyboard(["run"], scripted(project));
  expect(first.status).toBe(1);
  expect(first.stdout).toContain("Completion rejected, missing: ");
  expect(first.stdout).toMatch(/Missing: .*Task 3/);
  // The retried turn was told what is missing.
  expect(await promptOf(project, "1-1-fails.2.BUILD-2")).toContain("Task 3");
  expect(project.read(SPRINT)).toMatch(/1-1-fails: in-progress\n {2}1-2-after: ready-for-dev\n/);
  expect(project.git("status", "--porcelain")).toBe("");

  expect(await ctl(project, "cancel", "1-1")).toMatchObject({ status: 1, text: expect.stringContaining("No lead") });
  expect(await ctl(project, "retry", "1-1", "--note", "the key lies under the mat")).toMatchObject({
    status: 0,
    text: expect.stringContaining("run --resume"),
  });
  const second = await project.storyboard(["run", "--resume", "--json"], scripted(project));
  expect(second.status).toBe(0);
  const lines = contractLines(second.stdout);
  expect(lines.find(({ type }) => type === "story.retrying")).toMatchObject({ attempt: 3 });
  expect(lines.at(-1)).toMatchObject({ status: "completed", counts: { done: 2 } });
  expect(project.read(SPRINT)).toMatch(/1-1-fails: done\n {2}1-2-after: done\n/);
  expect(project.git("status", "--porcelain")).toBe("");
  await eventually("its prompt", async () =>
    (await promptOf(project, "1-1-fails.3.BUILD-3")).includes("under the mat"),
  );
});
