import { type DemoStory, written } from "./demo-story.ts";
import { exported } from "./exported.ts";

/** Replaces the same line of src/index.js as its neighbour does, at the same time: the demo's conflict. */
export const writeAmounts: DemoStory = {
  key: "1-2-write-amounts",
  title: "Write amounts as fractions",
  after: [],
  wish: "As a cook, I want to see 1 1/2 instead of 1.5, because my measuring cups are marked like that.",
  criteria: [
    {
      text: "Common fractions are written as such, whole numbers as they are.",
      test: "common fractions, alone and after a whole number",
    },
    { text: "Anything else gets two decimals at most.", test: "other numbers have two decimals at most" },
  ],
  tasks: ["Write common fractions (AC: 1)", "Write everything else (AC: 2)", "Offer it to others (AC: 1)"],
  work: () => ({
    says: ["A short list of fractions that cooks use is enough; the rest is decimals."],
    files: [
      written(
        "test/fraction.test.js",
        "tests for writing quantities",
        `import assert from "node:assert/strict";
import { test } from "node:test";
import { writeQuantity } from "../src/fraction.js";

test("common fractions, alone and after a whole number", () => {
  assert.equal(writeQuantity(0.75), "3/4");
  assert.equal(writeQuantity(1.5), "1 1/2");
  assert.equal(writeQuantity(2 / 3), "2/3");
});

test("whole numbers, also those that arithmetic misses by a hair", () => {
  assert.equal(writeQuantity(4), "4");
  assert.equal(writeQuantity(2.9999999), "3");
});

test("other numbers have two decimals at most", () => {
  assert.equal(writeQuantity(0.4567), "0.46");
});
`,
      ),
      written(
        "src/fraction.js",
        "writes a quantity",
        `const FRACTIONS = [[1, 2], [1, 3], [2, 3], [1, 4], [3, 4], [1, 8], [3, 8], [5, 8], [7, 8]];
const TOLERANCE = 0.01;

/** Writes 1.5 as "1 1/2" and 0.4567 as "0.46". */
export const writeQuantity = (quantity) => {
  const whole = Math.floor(quantity + TOLERANCE);
  const rest = quantity - whole;
  if (Math.abs(rest) < TOLERANCE) return String(whole);
  const fraction = FRACTIONS.find(([top, bottom]) => Math.abs(rest - top / bottom) < TOLERANCE)?.join("/");
  if (fraction === undefined) return String(Number(quantity.toFixed(2)));
  return whole === 0 ? fraction : whole + " " + fraction;
};
`,
      ),
      exported("writeQuantity", "./fraction.js"),
    ],
  }),
};
