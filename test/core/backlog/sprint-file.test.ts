import { describe, expect, test } from "vitest";
import { SPRINT_FILE_BYTES_MAX } from "../../../src/core/backlog/sprint-document.ts";
import { readSprintFile } from "../../../src/core/backlog/sprint-file.ts";
import { epicIdOf, epicOfStory, sprintEntryKind } from "../../../src/core/backlog/sprint-keys.ts";
import { UserError } from "../../../src/core/model/user-error.ts";

const read = (text: string) => readSprintFile(new TextEncoder().encode(text), "docs/sprint-status.yaml");
const statuses = (text: string) => Object.fromEntries(read(text).entries.map((entry) => [entry.key, entry.status]));
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).nextSteps.length).toBeGreaterThan(0);
    return (error as UserError).message;
  }
  throw new Error("it was read");
};

describe("what is read", () => {
  test("statuses of all vocabularies, with CRLF, BOM, quotes and comments, glued ones too", () => {
    const text = [
      "\uFEFF# header",
      "generated: 2025-12-10",
      "development_status:",
      '  epic-1: "contexted"',
      "  1-1-login: drafted",
      "  1-2-search: done# Updated 2026-01-02",
      "  1-3-badge: In progress   # soon",
      "  1-4-old: wont-do",
      "  1-5-yes: no",
      "  epic-1-retrospective: docs/epic-1-retro.md",
    ].join("\r\n");
    expect(statuses(text)).toEqual({
      "epic-1": "in-progress",
      "1-1-login": "ready-for-dev",
      "1-2-search": "done",
      "1-3-badge": "in-progress",
      "1-4-old": "other",
      "1-5-yes": "other",
      "epic-1-retrospective": "other",
    });
    expect(read(text).entries.map((entry) => entry.rawStatus)[2]).toBe("done");
    expect(read(text).entries.map((entry) => entry.line)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  test("entries that are objects, with their dependencies, titles and files", () => {
    const { entries } = read(`development_status:
  epic-2: { status: backlog, stories: 3 }
  2-1-personality:
    status: done
    depends_on: []
  2-2-chat:
    title: "Chat"
    story_file: stories/2-2-chat.md
    depends_on: [2-1-personality]
    blocked_by: bd-1
    status: review
`);
    expect(entries.map(({ key, status, kind }) => [key, status, kind])).toEqual([
      ["epic-2", "backlog", "epic"],
      ["2-1-personality", "done", "story"],
      ["2-2-chat", "review", "story"],
    ]);
    expect(entries[2]).toMatchObject({ title: "Chat", storyFile: "stories/2-2-chat.md", epic: "2" });
    expect(entries[2]?.declared).toEqual([
      { names: ["2-1-personality"], line: 9 },
      { names: ["bd-1"], line: 10 },
    ]);
  });

  test("the place of the stories, from the field or from the header comment", () => {
    const rest = "development_status:\n  1-1-a: done\n";
    expect(read(`story_location: "{project-root}/docs"\n${rest}`).storyLocation).toBe("{project-root}/docs");
    expect(read(`# story_location: docs/stories\n${rest}`).storyLocation).toBe("docs/stories");
    expect(read(`# story_location: {story_location}\n${rest}`).storyLocation).toBeUndefined();
  });
});

describe("what is refused, with file, line and remedy", () => {
  test.each([
    [
      "conflict markers",
      "development_status:\n<<<<<<< HEAD\n  1-1-a: done\n=======\n  1-1-a: review\n>>>>>>> b\n",
      /:2: .*conflict/,
    ],
    [
      "an unquoted placeholder",
      "story_location: {project-root}/docs\ndevelopment_status:\n  1-1-a: done\n",
      /:1: .*quotes/,
    ],
    ["wrong nesting", "development_status:\n  epic-1: done\n    1-1-a: done\n", /:[23]: .*indentation/],
    ["stories under an epic", "development_status:\n  epic-1:\n    1-1-a: done\n", /:2: .*indentation/],
    [
      "Markdown",
      "# Sprint\n\n## Epic 1\n- [ ] one: two: three\n**a**: `b`\n```\nx\n```\n",
      /Markdown|no development_status|plain text|list/,
    ],
    ["the same key twice", "development_status:\n  1-1-a: done\n  1-1-a: review\n", /:3: .*"1-1-a" is there twice/],
    ["two maps", "development_status:\n  1-1-a: done\ndevelopment_status:\n  1-1-b: done\n", /:3: .*twice/],
    ["a path as a key", "development_status:\n  ../../x: done\n", /:2: the story key "\.\.\/\.\.\/x"/],
    [
      "an option as a key",
      "development_status:\n  1-1-a: done\n  --upload-pack=x: done\n",
      /:3: the story key "--upload-pack=x"/,
    ],
    ["a scrum file", "sprints:\n  - stories: []\n", /not a BMAD v6 sprint file.*sprints\[\]\.stories\[\]/],
    ["a list of stories", "stories:\n  - id: 1\n", /stories\[\]/],
    ["a misspelt key", "development Status:\n  1-1-a: done\n", /`development Status` where `development_status`/],
    ["an empty file", "", /it is empty/],
    ["deep nesting", `a: ${"[".repeat(200_000)}`, /docs\/sprint-status\.yaml:\d+: /],
    ["many aliases", `a: &a x\nb: [${"*a,".repeat(200)}]\ndevelopment_status:\n  1-1-a: done\n`, /:2: .*aliases/],
  ])("%s", (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  test("an alias bomb costs nothing", () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i},*l${i}]`).join("\n");
    const before = performance.now();
    read(`l0: &l0 x\n${levels}\ndevelopment_status:\n  1-1-a: done\n`);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test("bytes that are no UTF-8, and files without measure", () => {
    expect(() => readSprintFile(new Uint8Array([0x61, 0x0a, 0xff]), "f")).toThrow(/f:2: .*UTF-8/);
    expect(() => readSprintFile(new Uint8Array(SPRINT_FILE_BYTES_MAX + 1), "f")).toThrow(/bytes/);
  });
});

describe("keys", () => {
  test.each([
    ["epic-36", "epic", "36"],
    ["epic-tsr-1", "epic", "tsr-1"],
    ["p2-epic-1", "epic", "p2-1"],
    ["epic-quality", "epic", "quality"],
    ["epic-1b-retrospective", "retrospective", undefined],
    ["p2-epic-1-retrospective", "retrospective", undefined],
    ["3-2-epic-overview", "story", undefined],
    ["hotfix-epic-crash", "story", undefined],
    ["1-2-retrospective-page", "story", undefined],
  ])("%s is a(n) %s", (key, kind, id) => {
    expect(sprintEntryKind(key)).toBe(kind);
    if (kind !== "retrospective") expect(epicIdOf(key)).toBe(id);
  });

  const epics = new Set(["1", "13", "13-1", "tsr-1", "p2-1", "1b", "quality", "3-5", "2.5", "003"]);
  test.each([
    ["1-1-login", "1"],
    ["1-10-login", "1"],
    ["13-1-2-import", "13-1"],
    ["13-1-slug", "13"],
    ["tsr-1-1-grid", "tsr-1"],
    ["p2-1-1-config", "p2-1"],
    ["1b-2-sdk", "1b"],
    ["quality-3-tests", "quality"],
    ["3-5-1-cache", "3-5"],
    ["2.5-4-menu", "2.5"],
    ["003-1-filter", "003"],
    ["001-001-start", "1"],
    ["9-5-6-notes", "9"],
    ["H-1-hardening", undefined],
    ["hotfix-crash", undefined],
  ])("%s belongs to epic %s", (key, epic) => {
    expect(epicOfStory(key, epics)).toBe(epic);
  });
});
