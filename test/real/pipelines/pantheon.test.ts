import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { type Project, writeSprint } from "../../support/project.ts";
import { gate, live, open, promptOf, reached, scripted } from "../../support/steering.ts";
import { FOLDER, finding, phasesOf, SEVEN, scriptPhases, sevenPhase, statusIn } from "./phases.ts";

vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const KEY = "1-1-base";
const COMPLETIONS = `${FOLDER}/completions`;
const PANTHEON = sevenPhase("evidence: { profile: pantheon, thresholds: { review: 50, done: 90 } }\n");

/** Leaves the builder artifact that the prompt asks for; `line` is the cited one. */
const artifact = (line = 1): string =>
  `mkdir -p ${COMPLETIONS} && printf '{"agent":"builder","story_key":"%s","status":"SUCCESS","files_created":["src/%s.txt"],"tasks_addressed":[{"task":"Task 1","evidence":"src/%s.txt:${line} the file","action":"implemented"}]}' "$short" "$STORYBOARD_STORY" "$STORYBOARD_STORY" > ${COMPLETIONS}/$short-builder.json`;

const run = (...more: string[]) => project.storyboard(["run", "--headless", ...more], scripted(project));

const artifacts = (): string[] => readdirSync(join(project.path, COMPLETIONS)).sort();
const json = (name: string) => JSON.parse(project.read(`${COMPLETIONS}/${name}`));

const log = (name: string): string[] =>
  project
    .read(`${COMPLETIONS}/${name}`)
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\[\d\d:\d\d\] /, ""));

const REVIEWED: Readonly<Record<string, string>> = {
  BUILD: `${SEVEN.BUILD}\n${artifact()}`,
  VERIFY: `if [ "$STORYBOARD_SESSION" ]; then verdict approved; else verdict changes '${finding("no checks")}'; fi`,
  ASSESS: `verdict changes '${finding("no checks")}'`,
};

/** All artifacts of a story that went through all phases and landed. */
const ALL = ["builder.json", "narrative.log", "progress.json", "reconciler.json", "review.json", "themis.json"];
const allOf = (short: string): string[] => ALL.map((ending) => `${short}-${ending}`);
const NARRATED = [
  "PREPARE DONE — ended",
  "BUILD DONE — 1 new, 0 modified (1 file)",
  "  + src/1-1-base.txt",
  "VERIFY DONE — ended",
  "ASSESS DONE — ended",
  "REFINE DONE — 1 new, 0 modified (1 file)",
  "  + src/1-1-base.txt",
  "VERIFY DONE — ended",
  "COMMIT DONE — ended",
  "REFLECT DONE — ended",
];

test("the builder is asked for its artifact, storyboard writes the others, and one commit carries them", async () => {
  writeSprint(project, [{ key: KEY }], { configuration: PANTHEON });
  project.commit();
  scriptPhases(project, REVIEWED);
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(await promptOf(project, `${KEY}.1.BUILD-2`)).toContain(
    `the builder artifact \`${COMPLETIONS}/1-1-builder.json\` is there`,
  );
  expect(await promptOf(project, `${KEY}.1.COMMIT-7`)).toContain(
    "at least 50 % of the story file's tasks are ticked, and none was taken out; below 90 % the story stays in review",
  );
  const work = project.git("log", "--format=%h", "--abbrev=7", "--grep=^feat(1-1)", "main");
  expect(stdout).toContain(`  Commit: feat(1-1): ${work}\n`);
  expect(artifacts()).toEqual(allOf("1-1"));
  expect(json("1-1-progress.json")).toMatchObject({
    current_phase: "COMPLETE",
    status: "SUCCESS",
    phases: Object.fromEntries(Object.keys(SEVEN).map((phase) => [phase, { status: "complete" }])),
    checkpoints: {
      builder_artifact: true,
      reviewer_artifact: true,
      themis_artifact: true,
      reconciler_artifact: true,
      git_commit: true,
    },
    metrics: { files_changed: 1, issues_found: 1, must_fix: 1, should_fix: 0, tasks_completed: 2, tasks_total: 2 },
  });
  expect(json("1-1-review.json").verdict).toBe("PASS");
  expect(json("1-1-themis.json").summary).toMatchObject({ must_fix_count: 1 });
  expect(json("1-1-reconciler.json")).toMatchObject({
    tasks_total: 2,
    tasks_checked: 2,
    status_recommendation: "done",
  });
  expect(log("1-1-narrative.log")).toEqual(NARRATED);
  const [last = ""] = project.git("log", "--format=%s", "--name-only", "main").split(/\n(?=\S+\([^)]*\): )/);
  expect(last).toContain(`chore(storyboard): ${KEY} is done`);
  for (const name of allOf("1-1")) expect(last).toContain(`${COMPLETIONS}/${name}`);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a missing builder artifact and a line that is not there are named, and a failed story leaves all clean", async () => {
  writeSprint(project, [{ key: KEY }], { configuration: `${PANTHEON}max_retry_per_story: 2\n` });
  project.commit();
  scriptPhases(project, { BUILD: `${SEVEN.BUILD}\n[ "$STORYBOARD_ATTEMPT" = 1 ] || { ${artifact(99)}; }` });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(1);
  expect(phasesOf(project, KEY)).toEqual(["PREPARE", "BUILD", "BUILD"]);
  expect(await promptOf(project, `${KEY}.2.BUILD-3`)).toContain(
    "Completion rejected, missing: builder artifact (no BUILD phase evidence). Re-run missing phases: BUILD",
  );
  expect(stdout).toContain("builder artifact (cites src/1-1-base.txt:99, which has 2 lines)");
  expect(artifacts()).toEqual(["1-1-narrative.log", "1-1-progress.json"]);
  expect(json("1-1-progress.json")).toMatchObject({
    current_phase: "BUILD",
    status: "FAILED",
    phases: { PREPARE: { status: "complete" }, BUILD: { status: "in_progress" } },
    checkpoints: { builder_artifact: false, reviewer_artifact: false, reconciler_artifact: false },
  });
  expect(log("1-1-narrative.log")).toEqual(["PREPARE DONE — ended", "BUILD — the story is failed"]);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("a story of which too little is ticked lands to be reviewed", async () => {
  writeSprint(project, [{ key: KEY, tasks: 4 }], { configuration: PANTHEON });
  project.commit();
  scriptPhases(project, {
    BUILD: `${SEVEN.BUILD}\n${artifact()}`,
    COMMIT: `sed -i '/Task [123]/s/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"; git commit -qam "chore(1-1): reconcile"`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(statusIn(project, KEY)).toBe("review");
  expect(json("1-1-reconciler.json")).toMatchObject({ tasks_checked: 3, status_recommendation: "review" });
});

test("killed in the middle of two phases, each phase still runs once, and nothing of what was told is lost", async () => {
  writeSprint(project, [{ key: KEY }], { configuration: PANTHEON });
  project.commit();
  scriptPhases(project, {
    ...REVIEWED,
    ASSESS: `${gate("assess")}\n${REVIEWED.ASSESS}`,
    COMMIT: `${gate("commit")}\n${SEVEN.COMMIT}`,
  });
  for (const name of ["assess", "commit"]) {
    const lead = live(project, ["run", "--headless", "--resume"]);
    await reached(project, name);
    lead.signal("SIGKILL");
    await lead.ended;
    open(project, name);
  }
  const { status, stdout } = await run("--resume");
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, KEY)).toEqual([
    "PREPARE",
    "BUILD",
    "VERIFY",
    "ASSESS",
    "REFINE",
    "VERIFY",
    "COMMIT",
    "REFLECT",
  ]);
  expect(artifacts()).toEqual(allOf("1-1"));
  // An entry that was just being written when the lead was killed may stand there twice.
  expect([...new Set(log("1-1-narrative.log"))]).toEqual([...new Set(NARRATED)]);
  expect(statusIn(project, KEY)).toBe("done");
  expect(project.git("status", "--porcelain")).toBe("");
});
