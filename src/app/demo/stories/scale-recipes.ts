import { type DemoStory, written } from "./demo-story.ts";

/** Fails its first attempt: the agent rounds, does not run its own test, and says that it is done. */
export const scaleRecipes: DemoStory = {
  key: "2-1-scale-recipes",
  title: "Scale recipes",
  after: ["1-4"],
  wish: "As a cook, I want a recipe for any number of people, so that nothing is left over.",
  criteria: [
    {
      text: "Every amount is scaled from the recipe's servings to the wanted ones.",
      test: "twice the people, twice of everything",
    },
    { text: "Fractions stay exact.", test: "fractions stay exact" },
  ],
  tasks: ["Scale every ingredient (AC: 1)", "Keep fractions exact (AC: 2)"],
  work: ({ attempt }) => {
    const isFirst = attempt === 1;
    const quantity = isFirst ? "Math.round(ingredient.quantity * factor)" : "ingredient.quantity * factor";
    return {
      says: [
        isFirst ? "Every quantity times a factor, rounded." : "Rounding turned 3/8 of a cup into nothing: out with it.",
      ],
      ...(isFirst ? { skipsTests: "This is simple enough; it will work." } : { fixes: "do not round what is scaled" }),
      files: [
        written(
          "test/scale.test.js",
          "tests for scaling",
          `import assert from "node:assert/strict";
import { test } from "node:test";
import { scale } from "../src/scale.js";

const CAKE = {
  title: "Cake",
  serves: 4,
  ingredients: [
    { quantity: 2, unit: "cup", name: "flour" },
    { quantity: 0.75, unit: "cup", name: "sugar" },
  ],
};

test("twice the people, twice of everything", () => {
  const { serves, ingredients } = scale(CAKE, 8);
  assert.equal(serves, 8);
  assert.deepEqual(ingredients.map(({ quantity }) => quantity), [4, 1.5]);
});

test("fractions stay exact", () => {
  assert.equal(scale(CAKE, 2).ingredients[1].quantity, 0.375);
});

test("the recipe itself is not touched", () => {
  scale(CAKE, 1);
  assert.equal(CAKE.ingredients[0].quantity, 2);
});
`,
        ),
        written(
          "src/scale.js",
          "scales a recipe",
          `/** The recipe for another number of people. */
export const scale = (recipe, serves) => {
  const factor = serves / recipe.serves;
  const ingredients = recipe.ingredients.map((ingredient) => ({ ...ingredient, quantity: ${quantity} }));
  return { ...recipe, serves, ingredients };
};
`,
        ),
      ],
    };
  },
};
