import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Project } from "../../support/project.ts";
import { endRuns, promptOf, statusOf, storyIn } from "../../support/steering.ts";
import { FOLDER, workerConfiguration, workerEnvironment, workerSprint } from "./support.ts";

vi.setConfig({ testTimeout: 60_000 });

let project: Project;
afterEach(() => {
  endRuns(project);
  project.remove();
});

const LEARNT = `printf '{"agent":"mnemosyne","learnings":[{"issue":"Dates shift by a day","root_cause":"local time zones","prevention":"keep UTC in src/dates.ts","applies_to":["src/**"]}]}' > $A-mnemosyne.json`;
const PUT_OFF = `printf '[{"issue_id":"S-1","action":"deferred","reason_deferred":"needs a design"},{"issue_id":"S-2","action":"fixed"},{"issue":"No paging","file":"src/list.ts:7","action":"deferred"}]' > $A-should-fix.json
sed -i 's/"issues": \\[\\]/"issues": [{"id":"S-1","severity":"SHOULD_FIX","file":"src\\/badge.ts:3","issue":"The badge renders twice"},{"id":"S-2","severity":"SHOULD_FIX","issue":"No label"}]/' $A-review.json`;
const HANDS_ON = `work; ${LEARNT}; ${PUT_OFF}; complete`;

const deferred = (): string => project.read(`${FOLDER}/deferred-work.md`);

test("lessons and put-off findings of a worker land with its story, and the next worker reads the lesson", async () => {
  project = workerSprint(
    [{ key: "1-1-dates" }, { key: "1-2-list", after: ["1-1-dates"], more: "\nIt changes src/list.ts.\n" }],
    { "1-1-dates": HANDS_ON },
  );
  project.write("docs/playbooks/readme.md", "# How lessons are kept\n\nOne file each.\n").commit();
  const { status, stdout } = await project.storyboard(["run"], workerEnvironment(project));
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("learnt: Dates shift by a day");
  const playbook = project.read("docs/playbooks/dates-shift-by-a-day.md");
  expect(playbook).toContain('story: "1-1-dates"');
  expect(playbook).toContain("When: local time zones\n\nkeep UTC in src/dates.ts\n");
  expect(deferred()).toMatch(/The badge renders twice.*src\/badge\.ts:3/);
  expect(deferred()).toMatch(/No paging.*src\/list\.ts:7/);
  expect(deferred()).not.toContain("No label");
  expect(project.git("log", "-1", "--format=%s", "--", "docs/playbooks/dates-shift-by-a-day.md")).toBe(
    "chore(storyboard): 1-1-dates is done",
  );
  expect(await promptOf(project, "1-2-list.1.WORK-1")).toContain("keep UTC in src/dates.ts");
  expect(project.git("status", "--porcelain")).toBe("");
});

test("what is known already is not written twice", async () => {
  project = workerSprint([{ key: "1-1-dates" }, { key: "1-2-list", after: ["1-1-dates"] }], { all: HANDS_ON });
  project.write("docs/playbooks/readme.md", "# How lessons are kept\n\nOne file each.\n").commit();
  const { status, stdout } = await project.storyboard(["run"], workerEnvironment(project));
  expect(status, stdout).toBe(0);
  expect(readdirSync(join(project.path, "docs/playbooks"))).toEqual(["dates-shift-by-a-day.md", "readme.md"]);
  expect(deferred().match(/The badge renders twice/g)).toHaveLength(1);
});

test("a completion that was rejected teaches nothing, and storyboard's own folder gets what landed", async () => {
  project = workerSprint(
    [{ key: "1-1-dates" }, { key: "1-2-list" }],
    {
      "1-1-dates": `work; ${LEARNT}; ${PUT_OFF}; rm $A-themis.json; complete`,
      "1-2-list": HANDS_ON.replace("by a day", "by an hour"),
    },
    workerConfiguration("order: parallel\nmax_retry_per_story: 1\n"),
  ).commit();
  const { stdout } = await project.storyboard(["run"], workerEnvironment(project));
  expect(storyIn(await statusOf(project), "1-1").status, stdout).toBe("failed");
  expect(readdirSync(join(project.path, ".storyboard/playbooks"))).toEqual(["dates-shift-by-an-hour.md"]);
  expect(stdout).not.toContain("learnt: Dates shift by a day");
  expect(deferred()).toContain("1-2");
  expect(deferred()).not.toContain("1-1-dates");
  expect(existsSync(join(project.path, "docs/playbooks"))).toBe(false);
});
