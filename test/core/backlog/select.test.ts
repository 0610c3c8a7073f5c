import { describe, expect, test } from "vitest";
import { type Selection, selectStories } from "../../../src/core/backlog/select.ts";
import { readStatus } from "../../../src/core/model/status.ts";
import type { Backlog, DependencySource, Story } from "../../../src/core/model/story.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const story = (
  key: string,
  rawStatus: string,
  waits: Record<string, DependencySource["kind"]> = {},
  hasFile = true,
): Story => ({
  key,
  title: key,
  ...(/^\d/.test(key) ? { epic: key.split("-")[0]! } : {}),
  status: readStatus(rawStatus),
  rawStatus,
  ...(hasFile ? { file: `${key}.md` } : {}),
  dependsOn: Object.entries(waits).map(([on, kind]) => ({ key: on, source: { kind, where: "x.md:1" } })),
  touches: [],
  needs: [],
  acceptanceCriteria: [],
  tasks: [],
});

const backlogOf = (stories: readonly Story[], source: Backlog["source"] = "bmad"): Backlog => ({
  source,
  stories,
  notes: [],
});
const SPRINT = backlogOf([
  story("1-1-setup", "done"),
  story("1-2-login", "ready-for-dev"),
  story("2-1-search", "review"),
  story("2-2-badge", "ready-for-dev"),
  story("2-3-menu", "backlog", {}, false),
  story("2-4-help", "backlog"),
  story("2-5-old", "wont-do"),
  story("3-1-end", "backlog", {}, false),
]);
const select = (backlog: Backlog, selection: Partial<Selection> = {}) => {
  const { chosen, ...rest } = selectStories(backlog, { mode: "continue", includeBacklog: false, ...selection });
  return { ...rest, keys: chosen.map(({ key }) => key) };
};

describe("choosing", () => {
  test("continue takes the epic in progress or review, else the first with a ready story", () => {
    expect(select(SPRINT).keys).toEqual(["2-1-search", "2-2-badge"]);
    expect(select(backlogOf(SPRINT.stories.slice(0, 2))).keys).toEqual(["1-2-login"]);
  });

  test("autopilot takes all that can run, in backlog order", () => {
    expect(select(SPRINT, { mode: "autopilot" }).keys).toEqual(["1-2-login", "2-1-search", "2-2-badge"]);
  });

  test("epics and stories are named by id, key or short key", () => {
    expect(select(SPRINT, { mode: "select", epic: "epic-1" }).keys).toEqual(["1-2-login"]);
    expect(select(SPRINT, { mode: "select", stories: ["2-2", "1-2-login"] }).keys).toEqual(["1-2-login", "2-2-badge"]);
  });

  test("stories of storyboard.yaml are all chosen unless some are named", () => {
    const plain = backlogOf([story("a", "ready-for-dev"), story("b", "ready-for-dev")], "storyboard");
    expect(select(plain).keys).toEqual(["a", "b"]);
    expect(select(plain, { stories: ["b"] }).keys).toEqual(["b"]);
  });

  test("backlog stories run only when they may and have a file", () => {
    expect(select(SPRINT, { includeBacklog: true }).keys).toEqual(["2-1-search", "2-2-badge", "2-4-help"]);
  });
});

describe("what is left", () => {
  test("is named with the reason and the remedy", () => {
    const { left } = select(SPRINT, { stories: ["1-1", "2-3", "2-4", "2-5"] });
    expect(left.map(({ key, why }) => [key, why])).toEqual([
      ["1-1-setup", "it is already done"],
      ["2-3-menu", "it is in the backlog and has no story file"],
      ["2-4-help", "it is in the backlog"],
      ["2-5-old", 'its status "wont-do" is none that runs'],
    ]);
    // Asked for by name and not done: the run cannot end as if all was well.
    expect(left.map(({ isProblem }) => isProblem)).toEqual([false, true, true, true]);
    expect(select(SPRINT).left.some(({ isProblem }) => isProblem)).toBe(false);
    expect(left[1]?.whatToDo).toContain("create-story");
    expect(left[2]?.whatToDo).toContain("--include-backlog");
  });

  test("is what waits for a story outside, and what waits for that; a guess holds nothing back", () => {
    const backlog = backlogOf([
      story("1-1-a", "ready-for-dev"),
      story("2-1-b", "in-progress", { "1-1-a": "declared" }),
      story("2-2-c", "ready-for-dev", { "2-1-b": "declared" }),
      story("2-3-d", "ready-for-dev", { "1-1-a": "reference" }),
    ]);
    const { keys, left } = select(backlog);
    expect(keys).toEqual(["2-3-d"]);
    expect(left.map(({ key, why }) => `${key}: ${why}`)).toEqual([
      "2-1-b: it depends on 1-1-a (ready-for-dev), which is not done and does not run (x.md:1)",
      "2-2-c: it depends on 2-1-b (in-progress), which is not done and does not run (x.md:1)",
    ]);
    expect(select(backlog, { mode: "autopilot" }).keys).toHaveLength(4);
  });

  test("stories that cannot start are not `nothing to do`", () => {
    const blocked = backlogOf([story("1-1-a", "wont-do"), story("1-2-b", "review", { "1-1-a": "declared" })]);
    expect(select(blocked)).toMatchObject({ keys: [], left: [{ key: "1-1-a" }, { key: "1-2-b" }] });
    expect(select(blocked).nothingToDo).toBeUndefined();
  });
});

describe("nothing to do", () => {
  test.each([
    ["no stories", [], /sprint-planning/],
    ["all done", [story("1-1-a", "done")], /epic 1 are done.*retrospective/],
    ["all in the backlog", [story("1-1-a", "backlog", {}, false)], /1-1-a still in the backlog.*create-story/],
    ["only unknown words", [story("1-1-a", "wont-do")], /no story of epic 1 can run/],
  ])("with %s says what to run next", (_, stories, expected) => {
    expect(select(backlogOf(stories)).nothingToDo).toMatch(expected);
  });
});

test("unknown epics and stories are refused with the nearest", () => {
  expect(() => select(SPRINT, { epic: "9" })).toThrow(UserError);
  expect(() => select(SPRINT, { stories: ["2-1-serch", "nope-at-all", "2-2"] })).toThrow(
    /"2-1-serch".*Did you mean "2-1-search"\?\n.*"nope-at-all"/,
  );
  expect(() => select(SPRINT, { mode: "select" })).toThrow(/know what to select/);
});
