import { afterAll, beforeAll, expect, test } from "vitest";
import { Project } from "../../support/project.ts";
import { type StoryStatus, scriptedSprint, storiesOf } from "./scripts.ts";

const TICK = "while :; do echo tick; sleep 0.1; done";

let project: Project;
let ran: Awaited<ReturnType<Project["storyboard"]>>;
let stories: ReadonlyMap<string, StoryStatus>;
let tookMs: number;

beforeAll(async () => {
  project = new Project();
  const environment = scriptedSprint(
    project,
    {
      "1-1-never-ends": TICK,
      "1-2-is-silent": "sleep 1000",
      "1-3-ignores-term": `trap '' TERM INT HUP; ${TICK}`,
      "1-4-finished-before": `build; ${TICK}`,
    },
    "max_workers: 4\nmax_retry_per_story: 1\nlimits: { turn_minutes: 0.07, silent_minutes: 0.04 }\n",
  );
  const startedMs = Date.now();
  ran = await project.storyboard(["run"], environment);
  tookMs = Date.now() - startedMs;
  stories = await storiesOf(project);
});
afterAll(() => project.remove());

test("a turn without an end is stopped at limits.turn_minutes, and the failure says how to raise it", () => {
  expect(stories.get("1-1-never-ends")?.error).toMatchObject({
    type: "TimeoutError",
    message: "BUILD: the turn took longer than limits.turn_minutes",
  });
  expect(ran.stdout).toContain("Raise limits.turn_minutes or limits.silent_minutes; they hold for new runs (--fresh).");
});

test("a turn without a word is stopped at limits.silent_minutes", () => {
  expect(stories.get("1-2-is-silent")?.error).toMatchObject({
    type: "TimeoutError",
    message: "BUILD: the agent was silent for longer than limits.silent_minutes",
  });
});

test("an agent that ignores SIGTERM is killed", () => {
  expect(stories.get("1-3-ignores-term")?.error).toMatchObject({ type: "TimeoutError" });
  expect(tookMs).toBeLessThan(25_000);
});

test("what a turn had finished when it was cut off is kept", () => {
  expect(stories.get("1-4-finished-before")).toMatchObject({ status: "done", attempt: 1 });
  expect(project.git("show", "main:src/1-4-finished-before.txt")).toBe("1-4-finished-before");
});

test("the run ends by itself with status 1", () => {
  expect(ran).toMatchObject({ status: 1, stderr: "" });
});
