import { type DemoFile, type DemoStory, written } from "./demo-story.ts";

/** Adds cups to millilitres at first, which its tests do not show: the reviewer finds it, REFINE repairs it. */
export const shoppingList: DemoStory = {
  key: "2-2-shopping-list",
  title: "Make a shopping list",
  after: ["1-3", "1-4"],
  wish: "As a cook, I want one list for several recipes, so that I go to the shop once.",
  criteria: [
    {
      text: "The same ingredient of several recipes is one line, with the sum.",
      test: "the same ingredient is added up",
    },
    { text: "Different ingredients stay apart.", test: "different ingredients stay apart" },
  ],
  tasks: ["Add up what is the same (AC: 1)", "Keep apart what is not (AC: 2)"],
  work: ({ phase }) => {
    if (phase === "BUILD") {
      return { says: ["Ingredients with the same name belong together."], files: [tests(""), FIRST] };
    }
    return {
      says: ["The finding is right: 1 cup and 100 ml are not 101 cups. A test first."],
      fixes: "convert amounts before adding them",
      files: [tests(TEST_OF_UNITS), REPAIRED],
    };
  },
};

const tests = (more: string): DemoFile =>
  written(
    "test/shopping.test.js",
    more === "" ? "tests for the list" : "a test for different units",
    `import assert from "node:assert/strict";
import { test } from "node:test";
import { shoppingList } from "../src/shopping.js";

const recipe = (...ingredients) => ({ title: "", serves: 1, ingredients });
const milk = (quantity, unit) => ({ quantity, unit, name: "milk" });
const eggs = (quantity) => ({ quantity, unit: "piece", name: "eggs" });

test("the same ingredient is added up", () => {
  assert.deepEqual(shoppingList([recipe(eggs(2)), recipe(eggs(3))]), [eggs(5)]);
});

test("different ingredients stay apart", () => {
  assert.deepEqual(shoppingList([recipe(eggs(2), milk(1, "cup"))]), [eggs(2), milk(1, "cup")]);
});

test("no recipes, nothing to buy", () => {
  assert.deepEqual(shoppingList([]), []);
});
${more}`,
  );

const TEST_OF_UNITS = `
test("other units are converted before they are added", () => {
  assert.deepEqual(shoppingList([recipe(milk(1, "l")), recipe(milk(500, "ml"))]), [milk(1.5, "l")]);
});

test("what cannot be converted stays apart", () => {
  assert.equal(shoppingList([recipe(milk(1, "l")), recipe(milk(2, "piece"))]).length, 2);
});
`;

const list = (imports: string, together: string, sum: string): string =>
  `${imports}/** What has to be bought for these recipes; the same ingredient is one line. */
export const shoppingList = (recipes) => {
  const list = [];
  for (const ingredient of recipes.flatMap((recipe) => recipe.ingredients)) {
    const at = list.findIndex((line) => belongTogether(line, ingredient));
    if (at === -1) list.push(ingredient);
    else list[at] = add(list[at], ingredient);
  }
  return list;
};

const belongTogether = (line, more) => ${together};

const add = (line, more) => ({ ...line, quantity: ${sum} });
`;

const FIRST = written(
  "src/shopping.js",
  "makes the list",
  list("", "line.name === more.name", "line.quantity + more.quantity"),
);

const REPAIRED = written(
  "src/shopping.js",
  "converts before it adds",
  list(
    'import { canConvert, convert } from "./units.js";\n\n',
    "line.name === more.name && canConvert(more.unit, line.unit)",
    "line.quantity + convert(more, line.unit).quantity",
  ),
);
