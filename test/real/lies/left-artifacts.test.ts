import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { scripted, statusOf, storyIn } from "../../support/steering.ts";
import { COMPLETIONS, FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "../pantheon/support.ts";
import { scriptPhases } from "../pipelines/phases.ts";

vi.setConfig({ testTimeout: 60_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const KEY = "1-1-base";
const PASS = '{"agent":"multi-reviewer","story_key":"1-1","verdict":"PASS","issues":[]}';
const leaves = (text: string): string => `mkdir -p ${COMPLETIONS}; echo '${text}' > ${COMPLETIONS}/1-1-review.json`;

/** A sprint in whose completions folder git sees nothing. */
const ignoring = (more = ""): void => {
  const configuration = agentConfiguration(
    `pipeline: dev-review\nevidence: { profile: pantheon }\nmax_retry_per_story: 1\n${more}`,
  );
  writeSprint(project, [{ key: KEY }], { configuration });
  project.write(".gitignore", `${COMPLETIONS}/\n`).write(`${COMPLETIONS}/.keep`, "").commit();
};

const BUILD = `mkdir -p src && printf 'one\\n' > "src/$STORYBOARD_STORY.txt"
sed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"
git add -A && git commit -q -m "feat($short): build it"
mkdir -p ${COMPLETIONS}
printf '{"agent":"builder","story_key":"1-1","status":"SUCCESS","tasks_addressed":[{"task":"Task 1","evidence":"src/%s.txt:1 it"}]}' "$STORYBOARD_STORY" > ${COMPLETIONS}/1-1-builder.json`;

test("a silent reviewer does not inherit the approval that the builder left in a folder that git ignores", async () => {
  ignoring();
  scriptPhases(project, { BUILD: `${BUILD}\n${leaves(PASS)}`, VERIFY: "echo 'Looks good to me.'" });
  const { stdout } = await project.storyboard(["run"], scripted(project));
  expect(storyIn(await statusOf(project), "1-1").status, stdout).toBe("failed");
  expect(stdout).toContain("VERIFY: the reviewer ended without a verdict");
  expect(project.git("ls-tree", "-r", "--name-only", "main")).not.toContain("src/");
});

test("a review that the reviewer leaves there instead of saying it counts", async () => {
  ignoring();
  scriptPhases(project, { BUILD, VERIFY: `${leaves(PASS)}; echo 'It is written down.'` });
  const { stdout } = await project.storyboard(["run"], scripted(project));
  expect(storyIn(await statusOf(project), "1-1").status, stdout).toBe("done");
});

test("in a shared copy, artifacts of an earlier run that nobody committed are no evidence of this one", async () => {
  const worker = "prepare; build; tick; commit; progress COMPLETE SUCCESS; complete";
  project.remove();
  project = workerSprint(
    [{ key: KEY }],
    { all: worker },
    workerConfiguration("isolation: shared\nmax_retry_per_story: 1\n"),
  ).commit();
  for (const kind of ["review", "themis", "reconciler"]) {
    const more = { triage: [], tasks_total: 2, tasks_checked: 2, tasks_unchecked: 0, completion_pct: 100 };
    project.write(`${COMPLETIONS}/1-1-${kind}.json`, JSON.stringify({ ...JSON.parse(PASS), ...more }));
  }
  const { status, stdout } = await project.storyboard(["run"], workerEnvironment(project));
  expect(status, stdout).toBe(1);
  for (const kind of ["review", "themis", "reconciler"]) {
    expect(stdout).toContain(`artifact (1-1-${kind}.json: left by an earlier run)`);
  }
});

test("a worker that has worked does not get round its review by an artifact that says ALREADY_DONE", async () => {
  project.remove();
  // Red when it is looked whether the story was done before, so that its worker gets to work.
  const gate = 'echo >> "$OUT/runs"; test "$(wc -l < "$OUT/runs")" != 2';
  const configuration = workerConfiguration("max_retry_per_story: 1\n").replace(
    "gates: { commands: {} }",
    `gates: { commands: { flaky: '${gate}' } }`,
  );
  project = workerSprint(
    [{ key: KEY }],
    { all: "build; commit; progress COMPLETE ALREADY_DONE; complete" },
    configuration,
  );
  const story = `${FOLDER}/${KEY}.md`;
  project.write(story, project.read(story).replaceAll("- [ ]", "- [x]")).commit();
  const { status, stdout } = await project.storyboard(["run"], workerEnvironment(project));
  expect(status, stdout).toBe(1);
  expect(stdout).toContain("progress artifact (status ALREADY_DONE, and there is work of the story)");
  expect(stdout).toContain("reviewer artifact (no VERIFY phase evidence)");
});
