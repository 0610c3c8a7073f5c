import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { type Project, writeSprint } from "../../support/project.ts";
import {
  contractLines,
  ctl,
  gate,
  type Line,
  live,
  open,
  reached,
  script,
  scripted,
  writePlain,
} from "../../support/steering.ts";

// Many programs are started one after the other, on a machine that others use too.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const typesOf = (lines: readonly Line[], story: string): string[] =>
  lines.flatMap((line) =>
    "story" in line && line.story === story && line.type !== "feed"
      ? ["phase" in line ? `${line.type} ${line.phase}` : line.type]
      : [],
  );
const endOf = (lines: readonly Line[], story: string) =>
  lines.flatMap((line) => (line.type === "story.ended" && line.story === story ? [line] : []));

test("every line of a run with stories that end in all ways fits the contract, in an order that makes sense", async () => {
  writePlain(
    project,
    [
      "{ key: 1-1-done, title: Done, prompt: do it }",
      "{ key: 1-2-fails, title: Fails, prompt: do it }",
      "{ key: 1-3-blocked, title: Blocked, prompt: do it, depends_on: [1-2] }",
      "{ key: 1-4-retried, title: Retried, prompt: do it }",
      "{ key: 1-5-asks, title: Asks, prompt: do it }",
      "{ key: 1-6-skipped, title: Skipped, prompt: do it, depends_on: [1-1] }",
    ],
    "inbox: fail\n",
  );
  script(project, "1-1-done.BUILD", `${gate("first")}; build`);
  script(project, "1-2-fails", "echo no; exit 3");
  script(project, "1-4-retried.BUILD", '[ "$STORYBOARD_ATTEMPT" = 1 ] && { echo "HALT: no way"; exit; }; build');
  script(project, "1-5-asks", "echo 'QUESTION: red or blue?'");
  const run = live(project, ["run", "--json", "--max-workers", "4"]);
  await reached(project, "first");
  expect(await ctl(project, "skip", "1-6")).toEqual({ status: 0, text: "done\n" });
  open(project, "first");
  expect(await run.ended).toBe(1);
  expect(run.stderr()).toBe("");

  const lines = contractLines(run.stdout());
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
  expect(new Set(lines.map((line) => line.run)).size).toBe(1);
  expect(lines[0]).toMatchObject({ type: "run.started", max_workers: 4 });
  expect(lines.filter(({ type }) => type === "run.started" || type === "run.ended")).toHaveLength(2);
  expect(lines.at(-1)).toMatchObject({
    type: "run.ended",
    status: "blocked",
    counts: { total: 6, done: 2, failed: 1, blocked: 1, skipped: 1, parked: 1, running: 0, waiting: 0, queued: 0 },
  });
  expect(typesOf(lines, "1-1-done")).toEqual([
    "story.started",
    "phase.started BUILD",
    "turn.started BUILD",
    "turn.ended BUILD",
    "evidence.checked",
    "phase.started VERIFY",
    "turn.started VERIFY",
    "turn.ended VERIFY",
    "phase.started COMMIT",
    "story.ended",
  ]);
  expect(endOf(lines, "1-1-done")).toMatchObject([
    { outcome: "done", attempts: 1, commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
  ]);
  expect(typesOf(lines, "1-2-fails").filter((type) => type === "story.retrying")).toHaveLength(2);
  expect(endOf(lines, "1-2-fails")).toMatchObject([
    {
      outcome: "failed",
      attempts: 3,
      error: { type: "ImplementationError", message: expect.stringContaining("exit status 3") },
    },
  ]);
  expect(typesOf(lines, "1-3-blocked")).toEqual(["story.blocked", "story.ended"]);
  expect(lines.find(({ type }) => type === "story.blocked")).toMatchObject({ by: "1-2-fails" });
  expect(lines.find((line) => line.type === "story.retrying" && line.story === "1-4-retried")).toMatchObject({
    attempt: 2,
    error: { type: "HaltError", message: expect.stringContaining("no way") },
  });
  expect(endOf(lines, "1-4-retried")).toMatchObject([{ outcome: "done", attempts: 2 }]);
  expect(lines.find(({ type }) => type === "story.parked")).toMatchObject({
    story: "1-5-asks",
    question: "red or blue?",
  });
  expect(endOf(lines, "1-5-asks")).toMatchObject([{ outcome: "parked" }]);
  expect(endOf(lines, "1-6-skipped")).toMatchObject([{ outcome: "skipped", attempts: 0 }]);
  expect(lines.find((line) => line.type === "feed" && line.story === "1-1-done")).toMatchObject({
    text: "built 1-1-done",
  });

  // The ended run, asked for again: its last line, and its status.
  const again = await project.storyboard(["run", "--resume", "--json"]);
  expect(again).toMatchObject({ status: 1, stderr: "" });
  expect(contractLines(again.stdout)).toMatchObject([{ type: "run.ended", status: "blocked", counts: { total: 6 } }]);
});

test("a story that was done before it began ends already-done without a turn", async () => {
  writeSprint(project, [{ key: "1-1-there", more: "" }, { key: "1-2-new" }]);
  const file = "_bmad-output/implementation-artifacts/1-1-there.md";
  project.write(file, project.read(file).replaceAll("[ ]", "[x]")).commit();
  const { status, stdout } = await project.storyboard(["run", "--json"]);
  const lines = contractLines(stdout);
  expect(endOf(lines, "1-1-there")).toMatchObject([{ outcome: "already-done" }]);
  expect(typesOf(lines, "1-1-there")).not.toContain("turn.started BUILD");
  expect(lines.at(-1)).toMatchObject({ status: "completed", counts: { done: 1, already_done: 1 } });
  expect(status).toBe(0);
  expect(project.read("_bmad-output/implementation-artifacts/sprint-status.yaml")).toContain("1-1-there: done");
});

test("with --json stdout holds no words for people, also when there is nothing to do", async () => {
  writePlain(project, ["{ key: a, prompt: do it }"]);
  expect((await project.storyboard(["run", "--json"], scripted(project))).status).toBe(0);
  const again = await project.storyboard(["run", "--json"]);
  expect(again).toMatchObject({ status: 0, stdout: "" });
  expect(again.stderr).toContain("All stories are done");
  const dry = await project.storyboard(["run", "--json", "--fresh", "--dry-run"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({ v: 1, stories: [{ key: "a", ready: true }] });
});
