import { type DemoStory, written } from "./demo-story.ts";

export const printRecipes: DemoStory = {
  key: "2-3-print-recipes",
  title: "Print recipes",
  after: ["1-2", "1-4"],
  wish: "As a cook, I want a recipe printed clearly, so that I can read it with flour on my hands.",
  criteria: [
    { text: "Title, servings and one line for each ingredient.", test: "a recipe as lines" },
    { text: "Amounts are written as fractions, pieces without a unit.", test: "a recipe as lines" },
  ],
  tasks: ["Print the head (AC: 1)", "Print ingredients (AC: 1, 2)"],
  work: () => ({
    says: ["Fractions are there already; this only puts lines together."],
    files: [
      written(
        "test/print.test.js",
        "tests for printing",
        `import assert from "node:assert/strict";
import { test } from "node:test";
import { printList, printRecipe } from "../src/print.js";

test("a recipe as lines", () => {
  const ingredients = [
    { quantity: 1.5, unit: "cup", name: "flour" },
    { quantity: 3, unit: "piece", name: "eggs" },
  ];
  assert.equal(printRecipe({ title: "Cake", serves: 4, ingredients }), "Cake (serves 4)\\n  1 1/2 cup flour\\n  3 eggs");
});

test("an empty list is an empty text", () => {
  assert.equal(printList([]), "");
});
`,
      ),
      written(
        "src/print.js",
        "prints recipes and lists",
        `import { writeQuantity } from "./fraction.js";

/** A recipe as text. */
export const printRecipe = ({ title, serves, ingredients }) => title + " (serves " + serves + ")\\n" + printList(ingredients);

/** Ingredients as text, one line each. */
export const printList = (ingredients) => ingredients.map((ingredient) => "  " + line(ingredient)).join("\\n");

const line = ({ quantity, unit, name }) =>
  [writeQuantity(quantity), unit === "piece" ? "" : unit, name].filter((word) => word !== "").join(" ");
`,
      ),
    ],
  }),
};
