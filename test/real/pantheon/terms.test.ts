import { afterAll, expect, test, vi } from "vitest";
import type { MadeStory, Project, Ran } from "../../support/project.ts";
import { type Status, statusOf, storyIn } from "../../support/steering.ts";
import { FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "./support.ts";

vi.setConfig({ testTimeout: 60_000 });

const projects: Project[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

/** Runs workers of one attempt side by side. */
const run = async (
  stories: readonly MadeStory[],
  scripts: Readonly<Record<string, string>>,
  more = "",
): Promise<{ project: Project; ran: Ran; status: Status }> => {
  const settings = `order: parallel\nmax_workers: 4\nmax_retry_per_story: 1\ncircuit_breaker: 100\n${more}`;
  const project = workerSprint(stories, scripts, workerConfiguration(settings));
  if (more.includes("evidence:")) {
    project.write("storyboard.yaml", project.read("storyboard.yaml").replace("evidence: { profile: pantheon }\n", ""));
  }
  projects.push(project);
  project.commit();
  const ran = await project.storyboard(["run"], workerEnvironment(project));
  return { project, ran, status: await statusOf(project) };
};

const ticking = (ticked: number, all: number): string =>
  `prepare; build; verify; assess; tick ${ticked}; commit; reconciler ${ticked} ${all}; reflect; complete`;

test("a share of the tasks is enough, as the thresholds say", async () => {
  const { project, status, ran } = await run(
    [
      { key: "1-1-none", tasks: 20 },
      { key: "1-2-sixty", tasks: 20 },
      { key: "1-3-eighty-five", tasks: 20 },
      { key: "1-4-ninety-six", tasks: 25 },
    ],
    {
      "1-1-none": ticking(0, 20),
      "1-2-sixty": ticking(12, 20),
      "1-3-eighty-five": ticking(17, 20),
      "1-4-ninety-six": ticking(24, 25),
    },
    "evidence: { profile: pantheon, thresholds: { warn: 80, review: 80, done: 95 } }\n",
  );
  expect(["1-1", "1-2", "1-3", "1-4"].map((short) => storyIn(status, short).status)).toEqual([
    "failed",
    "failed",
    "done",
    "done",
  ]);
  expect(storyIn(status, "1-1").error?.message).toContain("none of 20 tasks is ticked");
  expect(storyIn(status, "1-2").error?.message).toContain("only 12 of 20 tasks are ticked, and a review asks for 80 %");
  const statuses = [...project.read(`${FOLDER}/sprint-status.yaml`).matchAll(/^ {2}1-\d-\S+: (\S+)$/gm)];
  expect(statuses.map(([, word]) => word)).toEqual(["in-progress", "in-progress", "review", "done"]);
  expect(ran.stdout).toContain("  1-2  FAILED");
});

test("by default less than half is accepted with a warning", async () => {
  const { project, status, ran } = await run([{ key: "1-1-thirty", tasks: 10 }], { "1-1-thirty": ticking(3, 10) });
  expect(storyIn(status, "1-1").status).toBe("done");
  expect(ran.stdout).toMatch(/ {2}Note: WARN: only 3 of 10 tasks are ticked/);
  expect(project.read(`${FOLDER}/sprint-status.yaml`)).toContain("  1-1-thirty: done\n");
});

test("what workers say at their end is heard, and no more than that is believed", async () => {
  const { project, status, ran } = await run(
    ["1-1-failed", "1-2-blocked", "1-3-done-before", "1-4-idle", "1-5-complete", "1-6-says-done", "1-7-other"].map(
      (key) => ({ key }),
    ),
    {
      "1-1-failed": 'tell VERIFY "looks"; echo "❌ 1-1 FAILED at Phase VERIFY - Cerberus found a hole"',
      "1-2-blocked": "printf '⚠️ 1-2 BLOCKED\\nIssue: no staging account\\nNeed: who can make one?\\n'",
      "1-3-done-before":
        "phase=PREPARE progress COMPLETE ALREADY_DONE; printf '⏭️ 1-3 ALREADY_DONE\\n\\nALREADY_DONE\\n'",
      "1-4-idle": "echo 'Idle — no unblocked tasks available. Standing by.'",
      "1-5-complete": "echo '✅ 1-5 COMPLETE - 25 tests, 97.6% cov, 4→0 issues, commit 8a1a0f0'",
      "1-7-other": 'work; complete; echo "❌ 1-1 FAILED at Phase VERIFY - as I read in its log"',
      "1-6-says-done": "build; tick; commit; phase=PREPARE progress COMPLETE ALREADY_DONE; complete",
    },
    "inbox: fail\n",
  );
  const said = (short: string): string => storyIn(status, short).error?.message ?? "";
  expect(said("1-1")).toBe("VERIFY: Cerberus found a hole");
  expect(ran.stdout).toContain("  Failed at: VERIFY (Phase 3)\n  Reason: Cerberus found a hole\n");
  expect(storyIn(status, "1-2").status).toBe("parked");
  expect(ran.stdout).toContain("❓ 1-2 WAITS FOR YOU — 1-2-blocked\n   no staging account; who can make one?\n");
  expect(said("1-3")).toMatch(
    /progress artifact \(status ALREADY_DONE, and the story had open tasks\).*was not ticked/,
  );
  expect(said("1-4")).toContain("the worker found nothing to do");
  expect(said("1-5")).toContain("no work");
  expect(said("1-6")).toContain("progress artifact (status ALREADY_DONE, and the story had open tasks)");
  expect(storyIn(status, "1-7").status).toBe("done");
  expect(said("1-6")).toContain("reviewer artifact (no VERIFY phase evidence)");
  expect(project.git("status", "--porcelain")).toBe("");
});

test.each(["untracked", "ignored"])(
  "artifacts of an earlier run in an %s folder are no evidence of this one",
  async (way) => {
    const configuration = workerConfiguration("max_retry_per_story: 1\n");
    const project = workerSprint(
      [{ key: "1-1-old" }],
      { "1-1-old": "prepare; build; tick; commit; complete" },
      configuration,
    );
    projects.push(project);
    for (const kind of ["review", "themis", "reconciler"]) {
      project.write(
        `${FOLDER}/completions/1-1-${kind}.json`,
        '{"verdict":"PASS","issues":[],"triage":[],"tasks_checked":2}\n',
      );
    }
    if (way === "ignored") project.write(".gitignore", "_bmad-output/\n");
    project.git("init", "-q", "-b", "main");
    project.git("config", "user.name", "Test");
    project.git("config", "user.email", "test@localhost");
    project.git("add", "src", "storyboard.yaml", ...(way === "ignored" ? [".gitignore"] : []));
    project.git("commit", "-qm", "start");
    await project.storyboard(["run"], workerEnvironment(project));
    const message = storyIn(await statusOf(project), "1-1").error?.message ?? "";
    expect(message).toContain("reviewer artifact (no VERIFY phase evidence)");
    expect(message).toContain("themis artifact (no ASSESS phase evidence)");
    expect(message).toContain("reconciler artifact (no COMMIT/reconciliation evidence)");
  },
);
