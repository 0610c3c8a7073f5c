import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complexityOf } from "../../../src/core/backlog/complexity.ts";
import { readStoryFile } from "../../../src/core/backlog/story-file.ts";
import { readStoryStatus, setStoryStatus } from "../../../src/core/backlog/story-status.ts";
import { titleOfKey } from "../../../src/core/backlog/story-title.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readStoryFile(bytes(text));

describe("the status", () => {
  test.each([
    ["a line", "# Story 1.1: T\n\nStatus: @\n\n## Story\n"],
    ["a line with CRLF", "# Story 1.1: T\r\n\r\nStatus: @\r\n\r\n## Story\r\n"],
    ["a bold line", "# T\n\n**Status:** @\n"],
    ["a bold label", "# T\n\n**Status**: @\n"],
    ["a list item", "# T\n\n## Metadata\n- **Id:** 1\n- **Status:** @\n"],
    ["a quote", "# T\n\n> Status: @\n"],
    ["a full-width colon", "# 故事 1.2：T\n\n**Status：** @\n"],
    ["a table row", "# T\n\n| Field | Value |\n| --- | --- |\n| Status | @ |\n"],
    ["a heading with the value below", "# T\n\n## Status\n\n@\n\n## Story\n"],
    ["a heading with the value in it", "# T\n\n## Status: @\n"],
    ["frontmatter in quotes", '---\ntitle: x\nstatus: "@"\n---\n\n# T\n'],
    ["a value with code marks", "# T\n\nStatus: `@`\n"],
    ["a value with a comment", "# T\n\nStatus: @ <!-- was draft -->\n"],
    ["a value with a remark", "# T\n\nStatus: @ (2026-01-01, all criteria met)\n"],
    ["a file that is not UTF-8", "# T \u00ff\n\nStatus: @\n\u00e9\n"],
  ])("in %s is read, and set without touching another byte", (_, template) => {
    const isLatin = template.includes("\u00ff");
    const encode = (text: string): Uint8Array => (isLatin ? new Uint8Array(Buffer.from(text, "latin1")) : bytes(text));
    for (const before of ["review", "ready-for-dev", "In Progress", "Done"]) {
      const file = encode(template.replace("@", before));
      expect(readStoryStatus(file)).toBe(before);
      expect(setStoryStatus(file, "done")).toEqual(encode(template.replace("@", "done")));
    }
  });

  test("that stands in several places is set in each", () => {
    const text = "---\nstatus: review\n---\n# T\n\nStatus: review\n\n## Story\n";
    expect(setStoryStatus(bytes(text), "done")).toEqual(bytes(text.replaceAll("review", "done")));
  });

  test("is not looked for in prose, code, comments or later sections", () => {
    const text =
      "# T\n\n<!-- Status: draft -->\n```\nStatus: done\n```\n\n## Dev Notes\n\nStatus: 200 from the server\n- Status: open\n\n### Status\n\nfine\n";
    expect(readStoryStatus(bytes(text))).toBeUndefined();
    expect(setStoryStatus(bytes(text), "done")).toBeUndefined();
  });

  test("with an unusual word is replaced as a whole", () => {
    expect(setStoryStatus(bytes("# T\n\nStatus: ✅ COMPLETE\n"), "review")).toEqual(bytes("# T\n\nStatus: review\n"));
  });
});

describe("the title", () => {
  test.each([
    ["# Story 1.2: Log in", "Log in"],
    ["# Story 1-2: Log in", "Log in"],
    ["# Story 1.2 — Log in", "Log in"],
    ["# STORY-051: Fix it", "Fix it"],
    ["# 故事 1.2：登录", "登录"],
    ["# Story TSR-2.3: Axis", "Axis"],
    ["# Story P2-1.1: Keys", "Keys"],
    ["# Story quality.2: Tests", "Tests"],
    ["# Story of a login: more", "Story of a login: more"],
    ["# A bare title", "A bare title"],
    ["---\ntitle: 'Given'\n---\n# Story {{epic_num}}.{{story_num}}: {{story_title}}", "Given"],
    ["# Story {{epic_num}}.{{story_num}}: {{story_title}}", undefined],
    ["```\n# Not this\n```\n# This", "This"],
  ])("of %j is %s", (text, title) => {
    expect(read(text).title).toBe(title);
  });

  test.each([
    ["36-2-agreement-badge", "Agreement badge"],
    ["tsr-2-3-y-axis", "Y axis"],
    ["1b-4-spans", "Spans"],
    ["STORY-051", "STORY-051"],
    ["hotfix-crash", "Hotfix crash"],
  ])("made of the key %s is %s", (key, title) => {
    expect(titleOfKey(key)).toBe(title);
  });
});

test("tasks are those of the task section, with their marks, lines and depth", () => {
  const { tasks } = read(`# T

## Acceptance Criteria
- [ ] not a task

## Tasks / Subtasks
- [x] One (AC: 1)
  - [X] One a
    - [ ] One a i
  - [-] One b
* [~] Two
1. [ ] Three
\t- [x] Three a
\`\`\`md
- [ ] in code
\`\`\`
<!-- - [ ] in a comment -->
### Review Follow-ups (AI)
- [ ] [AI-Review][High] Four

## Definition of Done
- [ ] not a task either
`);
  expect(tasks.map(({ text, done, depth, line }) => [text, done, depth, line])).toEqual([
    ["One (AC: 1)", true, 0, 7],
    ["One a", true, 1, 8],
    ["One a i", false, 2, 9],
    ["One b", false, 1, 10],
    ["Two", false, 0, 11],
    ["Three", false, 0, 12],
    ["Three a", true, 1, 13],
    ["[AI-Review][High] Four", false, 0, 19],
  ]);
});

test("a fence ends with its own kind of mark only", () => {
  const { tasks } = read("## Tasks\n~~~~\n```\n- [ ] in code\n```\n~~~\n- [ ] still\n~~~~\n- [ ] task\n");
  expect(tasks.map(({ text }) => text)).toEqual(["task"]);
});

describe("complexity", () => {
  const boxes = (count: number): string => "- [ ] x\n".repeat(count);
  test.each([
    ["", "trivial"],
    [boxes(2), "micro"],
    [boxes(3), "light"],
    ["calls an endpoint", "light"],
    [boxes(5), "standard"],
    ["a form", "standard"],
    [boxes(11), "complex"],
    [`${boxes(5)}database`, "complex"],
    [`${boxes(4)}database`, "light"],
    [boxes(16), "critical"],
    ["the secret", "critical"],
    ["secretary performs", "trivial"],
    [`  ${boxes(1)}- [x] y\n`, "trivial"],
  ])("of %j is %s", (text, expected) => {
    expect(complexityOf(text)).toBe(expected);
  });

  test.each([
    ["**Complexity:** Medium", "standard"],
    ["- **Complexity:** S (half a day)", "light"],
    ["---\nsize: L\n---", "complex"],
    ["**Size:** 1 day and a secret", "critical"],
    ["Complexity: Critical", "critical"],
  ])("declared as %j is %s", (text, expected) => {
    expect(read(`${text}\n`).complexity).toBe(expected);
  });
});

test("footprint and resources come from the frontmatter, paths out of the project left out", () => {
  const { touches, needs } = read(
    '---\ntouches: [src/a.ts, "../b", /etc/passwd]\nneeds:\n  - test-db\n  - port\n---\n',
  );
  expect(touches).toEqual(["src/a.ts"]);
  expect(needs).toEqual(["test-db", "port"]);
});

test("no bytes whatever make it throw", () => {
  const parts = [
    "---\n",
    "# T\n",
    "Status:",
    " done",
    "\r\n",
    "## Tasks\n",
    "- [ ] ",
    "```",
    "<!--",
    "-->",
    "| Status |",
    "\0",
    "é",
    "## Status\n",
    "**",
  ];
  const text = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((all) => bytes(all.join("")));
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 300 })), (file) => {
      const before = readStoryFile(file);
      const after = setStoryStatus(file, "review");
      expect(after === undefined).toBe(before.rawStatus === undefined);
      if (after !== undefined) expect(readStoryFile(after).rawStatus).toBe("review");
    }),
    { numRuns: 2000, seed: 11 },
  );
});

test.each([
  ["one long line of spaces", `Status: ${" ".repeat(900_000)}x`],
  ["many brackets", `## Dependencies\n${"(".repeat(900_000)}`],
  ["many slashes", "a/".repeat(450_000)],
  ["hashes and spaces", `# ${"# ".repeat(450_000)}x`],
  ["stars", "*".repeat(900_000)],
  ["many short lines", "- [ ] x\n".repeat(100_000)],
])("%s cannot hold it up", (_, text) => {
  const before = performance.now();
  read(text);
  expect(performance.now() - before).toBeLessThan(5000);
});
