import { type DemoStory, written } from "./demo-story.ts";

export const readRecipes: DemoStory = {
  key: "1-4-read-recipes",
  title: "Read recipes",
  after: ["1-1"],
  wish: "As a cook, I want to keep my recipes as simple text, so that I can write them anywhere.",
  criteria: [
    { text: "Title, servings and ingredients are read.", test: "title, servings and ingredients" },
    { text: "A text without a title is refused.", test: "a text without a title is refused" },
  ],
  tasks: ["Read title and servings (AC: 1)", "Read ingredients (AC: 1)", "Refuse what is no recipe (AC: 2)"],
  work: () => ({
    says: ["Each ingredient is an amount, and those can be read already."],
    files: [
      written(
        "test/recipe.test.js",
        "tests for reading recipes",
        `import assert from "node:assert/strict";
import { test } from "node:test";
import { readRecipe } from "../src/recipe.js";

test("title, servings and ingredients", () => {
  assert.deepEqual(readRecipe("# Toast\\n\\nServes 2\\n\\n- 4 slices\\n- 1/2 tsp salt\\n"), {
    title: "Toast",
    serves: 2,
    ingredients: [
      { quantity: 4, unit: "piece", name: "slices" },
      { quantity: 0.5, unit: "tsp", name: "salt" },
    ],
  });
});

test("without servings it is for one", () => {
  assert.equal(readRecipe("# Tea").serves, 1);
});

test("a text without a title is refused", () => {
  assert.throws(() => readRecipe("- 1 cup water"), /title/);
});
`,
      ),
      written(
        "src/recipe.js",
        "reads a recipe",
        `import { readAmount } from "./amount.js";

/** Reads a recipe: "# Title", "Serves 4", and a line "- 1 cup flour" for each ingredient. */
export const readRecipe = (text) => {
  const lines = text.split("\\n").map((line) => line.trim());
  const title = lines.find((line) => line.startsWith("# "))?.slice(2);
  if (title === undefined) throw new SyntaxError("a recipe needs a title: # Pancakes");
  const serves = Number(/^serves (\\d+)$/im.exec(text)?.[1] ?? 1);
  const ingredients = lines.filter((line) => line.startsWith("- ")).map((line) => readAmount(line.slice(2)));
  return { title, serves, ingredients };
};
`,
      ),
    ],
  }),
};
