import { type DemoStory, written } from "./demo-story.ts";
import { exported } from "./exported.ts";

export const readAmounts: DemoStory = {
  key: "1-1-read-amounts",
  title: "Read amounts",
  after: [],
  wish: "As a cook, I want to write amounts as cook books do, so that I need not convert them by hand.",
  criteria: [
    {
      text: 'An amount such as "1 1/2 cup flour" is read as its quantity, its unit and its name.',
      test: "a mixed fraction, a unit and a name",
    },
    { text: "An amount without a unit counts pieces.", test: "no unit counts pieces, no number is one" },
  ],
  tasks: [
    "Read whole numbers, decimals and fractions (AC: 1)",
    "Read units and names (AC: 1, 2)",
    "Offer it to others (AC: 1)",
  ],
  work: () => ({
    says: ["Amounts are words: numbers first, then perhaps a unit, then the name."],
    files: [
      written(
        "test/amount.test.js",
        "tests for reading amounts",
        `import assert from "node:assert/strict";
import { test } from "node:test";
import { readAmount } from "../src/amount.js";

test("a mixed fraction, a unit and a name", () => {
  assert.deepEqual(readAmount("1 1/2 cup oat flour"), { quantity: 1.5, unit: "cup", name: "oat flour" });
});

test("decimals and plural units", () => {
  assert.deepEqual(readAmount("0.5 cups milk"), { quantity: 0.5, unit: "cup", name: "milk" });
});

test("no unit counts pieces, no number is one", () => {
  assert.deepEqual(readAmount("3 eggs"), { quantity: 3, unit: "piece", name: "eggs" });
  assert.deepEqual(readAmount("lemon"), { quantity: 1, unit: "piece", name: "lemon" });
});
`,
      ),
      written(
        "src/amount.js",
        "reads an amount",
        `const UNITS = new Set(["ml", "l", "tsp", "tbsp", "cup", "g", "kg"]);

/** Reads "1 1/2 cup flour" as { quantity: 1.5, unit: "cup", name: "flour" }. */
export const readAmount = (text) => {
  const words = text.trim().split(/\\s+/);
  let quantity = 0;
  while (words.length > 0 && isNumber(words[0])) quantity += toNumber(words.shift());
  const unit = unitOf(words[0]);
  if (unit !== undefined) words.shift();
  return { quantity: quantity || 1, unit: unit ?? "piece", name: words.join(" ") };
};

const isNumber = (word) => /^\\d+(?:\\.\\d+|\\/[1-9]\\d*)?$/.test(word);

const toNumber = (word) => {
  const [top, bottom = 1] = word.split("/").map(Number);
  return top / bottom;
};

const unitOf = (word = "") => [word, word.replace(/s$/, "")].find((name) => UNITS.has(name));
`,
      ),
      exported("readAmount", "./amount.js"),
    ],
  }),
};
