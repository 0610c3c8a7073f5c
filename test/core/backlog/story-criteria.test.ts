import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readStoryFile } from "../../../src/core/backlog/story-file.ts";
import { criterionId } from "../../../src/core/model/criteria.ts";
import { corpusFiles, hasCorpus } from "./corpus.ts";
import { countCriteria } from "./second-reader.ts";

const criteria = (text: string) => readStoryFile(new TextEncoder().encode(text)).acceptanceCriteria;
const under = (section: string, heading = "## Acceptance Criteria") =>
  criteria(`# T\n\n${heading}\n\n${section}\n\n## Tasks\n\n1. not one\n`).map(({ id, text }) => [id, text]);

describe("a row for each criterion, with the story's own number", () => {
  test.each<[string, string, string[][]]>([
    [
      "numbered; nested lists belong to their parent",
      "Intro.\n\n1. One\n   - more\n     1. deeper\n2. Two\n",
      [
        ["1", "One\n   - more\n     1. deeper"],
        ["2", "Two"],
      ],
    ],
    [
      "numbered with boxes and labels",
      "1. [ ] **AC-1 — One:** a\n2. [x] **AC-2 — Two:** b\n",
      [
        ["1", "**AC-1 — One:** a"],
        ["2", "**AC-2 — Two:** b"],
      ],
    ],
    [
      "bold labels",
      "**AC1:** One\n\n**AC2:** Two\n",
      [
        ["1", "**AC1:** One"],
        ["2", "**AC2:** Two"],
      ],
    ],
    [
      "a label before the steps of a list",
      "**AC6.1** One\n1. do\n2. see\n**AC6.2** Two\n1. do\n",
      [
        ["6.1", "**AC6.1** One\n1. do\n2. see"],
        ["6.2", "**AC6.2** Two\n1. do"],
      ],
    ],
    [
      "labels in backticks, French",
      "- `AC1` — Un\n- `AC10` — Dix\n",
      [
        ["1", "`AC1` — Un"],
        ["10", "`AC10` — Dix"],
      ],
    ],
    ["labels with letters", "1. **AC-UI-013: One** - a\n", [["UI-013", "**AC-UI-013: One** - a"]]],
    [
      "headings",
      "### AC1: One\n- a\n- b\n### AC 2.1: Two\n",
      [
        ["1", "AC1: One\n- a\n- b"],
        ["2.1", "AC 2.1: Two"],
      ],
    ],
    [
      "bullets",
      "- [ ] One\n  - deeper\n- Two\n",
      [
        ["1", "One\n  - deeper"],
        ["2", "Two"],
      ],
    ],
    [
      "bullets with numbers",
      "- 1.3.1: One\n- 1.3.2: Two\n",
      [
        ["1.3.1", "1.3.1: One"],
        ["1.3.2", "1.3.2: Two"],
      ],
    ],
    [
      "Given, When, Then: one scenario is one",
      "**Given** a\n**When** b\n\n**Given** c\n**Given** d\n**Then** e\n",
      [
        ["1", "**Given** a\n**When** b"],
        ["2", "**Given** c\n**Given** d\n**Then** e"],
      ],
    ],
    [
      "steps as bullets",
      "- **Given** a\n- **When** b\n- **Then** c\n",
      [["1", "**Given** a\n- **When** b\n- **Then** c"]],
    ],
    ["steps before bullets", "Given a\nThen b:\n- c\n- d\n", [["1", "Given a\nThen b:\n- c\n- d"]]],
    [
      "Chinese steps",
      "假设用户登录\n当点击\n那么显示\n\n假如没有\n那么报错\n",
      [
        ["1", "假设用户登录\n当点击\n那么显示"],
        ["2", "假如没有\n那么报错"],
      ],
    ],
    [
      "Gherkin in a fence",
      "```gherkin\nFeature: F\n\n  Scenario: One\n    Given a\n    Then b\n\n  Scenario: Two\n    Given c\n```\n",
      [
        ["1", "Scenario: One\n    Given a\n    Then b"],
        ["2", "Scenario: Two\n    Given c"],
      ],
    ],
    [
      "a table",
      "| AC | Text |\n| --- | --- |\n| AC-2.1 | One |\n| AC-2.2 | Two |\n",
      [
        ["2.1", "AC-2.1 | One"],
        ["2.2", "AC-2.2 | Two"],
      ],
    ],
    ["prose", "It works.\nWell.\n", [["1", "It works.\nWell."]]],
    [
      "groups that count anew are counted through",
      "### Must\n1. One\n2. Two\n### May\n1. Three\n",
      [
        ["1", "One"],
        ["2", "Two"],
        ["3", "Three"],
      ],
    ],
    ["nothing but a rule behind it", "1. One\n\n---\n", [["1", "One"]]],
  ])("%s", (_, section, expected) => {
    expect(under(section)).toEqual(expected);
  });

  test.each([
    "## Critères d'acceptation",
    "## Criteri di accettazione",
    "## 验收标准",
    "## 验收标准 (ACs)",
    "### Acceptance Criteria (BDD Format)",
    "**Acceptance Criteria:**",
  ])("under %s", (heading) => {
    expect(under("1. Un\n2. Deux\n", heading)).toEqual([
      ["1", "Un"],
      ["2", "Deux"],
    ]);
  });

  test("a review that goes through the criteria again adds none", () => {
    const review = "## QA Results\n\n**Acceptance Criteria:**\n- AC1-2: fine\n";
    expect(criteria(`# T\n\n## Acceptance Criteria\n\n1. One\n\n${review}`)).toEqual([{ id: "1", text: "One" }]);
    expect(criteria(`# T\n\n${review}`)).toEqual([]);
  });
});

test("whatever the section is, ids are distinct, rows and texts bounded, and reading again gives the same", () => {
  const parts = [
    "1. ",
    "2) ",
    "- ",
    "**AC1:** ",
    "### AC 2",
    "Given x",
    "| a | b |",
    "|---|---|",
    "```",
    "\n",
    "\n\n",
    "text ",
    "  ",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 60 }), (pieces) => {
      const text = `# T\n\n## Acceptance Criteria\n\n${pieces.join("")}`;
      const rows = criteria(text);
      expect(new Set(rows.map(({ id }) => criterionId(id))).size).toBe(rows.length);
      for (const row of rows) expect(row.text.trim()).not.toBe("");
      expect(criteria(text)).toEqual(rows);
    }),
  );
  const many = criteria(`# T\n\n## Acceptance Criteria\n\n${"1. x\n".repeat(5_000)}`);
  expect(many).toHaveLength(200);
  expect(new Set(many.map(({ id }) => id)).size).toBe(200);
});

describe.skipIf(!hasCorpus)("real story files", () => {
  test.each(corpusFiles("stories").map(({ name, bytes }) => [name, bytes] as const))(
    "%s: as many criteria as a simpler reader counts",
    (_, bytes) => {
      const rows = readStoryFile(bytes).acceptanceCriteria;
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBe(countCriteria(Buffer.from(bytes).toString()));
    },
  );
});

test("rules and empty lines below a criterion are no part of it, however many stand before its next words", () => {
  const rules = "\n\n---".repeat(10_000);
  expect(under(`1. One${rules}\n\n2. Two${rules}`)).toEqual([
    ["1", "One"],
    ["2", "Two"],
  ]);
  const [[id, text] = []] = under(`1. One${rules}\n\nmore`);
  expect([id, text?.slice(0, 9)]).toEqual(["1", "One\n\n---\n"]);
});

test("a table's row that is mostly space is read as it is", () => {
  const space = " ".repeat(9_000);
  expect(under(`| AC1 | One |\n|${space}x`)).toEqual([
    ["1", "AC1 | One"],
    ["2", expect.stringMatching(/^\| {3999}$/)],
  ]);
});
