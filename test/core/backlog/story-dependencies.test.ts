import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fileDependencies, readNamedFiles } from "../../../src/core/backlog/file-dependencies.ts";
import { markdownLines } from "../../../src/core/backlog/markdown-lines.ts";
import { declaredDependencies, referencedStories } from "../../../src/core/backlog/story-dependencies.ts";
import { StoryNames } from "../../../src/core/backlog/story-names.ts";

const KEYS = [
  "1-1-setup",
  "1-2-login",
  "1-10-far",
  "2-1-search",
  "2-2a-split",
  "2-3-self",
  "2-4-later",
  "10-5-unit-tests",
  "tsr-2-1-scale",
  "tsr-2-3-axis",
  "quality-1-cache",
  "STORY-030",
  "login",
];
const names = new StoryNames(KEYS.map((key) => ({ key })));
const declared = (text: string, key = "2-3-self"): readonly string[] => [
  ...new Set(
    declaredDependencies(key, "s.md", markdownLines(text), names).map(({ dependent, on }) =>
      dependent === key ? on : `${dependent} waits`,
    ),
  ),
];

describe("declared dependencies", () => {
  test.each([
    ["**Depends On:** Stories 1.1, 1.2", ["1-1-setup", "1-2-login"]],
    ["**Dependencies:** Story 10.5 (Unit Tests)", ["10-5-unit-tests"]],
    ["**Blocked By:** 10-5-unit-tests", ["10-5-unit-tests"]],
    ["- **Blocked by:** Stories 1.2 (it must exist), 1.10", ["1-2-login", "1-10-far"]],
    ["- **Blocks:** Story 2.4", ["2-4-later waits"]],
    ["**Prerequisite Stories:** None", []],
    ["Prerequisite: Story 1.1 (the base) - DONE", ["1-1-setup"]],
    ["Depends on: bmad:1.1", ["1-1-setup"]],
    ["_Dependencies: Story TSR-2.1_", ["tsr-2-1-scale"]],
    ["- **Depends on 1.1** (the `x` field — needed) and **1.2** — it reads 2.1", ["1-1-setup", "1-2-login"]],
    ["- **Is a prerequisite for** 2.4 (it reads that)", ["2-4-later waits"]],
    ["This story depends on Story 1.1 being complete.", ["1-1-setup"]],
    ["**Dependency:** This story depends on Quality-1 completing, as shown.", ["quality-1-cache"]],
    ["depends_on: [1-1, 2-2a]", ["1-1-setup", "2-2a-split"]],
    ["requires: 1-2-login", ["1-2-login"]],
    ["This story does not depend on Story 1.1.", []],
    ["**Depends on:** Story 2.3", []],
    ["**Depends on:** Story 9.9", []],
    ["---\ndepends_on: [\"1-1\", '1-2']\n---", ["1-1-setup", "1-2-login"]],
    ["---\ndependencies:\n  - 1-1-setup\n  - unknown\ntitle: 1-2\n---", ["1-1-setup"]],
    ["---\nblocks: [2-4]\n---", ["2-4-later waits"]],
    [
      "## Dependencies\n\n- **Story 1.1**: why, not 1.2\n- story-1.2\n- STORY-030: overhaul\n",
      ["1-1-setup", "1-2-login", "STORY-030"],
    ],
    ["## Dependencies\n\n- **1-1**: reason\n- This story depends on: 1-2 (Login)\n", ["1-1-setup", "1-2-login"]],
    ["## Dependencies\n\nNone - this is the first story, 1.1 follows\n", []],
    ["## Dependencies\n\nEpic 1.\n", []],
    ["## Dependencies\n\n- Requires Stories 1.1-1.2 to be complete\n", ["1-1-setup", "1-2-login"]],
    ["### Depends On\n- **Story 1.1**: a\n\n### Enables\n- **Story 2.4**: b\n", ["1-1-setup", "2-4-later waits"]],
    [
      "## Dependencies\n\n| Dependency | Type |\n|---|---|\n| Story 1.1 | done |\n| src/1-2.ts | file |\n",
      ["1-1-setup"],
    ],
  ])("%j names %j", (text, expected) => {
    expect(declared(`${text}\n`)).toEqual(expected);
  });

  test.each([
    "## Dependencies\n\nAlready installed:\n- react 1.2\n- `lodash@1.1`\n- node >= 2.1\n",
    "**Dependencies:** react 1.2, node 2.1",
    "**Requires:** Node 1.2",
    "## Dependencies\n\n- 1.2 GB of memory\n- 1-2 weeks\n- ^1.1.0\n- v2.1\n",
    "### External Dependencies\n\n- Story 1.1 of theirs\n",
    "```\nDepends on: 1.1\n```",
    "<!-- Depends on: 1.1 -->",
    "## Change Log\n\n- Depends on: Story 1.1 was removed\n",
    "**Dependencies already in Cargo.toml:** 1.1",
    "## Dev Notes\n\nlogin is a word here; see chapter 1.2\n",
    "Task 2 depends on Task 1.1",
  ])("%j names no story", (text) => {
    expect(declared(`${text}\n`)).toEqual([]);
  });

  test("a number means the story of the own series first, and never a longer number", () => {
    expect(declared("Depends on: Story 2.1\n", "tsr-2-3-axis")).toEqual(["tsr-2-1-scale"]);
    expect(declared("Depends on: Story 2.1\n")).toEqual(["2-1-search"]);
    expect(declared("Depends on: Story 1.1\n")).toEqual(["1-1-setup"]);
  });

  test("a number that fits two stories means neither", () => {
    const doubled = new StoryNames(["1-1-setup", "1-1-set-up-again", "2-3-self"].map((key) => ({ key })));
    expect(declaredDependencies("2-3-self", "f", markdownLines("Depends on: Story 1.1\n"), doubled)).toEqual([]);
    const full = declaredDependencies("2-3-self", "f", markdownLines("Depends on: 1-1-setup\n"), doubled);
    expect(full.map(({ on }) => on)).toEqual(["1-1-setup"]);
  });

  test("each edge says where it was found", () => {
    const [edge] = declaredDependencies(
      "2-3-self",
      "docs/2-3.md",
      markdownLines("# T\n\n**Depends on:** 1.1\n"),
      names,
    );
    expect(edge?.source).toEqual({ kind: "declared", where: 'docs/2-3.md:3 "Depends on: 1.1"' });
  });

  test("no text makes it throw or name what is not there", () => {
    const parts = [
      "Depends on",
      ": ",
      "Story ",
      "1.1",
      ", ",
      "(",
      ")",
      "\n",
      "## Dependencies\n",
      "- ",
      "**",
      "2-2a",
      " — ",
      "None",
      "blocks",
      "|",
      "---\n",
      "1.1-1.10",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), (all) => {
        const lines = markdownLines(all.join(""));
        for (const { dependent, on } of [
          ...declaredDependencies("2-3-self", "f", lines, names),
          ...referencedStories("2-3-self", "f", lines, names),
        ]) {
          expect(KEYS).toContain(dependent);
          expect(KEYS).toContain(on);
          expect(on).not.toBe(dependent);
        }
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});

describe("guessed dependencies", () => {
  const referenced = (text: string): readonly string[] =>
    referencedStories("2-3-self", "s.md", markdownLines(text), names).map(({ on }) => on);

  test.each([
    ["It uses the API from 1-2.", ["1-2-login"]],
    ["It builds on Story 1.1.", ["1-1-setup"]],
    ["- [Source: docs/stories/1-2-login.md#Dev-Notes]", ["1-2-login"]],
    ["The helper from Story 2.1 is reused.", ["2-1-search"]],
    ["It is extended by 2-4-later.", []],
    ["- [Source: docs/stories/1-2-login.md] previous story learnings", []],
    ["## Dev Agent Record\n\nIt uses the API from 1-2.", []],
    ["It uses version 1.2 of the login.", []],
  ])("%j refers to %j", (text, expected) => {
    expect(referenced(`${text}\n`)).toEqual(expected);
  });

  test("a story that names a file waits for the earlier one that creates it, and not the other way round", () => {
    const files = (text: string) => readNamedFiles(markdownLines(text));
    const edges = fileDependencies([
      { key: "a", file: "a.md", files: files("# A\n\n- [ ] Change `src/late.ts`\n- [ ] Create `src/api/users.ts`\n") },
      { key: "b", file: "b.md", files: files("# B\n\nCalls src/api/users.ts and docs/x/y.md.\n") },
      { key: "c", file: "c.md", files: files("# C\n\n## New Files\n\n- `src/late.ts`\n```\nsrc/api/users.ts\n```\n") },
    ]);
    expect(edges).toEqual([
      {
        dependent: "b",
        on: "a",
        source: { kind: "file", where: "b.md:3 names src/api/users.ts, which a creates (a.md:4)" },
      },
    ]);
  });
});
