import { describe, expect, test } from "vitest";
import { couldBeAlreadyDone } from "../../../src/core/evidence/already-done.ts";
import { checkEvidence } from "../../../src/core/evidence/checks.ts";
import { namesStory } from "../../../src/core/evidence/commit-subject.ts";
import type { EvidenceInput, GateOutcome, StoryChanges } from "../../../src/core/evidence/evidence.ts";
import { judgeGates } from "../../../src/core/evidence/gate-judgement.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import type { StoryTask } from "../../../src/core/model/story.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const KEY = "36-2-agreement-badge";
const STORY_FILE = "docs/stories/36-2-agreement-badge.md";
const settings = configSchema.parse({}).evidence;

const task = (text: string, done: boolean, line = 40): StoryTask => ({ text, done, line, depth: 0 });
const gate = (name: string, ok: boolean, more: Partial<GateOutcome> = {}): GateOutcome => ({
  name,
  ok,
  cached: false,
  durationMs: 1,
  tail: [],
  output: "/out",
  ...more,
});
const goodChanges: StoryChanges = {
  descends: true,
  commits: [{ id: "abcdef0123456789", subject: "feat(36-2): badge", files: ["src/a.ts", STORY_FILE] }],
  changedPaths: ["src/a.ts", STORY_FILE],
  uncommittedPaths: [],
};
const good: EvidenceInput = {
  story: { key: KEY, file: STORY_FILE, tasks: [task("Code", false), task("Add tests", false)] },
  keys: [KEY, "36-20-other", "36-1-first"],
  changes: goodChanges,
  ownedPaths: [STORY_FILE, "docs/sprint-status.yaml", "docs/completions/"],
  tasksAfter: [task("Code", true), task("Add tests", true, 41)],
  gates: [gate("test", true)],
  baselineRed: new Set(),
};
const missing = (change: Partial<EvidenceInput>, more: Partial<typeof settings> = {}) =>
  checkEvidence({ ...good, ...change }, { ...settings, ...more }).missing.map(
    ({ check, message }) => `${check}: ${message}`,
  );
const changed = (change: Partial<StoryChanges>) => ({ changes: { ...goodChanges, ...change } });

test("work that had to be merged: an open merge and committed marks are missing evidence", () => {
  const merge = { marks: [] };
  expect(missing(changed({ merge }))).toEqual([]);
  expect(missing(changed({ merge, descends: false }))).toContainEqual(
    expect.stringMatching(/^work: the merge .* is not finished/),
  );
  expect(missing(changed({ merge: { marks: ["src/a.ts:3"] } }))).toContainEqual(
    "work: marks of conflict were committed: src/a.ts:3",
  );
});

describe("a phase that keeps the story's file", () => {
  const ofStory = (change: Partial<EvidenceInput>): string[] =>
    checkEvidence({ ...good, ...change }, settings, "story").missing.map(({ message }) => message);
  const changedSince = (...paths: string[]) => ({ after: { worked: "abcdef0123456789", paths } });
  const nothing = changed({ commits: [], changedPaths: [] });

  test("is asked for no work of its own, and for none before it", () => {
    expect(ofStory(changedSince(STORY_FILE, "docs/completions/36-2-review.json"))).toEqual([]);
    expect(ofStory({ ...nothing, ...changedSince() })).toEqual([]);
    expect(missing(nothing)).toContainEqual(expect.stringMatching(/^work: no work/));
  });

  test("may change nothing of the product", () => {
    expect(ofStory(changedSince(STORY_FILE, "src/a.ts"))).toEqual([
      "this phase may change the story's own file alone, but changed src/a.ts since the work was checked; put that back ('git restore --source=abcdef0123 --staged --worktree -- <path>') and commit",
    ]);
  });

  test("has to tick, and to leave the branch whole", () => {
    expect(ofStory({ ...changedSince(), tasksAfter: [task("Code", true), task("Add tests", false, 41)] })).toEqual([
      `task 2 'Add tests' is not ticked in ${STORY_FILE}:41`,
    ]);
    expect(ofStory(changed({ descends: false }))).toContainEqual(expect.stringContaining("does not descend"));
  });
});

test("good work has all its evidence", () => {
  expect(checkEvidence(good, settings)).toEqual({ ok: true, missing: [], notes: [], flags: [] });
});

describe("work", () => {
  test.each([
    ["nothing changed", { commits: [], changedPaths: [] }, "nothing differs from the baseline commit"],
    [
      "only owned files changed",
      { changedPaths: [STORY_FILE, "docs/completions/x.md"] },
      "only files that storyboard keeps",
    ],
    [
      "an empty commit with the right name",
      { commits: [{ id: "1", subject: "feat(36-2): x", files: [] }], changedPaths: [] },
      "nothing differs",
    ],
    [
      "only storyboard's bookkeeping",
      {
        commits: [{ id: "1", subject: "chore: status", files: ["log.json"], bookkeeping: true }],
        changedPaths: ["log.json"],
      },
      "nothing differs",
    ],
    ["a branch that left its baseline", { descends: false }, "does not descend"],
  ])("%s is no work", (_, change, message) => {
    const found = missing(changed(change));
    expect(found.filter((line) => line.startsWith("work:"))).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test("a file that bookkeeping and the agent both changed is the agent's work", () => {
    const commits = [
      { id: "1", subject: "chore: x", files: ["src/a.ts"], bookkeeping: true },
      { id: "2", subject: "feat(36-2): x", files: ["src/a.ts"] },
    ];
    expect(missing(changed({ commits, changedPaths: ["src/a.ts"] }))).toEqual([]);
  });
});

describe("commits", () => {
  test("what is not committed is named, except for owned files", () => {
    expect(missing(changed({ uncommittedPaths: ["src/b.ts", STORY_FILE] }))).toEqual([
      "committed: not committed: src/b.ts",
    ]);
    expect(missing(changed({ uncommittedPaths: ["1", "2", "3", "4", "5", "6", "7"] }))[0]).toBe(
      "committed: not committed: 1, 2, 3, 4, 5 and 2 more",
    );
  });

  test.each([
    ["feat(36-2): x", true],
    ["feat(36-2-agreement-badge): x", true],
    ["feat(36-2-agreement): x", true],
    ["feat(36.2): x", true],
    ["Feat(36-2)!: x", true],
    ["feat(36-20): x", false],
    ["feat(136-2): x", false],
    ["feat(36): x", false],
    ["feat(36-1): x", false],
    ["feat(36-2-other): x", false],
    ["fix(36-2): x", false],
    ["feat(36-2):", false],
    ["feat: 36-2", false],
    ["chore: feat(36-2): x", false],
  ])("%s names the story: %s", (subject, names) => {
    expect(namesStory(KEY, [...good.keys])(subject)).toBe(names);
  });

  test("the number of an epic names no story, even where the epic has only one", () => {
    expect(namesStory("36-2-a", ["36-2-a", "37-1-b"])("feat(36): x")).toBe(false);
  });

  test("a short key that means two stories, or another one exactly, names neither", () => {
    expect(namesStory("36-2-a", ["36-2-a", "36-2-b"])("feat(36-2): x")).toBe(false);
    expect(namesStory("36-2-a", ["36-2", "36-2-a"])("feat(36-2): x")).toBe(false);
    expect(namesStory("36-2", ["36-2", "36-2-a"])("feat(36-2): x")).toBe(true);
    expect(namesStory("login", ["login", "logout"])("feat(login): x")).toBe(true);
  });

  test.each([
    ["[36-2] x", true],
    ["[36-2-agreement-badge] x", true],
    ["[36-20] x", false],
    ["[36-2-other] x", false],
    ["[136-2] x", false],
    ["[1-36-2] x", false],
  ])("a configured pattern: %s: %s", (subject, names) => {
    expect(namesStory(KEY, [...good.keys], "^\\[{key}\\]")(subject)).toBe(names);
    expect(namesStory(KEY, [...good.keys], "{key}")(subject)).toBe(names);
  });

  test("a pattern that is no regular expression is for the user to put right", () => {
    expect(() => missing({}, { commit_pattern: "({key}" })).toThrow(UserError);
  });

  test("a missing commit is described with what there is instead", () => {
    const commits = [{ id: "1", subject: "wip", files: ["src/a.ts"] }];
    expect(missing(changed({ commits }))).toEqual([
      "commit: no commit 'feat(36-2): ...' for story 36-2-agreement-badge; the commits are: 'wip'",
    ]);
    const empty = [...commits, { id: "0123456789abcdef", subject: "feat(36-2): x", files: [] }];
    expect(missing(changed({ commits: empty }))[0]).toContain("0123456789 has the name but is empty");
    const ours = [...commits, { id: "2", subject: "feat(36-2): x", files: ["src/a.ts"], bookkeeping: true }];
    expect(missing(changed({ commits: ours }))).toHaveLength(1);
  });
});

describe("what nobody could look at", () => {
  test("files hidden from git are missing evidence, named", () => {
    expect(missing(changed({ hiddenPaths: ["src/a.ts"] }))).toEqual([
      expect.stringMatching(/^committed: hidden from git, .*: src\/a\.ts; undo it with/),
    ]);
  });

  test("so is a link in place of the story file", () => {
    expect(missing({ foreignStory: "/elsewhere.md" })).toEqual([
      `tasks: the story file ${STORY_FILE} was replaced by a link to /elsewhere.md; put the file itself back`,
    ]);
  });
});

describe("tasks", () => {
  test("each open task is named with its place", () => {
    expect(missing({ tasksAfter: [task("Code", true), task("Add tests", false, 41)] })).toEqual([
      `tasks: task 2 'Add tests' is not ticked in ${STORY_FILE}:41`,
    ]);
  });

  test("a task that was taken out is missed, one that was reworded is noted", () => {
    expect(missing({ tasksAfter: [task("Code", true)] })).toEqual([
      `tasks: task 'Add tests' was taken out of ${STORY_FILE}; put it back`,
    ]);
    const reworded = { tasksAfter: [task("Code", true), task("Add tests (unit)", true)] };
    expect(missing(reworded)).toEqual([]);
    expect(checkEvidence({ ...good, ...reworded }, settings).notes).toEqual([
      `tasks of ${STORY_FILE} read otherwise than at the start: 'Add tests'`,
    ]);
    expect(missing({ tasksAfter: [] })).toHaveLength(2);
  });

  test("a story file that is gone is missed; a story without a file or tasks has nothing to tick", () => {
    expect(missing({ tasksAfter: undefined })).toEqual([`tasks: the story file ${STORY_FILE} is gone`]);
    expect(missing({ story: { key: KEY, tasks: [] }, tasksAfter: undefined })).toEqual([]);
    const bare = checkEvidence({ ...good, story: { ...good.story, tasks: [] }, tasksAfter: [] }, settings);
    expect(bare).toMatchObject({ ok: true, notes: [`${STORY_FILE} has no tasks to check`] });
  });

  test("with thresholds none is missing evidence and fewer than half a warning", () => {
    const tasks = (done: number) => [1, 2, 3, 4].map((n) => task(`t${n}`, n <= done));
    expect(missing({ tasksAfter: tasks(0) }, { tasks: "thresholds" })).toEqual([
      `tasks: none of 4 tasks is ticked in ${STORY_FILE}`,
    ]);
    const four = { ...good, story: { ...good.story, tasks: tasks(0) } };
    const few = checkEvidence({ ...four, tasksAfter: tasks(1) }, { ...settings, tasks: "thresholds" });
    expect(few).toMatchObject({ ok: true, notes: [`WARN: only 1 of 4 tasks are ticked in ${STORY_FILE}`] });
    expect(checkEvidence({ ...four, tasksAfter: tasks(2) }, { ...settings, tasks: "thresholds" }).notes).toEqual([]);
  });

  test("the thresholds are a setting, and Pantheon's own count is said where it differs", () => {
    const tasks = (done: number) => [1, 2, 3, 4].map((n) => task(`t${n}`, n <= done));
    const lead = { tasks: "thresholds", thresholds: { warn: 80, review: 80, done: 95 } } as const;
    expect(missing({ tasksAfter: tasks(3) }, lead)).toEqual([
      `tasks: only 3 of 4 tasks are ticked, and a review asks for 80 % in ${STORY_FILE}`,
    ]);
    expect(missing({ tasksAfter: tasks(4) }, lead)).toEqual([]);
    const topLevelBoxes = { done: 0, total: 9 };
    expect(checkEvidence({ ...good, topLevelBoxes }, { ...settings, tasks: "thresholds" }).notes).toEqual([
      `WARN: 2 of 2 tasks are ticked; by its top-level boxes it would be 0 of 9 in ${STORY_FILE}`,
    ]);
  });

  test("already done means that there are tasks and that all are ticked", () => {
    expect(couldBeAlreadyDone({ tasks: [task("a", true)] })).toBe(true);
    expect(couldBeAlreadyDone({ tasks: [task("a", true), task("b", false)] })).toBe(false);
    expect(couldBeAlreadyDone({ tasks: [] })).toBe(false);
  });
});

describe("gates", () => {
  test("a red gate is named with its last lines", () => {
    expect(missing({ gates: [gate("lint", true), gate("test", false, { tail: ["1 failed", "a.test.ts"] })] })).toEqual([
      "gates: gate 'test' fails; its last lines:\n1 failed\na.test.ts",
    ]);
  });

  test("what was red before is shown but not held against the story; what was cut off is", () => {
    const baselineRed = new Set(["lint", "slow"]);
    const result = checkEvidence({ ...good, gates: [gate("lint", false)], baselineRed }, settings);
    expect(result).toMatchObject({ ok: true, notes: ["gate 'lint' is red, as it was on the baseline"] });
    expect(missing({ gates: [gate("slow", false, { cut: "30 minutes" })], baselineRed })).toEqual([
      "gates: gate 'slow' was cut off: 30 minutes; it printed nothing",
    ]);
    const judged = judgeGates([gate("a", true), gate("lint", false), gate("b", false)], baselineRed);
    expect([judged.green, judged.excused, judged.red].map((gates) => gates.map(({ name }) => name))).toEqual([
      ["a"],
      ["lint"],
      ["b"],
    ]);
  });

  test("no gates at all is said", () => {
    expect(checkEvidence({ ...good, gates: [] }, settings).notes[0]).toContain("no gates were run");
  });
});

describe("profiles", () => {
  test("none asks for nothing, and flags pass through", () => {
    const flag = { kind: "ci", file: "Jenkinsfile", what: "changes a CI file" } as const;
    const input: EvidenceInput = {
      ...good,
      ...changed({ descends: false }),
      gates: [gate("test", false)],
      flags: [flag],
    };
    expect(checkEvidence(input, { ...settings, profile: "none" })).toEqual({
      ok: true,
      missing: [],
      notes: [],
      flags: [flag],
    });
  });

  test("a part of the checks is made where a phase has only that part", () => {
    const open: EvidenceInput = {
      ...good,
      tasksAfter: good.tasksAfter?.map((task) => ({ ...task, done: false })),
      gates: [gate("test", false)],
    };
    const checksOf = (part: "all" | "work" | "story") => [
      ...new Set(checkEvidence(open, { ...settings, profile: "story-file" }, part).missing.map(({ check }) => check)),
    ];
    expect(checksOf("all")).toEqual(["tasks", "gates"]);
    expect(checksOf("work")).toEqual(["gates"]);
    expect(checksOf("story")).toEqual(["tasks"]);
  });
});
