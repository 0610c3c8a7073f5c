import { type DemoStory, written } from "./demo-story.ts";

/** What a cup holds where nobody says otherwise, in millilitres. */
const METRIC_CUP_ML = 250;
const US_CUP_ML = 240;

/** The size of a cup that an answer means: a number of millilitres, or the name of one of the two kinds. */
const cupOf = (answer = ""): number => {
  const number = /\b([12]\d\d|300)\b/.exec(answer)?.[1];
  if (number !== undefined) return Number(number);
  return /\b(?:us|u\.s\.|american)\b/i.test(answer) ? US_CUP_ML : METRIC_CUP_ML;
};

/** Asks before it builds, and builds what was answered. */
export const convertUnits: DemoStory = {
  key: "1-3-convert-units",
  title: "Convert units of volume",
  after: [],
  wish: "As a cook, I want amounts converted between cups, spoons and millilitres, so that any recipe suits my kitchen.",
  criteria: [
    { text: "Volumes are converted between ml, l, tsp, tbsp and cup.", test: "volumes are converted both ways" },
    { text: "What cannot be converted is refused, with both units named.", test: "grams are no volume" },
  ],
  tasks: ["Ask how large a cup is (AC: 1)", "Convert volumes (AC: 1)", "Refuse the rest (AC: 2)"],
  question: `How large is a cup: ${US_CUP_ML} ml (US) or ${METRIC_CUP_ML} ml (metric)? The story does not say.`,
  work: ({ answer }) => ({
    says: [`A cup holds ${cupOf(answer)} ml, then.`],
    files: [
      written(
        "test/units.test.js",
        "tests for converting",
        `import assert from "node:assert/strict";
import { test } from "node:test";
import { canConvert, convert } from "../src/units.js";

test("volumes are converted both ways", () => {
  assert.deepEqual(convert({ quantity: 2, unit: "cup", name: "milk" }, "ml"), { quantity: ${2 * cupOf(answer)}, unit: "ml", name: "milk" });
  assert.equal(convert({ quantity: 30, unit: "ml" }, "tbsp").quantity, 2);
});

test("an amount in the wanted unit stays as it is, whatever the unit", () => {
  assert.deepEqual(convert({ quantity: 3, unit: "piece" }, "piece"), { quantity: 3, unit: "piece" });
});

test("grams are no volume", () => {
  assert.equal(canConvert("g", "cup"), false);
  assert.throws(() => convert({ quantity: 1, unit: "g" }, "cup"), /g cannot be converted to cup/);
});
`,
      ),
      written(
        "src/units.js",
        "converts volumes",
        `/** What a unit of volume holds, in millilitres. */
const MILLILITRES = new Map([["ml", 1], ["l", 1000], ["tsp", 5], ["tbsp", 15], ["cup", ${cupOf(answer)}]]);

/** Whether an amount in one unit can be given in the other. */
export const canConvert = (from, to) => from === to || (MILLILITRES.has(from) && MILLILITRES.has(to));

/** The same amount in another unit. Throws a RangeError where there is no way. */
export const convert = (amount, to) => {
  const { quantity, unit } = amount;
  if (!canConvert(unit, to)) throw new RangeError(unit + " cannot be converted to " + to);
  if (unit === to) return amount;
  return { ...amount, quantity: (quantity * MILLILITRES.get(unit)) / MILLILITRES.get(to), unit: to };
};
`,
      ),
    ],
  }),
};
