import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFinalText, readOperatorPart } from "../../../src/core/agents/reading/final-text.ts";

describe("what an agent leaves to a person", () => {
  test.each([
    [
      "a paragraph",
      "Built it.\n\nOPERATOR: open an account\nand note its number\n\nBye.",
      "open an account\nand note its number",
    ],
    ["before the closing block", 'OPERATOR: plug it in\n```json\n{"files":[]}\n```', "plug it in"],
    ["in bold", "**OPERATOR:** plug it in", "plug it in"],
    ["two of them", "OPERATOR: one\nOPERATOR: two", "one\ntwo"],
    ["the same twice", "OPERATOR: one\n\nOPERATOR: one", "one"],
    ["after a fence that is closed", "```\nx\n```\nOPERATOR: one", "one"],
  ])("%s", (_, text, part) => expect(readOperatorPart(text)).toBe(part));

  test.each([
    ["nothing", "Built it."],
    ["in the middle of a line", "I would write OPERATOR: if a person had to do something"],
    ["no words", "OPERATOR:\n\nBye."],
    ["quoted in a fence", "The rules say:\n```\nOPERATOR: open an account\n```\nI needed none."],
    ["quoted in a longer fence", "~~~~\n~~~\nOPERATOR: open an account\n~~~~\n"],
    ["in a fence that is never closed", "```md\nOPERATOR: open an account"],
  ])("not %s", (_, text) => expect(readOperatorPart(text)).toBeUndefined());

  test("it ends no turn, and no question swallows it", () => {
    expect(readFinalText("OPERATOR: plug it in")).toEqual({ kind: "finished" });
    expect(readFinalText("QUESTION: A or B?\nOPERATOR: plug it in")).toEqual({ kind: "question", question: "A or B?" });
  });

  test("whatever is said, a part is short and not empty", () => {
    const words = fc.constantFrom(
      "OPERATOR:",
      "**OPERATOR:**",
      "```",
      "~~~",
      "\n",
      "\n\n",
      " ",
      "word",
      "x".repeat(5000),
    );
    fc.assert(
      fc.property(
        fc.array(words).map((parts) => parts.join("")),
        (text) => {
          const part = readOperatorPart(text);
          if (part === undefined) return;
          expect(part.trim()).not.toBe("");
          expect(part.length).toBeLessThanOrEqual(4_000);
        },
      ),
    );
  });
});
