import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { eachProject } from "../../support/each-project.ts";
import { agentConfiguration, type Project, writeSprint } from "../../support/project.ts";
import { contractLines, promptOf, scripted } from "../../support/steering.ts";
import { until } from "../landing/support.ts";
import { FOLDER, finding, phasesOf, scriptPhases, sevenPhase, statusIn, turnsOf } from "./phases.ts";

// Each story is five turns or more, on a machine that others use too.
vi.setConfig({ testTimeout: 90_000 });

let project: Project;
eachProject((made) => {
  project = made;
});

const KEY = "1-1-base";
const STORY = `${FOLDER}/${KEY}.md`;

const write = (phases: Readonly<Record<string, string>> = {}, more = ""): void => {
  writeSprint(project, [{ key: KEY }], { configuration: sevenPhase(more) });
  project.commit();
  scriptPhases(project, phases);
};

const run = (...more: string[]) => project.storyboard(["run", "--headless", ...more], scripted(project));

const subjects = (): string[] => project.git("log", "--format=%s", "main").split("\n");

test("each phase is a turn of its own role, session, permission and prompt, and its statuses are told", async () => {
  const status = `cp "$STORYBOARD_STORY_FILE" "$OUT/story.$STORYBOARD_PHASE"`;
  write({
    BUILD: `${status}\nmkdir -p src && echo x > src/a.txt && git add src && git commit -qm "feat(1-1): a"`,
    VERIFY: `${status}\nverdict approved`,
  });
  const ran = await project.storyboard(["run", "--json"], scripted(project));
  expect(ran.status, ran.stdout).toBe(0);
  expect(turnsOf(project)).toEqual([
    `${KEY} PREPARE new`,
    `${KEY} BUILD PREPARE-${KEY}`,
    `${KEY} VERIFY new`,
    `${KEY} COMMIT new`,
    `${KEY} REFLECT new`,
  ]);
  const ended = contractLines(ran.stdout).at(-1);
  expect(ended).toMatchObject({ type: "run.ended", status: "completed" });
  const statusAt = (phase: string) =>
    /^Status: (.*)$/m.exec(readFileSync(join(project.base, `story.${phase}`), "utf8"))?.[1];
  expect([statusAt("BUILD"), statusAt("VERIFY")]).toEqual(["in-progress", "review"]);
  const prepare = await promptOf(project, `${KEY}.1.PREPARE-1`);
  expect(prepare).toMatch(/READ-ONLY[\s\S]*Once the story is built[\s\S]*feat\(1-1\): \.\.\./);
  const build = await promptOf(project, `${KEY}.1.BUILD-2`);
  expect(build).toMatch(
    /When you have ended, storyboard itself checks[\s\S]*nothing of the product is left uncommitted/,
  );
  // The reconciler ticks the tasks later.
  expect(build).not.toContain("is ticked");
  const commit = await promptOf(project, `${KEY}.1.COMMIT-4`);
  expect(commit).toMatch(/chore\(1-1\): reconcile story completion[\s\S]*every task of the story file is ticked/);
  expect(subjects()).toEqual([
    `chore(storyboard): ${KEY} is done`,
    "chore(1-1): reconcile story completion",
    "feat(1-1): a",
    "start",
  ]);
  expect(project.read(STORY)).toMatch(/Status: done[\s\S]*- \[x\] Task 1[\s\S]*### File List\n- src\/1-1-base\.txt/);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("findings are assessed, repaired in the builder's session, looked at again; the dismissed vanish, the rest is deferred", async () => {
  const first = `if [ "$STORYBOARD_SESSION" ]; then verdict approved; else`;
  write({
    VERIFY: `${first} verdict changes '${[finding("no checks"), finding("odd name", "low"), finding("not so", "high")].join(",")}'; fi`,
    ASSESS: `verdict changes '${[finding("no checks"), finding("odd name", "low")].join(",")}'`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(turnsOf(project).slice(2)).toEqual([
    `${KEY} VERIFY new`,
    `${KEY} ASSESS new`,
    `${KEY} REFINE PREPARE-${KEY}`,
    `${KEY} VERIFY VERIFY-${KEY}`,
    `${KEY} COMMIT new`,
    `${KEY} REFLECT new`,
  ]);
  const assess = await promptOf(project, `${KEY}.1.ASSESS-4`);
  expect(assess).toMatch(/no checks[\s\S]*not so[\s\S]*odd name/);
  const refine = await promptOf(project, `${KEY}.1.REFINE-5`);
  expect(refine).toContain("no checks");
  expect(refine).not.toMatch(/odd name|not so/);
  const deferred = project.read(`${FOLDER}/deferred-work.md`);
  expect(deferred).toContain("odd name");
  expect(deferred).not.toMatch(/no checks|not so/);
  expect(project.git("status", "--porcelain")).toBe("");
});

test("what a phase that only looks changes is undone and noted by its role", async () => {
  const edit = `echo y >> "$STORYBOARD_STORY_FILE"; echo z > stray.txt; git add -A; git commit -qm "feat(1-1): stray"`;
  write({
    PREPARE: edit,
    VERIFY: `${edit}\nif [ "$STORYBOARD_SESSION" ]; then verdict approved; else verdict changes '${finding("no checks")}'; fi`,
    ASSESS: `${edit}\nverdict approved`,
    REFLECT: edit,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  for (const role of ["builder", "reviewer", "assessor", "reflector"]) {
    expect(stdout).toMatch(
      new RegExp(`the ${role} may only read, but changed .*stray\\.txt and moved the branch: undone`),
    );
  }
  expect(subjects()).not.toContain("feat(1-1): stray");
  expect(existsSync(join(project.path, "stray.txt"))).toBe(false);
});

test("a reconciler that changes the product is refused, and the phase runs again", async () => {
  write({
    COMMIT: `sed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"
if [ "$STORYBOARD_ATTEMPT" = 1 ]; then echo sly >> "src/$STORYBOARD_STORY.txt"; else git restore --source=HEAD~1 --staged --worktree -- src; fi
git commit -qam "chore(1-1): reconcile story completion"`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, KEY)).toEqual(["PREPARE", "BUILD", "VERIFY", "COMMIT", "COMMIT", "REFLECT"]);
  expect(await promptOf(project, `${KEY}.2.COMMIT-5`)).toMatch(
    /this phase may change the story's own file alone, but changed src\/1-1-base\.txt since the work was checked; put that back/,
  );
  expect(project.read("src/1-1-base.txt")).toBe("one\ntwo\n");
});

test("tasks that stay open are missing evidence of COMMIT: it runs again, and the work is left alone", async () => {
  write({
    COMMIT: `[ "$STORYBOARD_ATTEMPT" = 1 ] || sed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"
git commit -qam "chore(1-1): reconcile story completion"`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, KEY)).toEqual(["PREPARE", "BUILD", "VERIFY", "COMMIT", "COMMIT", "REFLECT"]);
  expect(await promptOf(project, `${KEY}.2.COMMIT-5`)).toContain(
    `Completion rejected, missing: task 1 'Task 1 (AC: 1)' is not ticked in ${STORY}`,
  );
  expect(turnsOf(project)[4]).toBe(`${KEY} COMMIT COMMIT-${KEY}`);
});

test("a REFLECT that fails holds nothing up", async () => {
  write({ REFLECT: "echo; echo 'HALT: nothing comes to mind'" });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("REFLECT: nothing comes to mind; it went on without");
  expect(statusIn(project, KEY)).toBe("done");
});

test("a REFLECT that asks is not answered, and holds nothing up either", async () => {
  write({ REFLECT: "echo; echo 'QUESTION: shall I write it down?'" });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(stdout).toContain('REFLECT: asked "shall I write it down?", and nobody answers there; it went on without');
  expect(statusIn(project, KEY)).toBe("done");
});

test("a story that was in review enters at VERIFY, and its record is reconciled without new work", async () => {
  writeSprint(project, [{ key: KEY, status: "review" }], { configuration: sevenPhase() });
  project.write(`src/${KEY}.txt`, "one\n").commit("feat(1-1): build it before");
  scriptPhases(project);
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, KEY)).toEqual(["VERIFY", "COMMIT", "REFLECT"]);
  expect(statusIn(project, KEY)).toBe("done");
  expect(project.read(STORY)).toContain("- [x] Task 1");
});

test("with storyboard as the committer the reconciler's commit has its own name", async () => {
  writeSprint(project, [{ key: KEY }], {
    configuration: sevenPhase().replace("cli: command,", "cli: command, commits: storyboard,"),
  });
  project.commit();
  scriptPhases(project, {
    BUILD: `mkdir -p src && echo x > src/a.txt`,
    COMMIT: `sed -i 's/\\[ \\]/[x]/' "$STORYBOARD_STORY_FILE"`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(subjects().slice(1, 3)).toEqual(["chore(1-1): reconcile story completion", "feat(1-1): 1-1-base"]);
});

test("what conflicts with what landed meanwhile goes to REFINE and back through VERIFY", async () => {
  const other = "1-2-other";
  writeSprint(project, [{ key: KEY }, { key: other }], {
    configuration: agentConfiguration("pipeline: seven-phase\norder: parallel\n"),
  });
  project.write("shared.txt", "start\n").commit();
  const build = (key: string, wait: string): Record<string, string> => ({
    [`${key}.BUILD`]: `${wait}\necho ${key} > shared.txt; git commit -qam "feat($short): change it"`,
  });
  const landed = until(`git -C "${project.path}" log --format=%s main | grep -q "${KEY} is"`);
  scriptPhases(project, {
    ...build(KEY, until('[ -e "$OUT/second" ]')),
    ...build(other, `: > "$OUT/second"; ${landed}`),
    [`${other}.REFINE`]: `printf '%s\\n%s\\n' ${KEY} ${other} > shared.txt; git add shared.txt; git commit -q --no-edit`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  expect(phasesOf(project, other)).toEqual([
    "PREPARE",
    "BUILD",
    "VERIFY",
    "COMMIT",
    "REFLECT",
    "REFINE",
    "VERIFY",
    "COMMIT",
    "REFLECT",
  ]);
  expect(project.read("shared.txt")).toBe(`${KEY}\n${other}\n`);
});

test("gates run for work that is new, and not again for ticks", async () => {
  writeSprint(project, [{ key: KEY }], {
    configuration: sevenPhase().replace("commands: {}", `commands: { test: 'echo run >> "${project.base}/gates"' }`),
  });
  project.commit();
  scriptPhases(project, {
    VERIFY: `if [ "$STORYBOARD_SESSION" ]; then verdict approved; else verdict changes '${finding("no checks")}'; fi`,
    ASSESS: `verdict changes '${finding("no checks")}'`,
  });
  const { status, stdout } = await run();
  expect(status, stdout).toBe(0);
  // The baseline, BUILD and REFINE.
  expect(readFileSync(join(project.base, "gates"), "utf8")).toBe("run\n".repeat(3));
  expect(stdout).toMatch(/Gates: .*test/);
  expect(stdout).not.toContain("no gates were run");
});
