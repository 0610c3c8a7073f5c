import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { ctl, eventually, live, promptOf, scripted, statusOf } from "../../support/steering.ts";
import { FOLDER, phasesOf, SEVEN, scriptPhases, sevenPhase, statusIn, turnsOf } from "./phases.ts";

vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const KEY = "1-1-base";

/** Plans, and tries to begin at once. */
const PLAN = `echo early > early.txt; git add early.txt; git commit -qm "feat(1-1): early"; echo more >> "$STORYBOARD_STORY_FILE"
printf '\\nSUMMARY: plan %s of %s\\nSTEPS: one\\n' "$(grep -c PLAN "$OUT/log")" "$STORYBOARD_STORY"`;
const BUILD = `${SEVEN.BUILD}\nsed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"; git commit -qam "ticked"`;

const write = (configuration: string, keys: Parameters<typeof writeSprint>[1] = [{ key: KEY }]): void => {
  writeSprint(project, keys, { configuration });
  project.commit();
  scriptPhases(project, { PLAN, BUILD });
};

const waits = (plan: number): Promise<unknown> =>
  eventually(`plan ${plan} in the inbox`, async () => {
    if (phasesOf(project, KEY).length < plan) return false;
    const { inbox } = await statusOf(project);
    return inbox.some(({ kind, text }) => kind === "plan" && text.includes(`plan ${plan} of ${KEY}`));
  });

test("a plan is made by an agent that may only read, revised by a person's words, and built with their comments", async () => {
  write(agentConfiguration("plan_gate: all\n"));
  const run = live(project, ["run", "--headless"]);
  await waits(1);
  expect((await ctl(project, "inbox")).text).toMatch(/SUMMARY: plan 1 of 1-1-base[\s\S]*ctl approve 1-1-base/);
  expect(await ctl(project, "answer", KEY, "no early files, please")).toMatchObject({ status: 0 });
  await waits(2);
  expect(await ctl(project, "approve", KEY, "call it\nbase")).toMatchObject({ status: 0 });
  expect(await run.ended, run.stdout()).toBe(0);
  expect(turnsOf(project)).toEqual([
    `${KEY} PLAN new`,
    `${KEY} PLAN PLAN-${KEY}`,
    `${KEY} BUILD PLAN-${KEY}`,
    `${KEY} VERIFY new`,
  ]);
  const first = await promptOf(project, `${KEY}.1.PLAN-1`);
  expect(first).toMatch(/READ-ONLY[\s\S]*Once the story is built, storyboard itself checks/);
  expect(first).not.toMatch(/COMMIT: commit|When you have ended/);
  const second = await promptOf(project, `${KEY}.1.PLAN-2`);
  expect(second).toMatch(/not approved yet[\s\S]*no early files, please/);
  const build = await promptOf(project, `${KEY}.1.BUILD-3`);
  expect(build).toMatch(
    /^Your plan was approved\. Build it now\.[\s\S]*COMMENTS[\s\S]*call it\nbase[\s\S]*TASK: Implement/,
  );
  expect(run.stdout()).toMatch(/the builder may only read, but changed .*early\.txt and moved the branch: undone/);
  expect(project.git("log", "--format=%s", "main")).not.toContain("early");
  expect(statusIn(project, KEY)).toBe("done");
  expect(project.git("status", "--porcelain")).toBe("");
  // A plan begins with what earlier stories taught, in a pipeline without another phase that does.
  const { run: id } = await statusOf(project);
  expect(JSON.parse(project.read(`.storyboard/runs/${id}/run.json`))).toMatchObject({ playbooks: { isOwn: true } });
});

test("with complex, the stories that are planned are those whose text is heavy, or that say so", async () => {
  write(agentConfiguration("pipeline: build\nplan_approval_gate: true\ninbox: fail\norder: parallel\n"), [
    { key: "1-1-light" },
    { key: "1-2-many-tasks", tasks: 11 },
    { key: "1-3-declared", more: "\n**Complexity:** complex\n" },
    { key: "1-4-declared-small", tasks: 20, more: "\n**Complexity:** S\n" },
    { key: "1-5-words", more: "\nIt keeps the credentials of the payment.\n" },
  ]);
  const { status, stdout } = await project.storyboard(["run", "--headless"], scripted(project));
  expect(status, stdout).toBe(1);
  const first = (key: string): string | undefined => phasesOf(project, key)[0];
  expect(["1-1-light", "1-2-many-tasks", "1-3-declared", "1-4-declared-small", "1-5-words"].map(first)).toEqual([
    "BUILD",
    "PLAN",
    "PLAN",
    "BUILD",
    "PLAN",
  ]);
});

test("where nobody can be asked the run ends with the plan parked, and goes on once it is approved", async () => {
  write(sevenPhase("plan_gate: all\ninbox: fail\n"));
  const first = await project.storyboard(["run", "--headless"], scripted(project));
  expect(first.status, first.stdout).toBe(1);
  expect(first.stdout).toContain("storyboard ctl approve 1-1-base");
  expect(phasesOf(project, KEY)).toEqual(["PREPARE", "PLAN"]);
  expect((await statusOf(project)).counts).toMatchObject({ parked: 1 });
  expect(await ctl(project, "approve", KEY)).toMatchObject({ status: 0 });
  const resumed = await project.storyboard(["run", "--resume", "--headless"], scripted(project));
  expect(resumed.status, resumed.stdout).toBe(0);
  expect(turnsOf(project).slice(0, 3)).toEqual([
    `${KEY} PREPARE new`,
    `${KEY} PLAN PREPARE-${KEY}`,
    `${KEY} BUILD PREPARE-${KEY}`,
  ]);
  expect(readFileSync(join(project.path, FOLDER, `${KEY}.md`), "utf8")).not.toContain("more");
  expect(project.git("status", "--porcelain")).toBe("");
});
