import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cutLine,
  fitLine,
  fitParts,
  justified,
  lineWidth,
  span,
  wrapText,
} from "../../../src/app/screen/view-model-text.ts";
import type { Line } from "../../../src/components/props.ts";
import { displayWidth } from "../../../src/core/model/display-width.ts";
import { plainLine, plainText } from "../../../src/core/model/plain-text.ts";

const texts = fc.string({ unit: fc.constantFrom("a", "b", " ", "日", "🔨", "é", "-") });
const lines = fc.array(texts.map((text) => span(text)));
const textOf = (line: Line): string => line.map(({ text }) => text).join("");

test("a cut line fits, and is what it was where it had fitted before", () => {
  fc.assert(
    fc.property(lines, fc.nat(40), (line, columns) => {
      const cut = cutLine(line, columns);
      expect(lineWidth(cut)).toBeLessThanOrEqual(columns);
      if (lineWidth(line) <= columns) expect(textOf(cut)).toBe(textOf(line));
      else if (columns > 0) expect(textOf(cut)).toMatch(/…$/);
    }),
  );
});

test("a fitted line has exactly its width, and two parts stand at the two ends of theirs", () => {
  fc.assert(
    fc.property(lines, lines, fc.nat(40), (left, right, columns) => {
      expect(lineWidth(fitLine(left, columns))).toBe(columns);
      expect(lineWidth(justified(left, right, columns))).toBeLessThanOrEqual(columns);
    }),
  );
  expect(textOf(justified([span("left words")], [span("right")], 14))).toBe("left w…  right");
});

test("a wrapped text keeps every word and leaves no line too wide", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 40 }), (text, columns) => {
      const wrapped = wrapText(text, columns);
      for (const line of wrapped) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      const withoutSpaces = (words: string): string => words.replaceAll(/\s/g, "");
      expect(withoutSpaces(wrapped.join(""))).toBe(withoutSpaces(plainText(text)));
    }),
  );
  expect(wrapText("one two three\nfour", 8)).toEqual(["one two", "three", "four"]);
});

test("parts give way by their rank, and those of rank 0 stay", () => {
  const parts = [
    { line: [span("name")], rank: 2 },
    { line: [span("STATE")], rank: 0 },
    { line: [span("cost")], rank: 1 },
  ];
  expect(textOf(fitParts(parts, 40))).toBe("name  STATE  cost");
  expect(textOf(fitParts(parts, 12))).toBe("STATE  cost");
  expect(textOf(fitParts(parts, 8))).toBe("STATE");
  expect(plainLine(textOf(fitParts(parts, 3)))).toBe("ST…");
});
